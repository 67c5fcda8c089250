using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Hortus.Testing;
using Hortus.Testing.Etcd;

namespace Hortus.Benchmarks.ApiServer;

/// <summary>A server under measurement: its processes, its folder and where it listens. Stopping it removes the folder.</summary>
internal sealed class MeasuredServer : IAsyncDisposable
{
    /// <summary>The bearer token of a member of <c>system:masters</c>.</summary>
    public const string AdminToken = "bench-admin";

    /// <summary>The bearer token of a user that has its rights by RBAC, as users have.</summary>
    public const string UserToken = "bench-user";

    private static readonly TimeSpan StartMax = TimeSpan.FromMinutes(2);
    private readonly List<Process> processes = [];
    private readonly Cores cores;
    private readonly string folder = Directory.CreateTempSubdirectory("hortus-bench-").FullName;

    private MeasuredServer(string name, int port, Cores cores)
    {
        this.cores = cores;
        Name = name;
        Address = new Uri($"https://127.0.0.1:{port}");
        File.WriteAllText(
            TokenFile, $"{AdminToken},admin,1,\"system:masters\"\n{UserToken},bench,2,\"benchers\"\n");
    }

    public string Name { get; }

    public Uri Address { get; }

    /// <summary>From the start of the API server's process until <c>/readyz</c> answered 200; etcd was up before.</summary>
    public TimeSpan ReadyAfter { get; private set; }

    /// <summary>PSS of all processes in MiB.</summary>
    public double Memory => processes.Sum(p => HostTraces.ProportionalMemory(p.Id));

    /// <summary>Resident memory (RSS) of all processes in MiB.</summary>
    public double ResidentMemory => processes.Sum(p =>
    {
        p.Refresh();
        return p.WorkingSet64 / 1048576.0;
    });

    /// <summary>Size of all files of the embedded store in MiB.</summary>
    public double DataMebibytes => new DirectoryInfo(DataFolder).EnumerateFiles().Sum(f => f.Exists ? f.Length : 0) / 1048576.0;

    /// <summary>Processor time of all processes so far.</summary>
    public TimeSpan ProcessorTime => new(processes.Sum(p =>
    {
        p.Refresh();
        return p.TotalProcessorTime.Ticks;
    }));

    private string DataFolder => Path.Combine(folder, "data");

    private string TokenFile => Path.Combine(folder, "tokens.csv");

    /// <summary><c>bin/hortus apiserver</c> with the embedded store; every write is on disk before its answer.</summary>
    public static async Task<MeasuredServer> StartHortusAsync(Cores cores, CancellationToken cancellationToken)
    {
        var server = new MeasuredServer("hortus", FreePort(), cores);
        return await server.StartAsync(
            BuiltTools.Hortus,
            [
                "apiserver", "--bind-address=127.0.0.1", $"--secure-port={server.Address.Port}",
                $"--data-dir={server.DataFolder}", $"--cert-dir={server.folder}/certs",
                $"--token-auth-file={server.TokenFile}", "--authorization-mode=RBAC",
            ],
            cancellationToken);
    }

    /// <summary><c>bin/hortus apiserver</c> on an etcd, from the same place as kube-apiserver's.</summary>
    public static async Task<MeasuredServer> StartHortusOnEtcdAsync(
        Cores cores, string? assets, CancellationToken cancellationToken)
    {
        var server = new MeasuredServer("hortus-on-etcd", FreePort(), cores);
        var etcd = await server.StartEtcdAsync(assets ?? "", cancellationToken);
        return await server.StartAsync(
            BuiltTools.Hortus,
            [
                "apiserver", "--bind-address=127.0.0.1", $"--secure-port={server.Address.Port}",
                $"--etcd-servers={etcd}", $"--cert-dir={server.folder}/certs",
                $"--token-auth-file={server.TokenFile}", "--authorization-mode=RBAC",
            ],
            cancellationToken);
    }

    /// <summary>kube-apiserver and its etcd, both from a folder of envtest's layout (etcd else from PATH).</summary>
    public static async Task<MeasuredServer> StartKubernetesAsync(
        Cores cores, string assets, CancellationToken cancellationToken)
    {
        var server = new MeasuredServer("kubernetes", FreePort(), cores);
        var etcd = await server.StartEtcdAsync(assets, cancellationToken);
        var key = Path.Combine(server.folder, "service-account.key");
        await File.WriteAllTextAsync(key, NewKey(), cancellationToken);
        return await server.StartAsync(
            Path.Combine(assets, "kube-apiserver"),
            [
                "--bind-address=127.0.0.1", $"--secure-port={server.Address.Port}", $"--etcd-servers={etcd}",
                $"--cert-dir={server.folder}/certs", $"--token-auth-file={server.TokenFile}",
                "--authorization-mode=RBAC", "--service-account-issuer=https://kubernetes.default.svc",
                $"--service-account-signing-key-file={key}", $"--service-account-key-file={key}",
                "--service-cluster-ip-range=10.0.0.0/24", "--allow-privileged=true",
            ],
            cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in processes.AsEnumerable().Reverse())
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
                await process.WaitForExitAsync(CancellationToken.None);
            }

            process.Dispose();
        }

        Directory.Delete(folder, recursive: true);
    }

    private static string NewKey()
    {
        using var key = System.Security.Cryptography.RSA.Create(2048);
        return key.ExportRSAPrivateKeyPem();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private async Task<string> StartEtcdAsync(string assets, CancellationToken cancellationToken)
    {
        var (client, peer) = (FreePort(), FreePort());
        var program = Path.Combine(assets, "etcd");
        var address = $"http://127.0.0.1:{client}";
        Run(
            File.Exists(program) ? program : BuiltTools.Installed(EtcdMember.Program),
            [
                $"--data-dir={folder}/etcd", $"--listen-client-urls={address}", $"--advertise-client-urls={address}",
                $"--listen-peer-urls=http://127.0.0.1:{peer}", $"--initial-advertise-peer-urls=http://127.0.0.1:{peer}",
                $"--initial-cluster=default=http://127.0.0.1:{peer}", "--logger=zap", "--log-level=error",
            ]);
        using var http = new HttpClient { BaseAddress = new Uri(address) };
        await WaitAsync(http, "/health", cancellationToken);
        return address;
    }

    private async Task<MeasuredServer> StartAsync(
        string program, string[] arguments, CancellationToken cancellationToken)
    {
        try
        {
            using var http = BenchClient.NewHttp(Address, AdminToken);
            var start = Stopwatch.GetTimestamp();
            Run(program, arguments);
            await WaitAsync(http, "/readyz", cancellationToken);
            ReadyAfter = Stopwatch.GetElapsedTime(start);
            return this;
        }
        catch
        {
            await DisposeAsync();
            throw;
        }
    }

    private void Run(string name, string[] options)
    {
        var (program, arguments) = cores.ForServer(name, options);
        var process = new Process
        {
            StartInfo = new ProcessStartInfo(program, arguments)
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                WorkingDirectory = folder,
            },
        };
        process.OutputDataReceived += static (_, _) => { };
        process.ErrorDataReceived += static (_, _) => { };
        process.Start();
        processes.Add(process);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    private async Task WaitAsync(HttpClient http, string path, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(StartMax);
        while (true)
        {
            if (processes[^1].HasExited)
            {
                throw new InvalidOperationException(string.Create(
                    CultureInfo.InvariantCulture, $"{Name}: {processes[^1].StartInfo.FileName} ended with {processes[^1].ExitCode}"));
            }

            try
            {
                using var answer = await http.GetAsync(new Uri(path, UriKind.Relative), deadline.Token);
                if (answer.IsSuccessStatusCode)
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }

            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, deadline.Token);
        }
    }
}
