using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Hortus.Reference.Tests;

/// <summary>kube-apiserver with its etcd, and <c>hortus apiserver</c>, side by side on loopback. Both take the same tokens.</summary>
public sealed class ReferenceServers : IAsyncLifetime
{
    /// <summary>Names the folder with <c>kube-apiserver</c> and <c>etcd</c>.</summary>
    private const string Assets = "KUBEBUILDER_ASSETS";

    private static readonly TimeSpan StartMax = TimeSpan.FromMinutes(2);
    private readonly List<Process> processes = [];
    private readonly string folder = Directory.CreateTempSubdirectory("hortus-reference-").FullName;

    /// <summary>The real one.</summary>
    public Side Reference { get; private set; } = null!;

    /// <summary>The one under test.</summary>
    public Side Ours { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        var assets = Environment.GetEnvironmentVariable(Assets);
        if (assets is null || !File.Exists(Path.Combine(assets, "kube-apiserver")))
        {
            throw new InvalidOperationException(
                $"{Assets} names no folder that holds kube-apiserver and etcd; these tests compare with them");
        }

        await File.WriteAllTextAsync(
            In("tokens.csv"), $"{Side.AdminToken},admin,1,\"system:masters\"\ntina-token,tina,42,\"gardeners\"\n");
        using (var key = RSA.Create(2048))
        {
            await File.WriteAllTextAsync(In("sa.key"), key.ExportRSAPrivateKeyPem());
        }

        using var deadline = new CancellationTokenSource(StartMax);
        var etcd = StartEtcd(assets);
        Reference = new Side("reference", FreePort(), isOld: true);
        Ours = new Side("ours", FreePort(), isOld: false);
        string[] both =
        [
            "--bind-address=127.0.0.1", $"--token-auth-file={In("tokens.csv")}", "--authorization-mode=RBAC",
            $"--service-account-signing-key-file={In("sa.key")}", $"--service-account-key-file={In("sa.key")}",
            "--service-account-issuer=https://kubernetes.default.svc", "--service-cluster-ip-range=10.0.0.0/24",
            "--disable-admission-plugins=ServiceAccount",
        ];
        Start(Path.Combine(assets, "kube-apiserver"),
        [
            .. both, $"--secure-port={Reference.Port}", $"--etcd-servers={etcd}", $"--cert-dir={In("certs")}",
            "--allow-privileged=true", "--feature-gates=IPv6DualStack=true", "--runtime-config=api/all=true",
        ]);
        Start(Locate(),
            ["apiserver", .. both, $"--secure-port={Ours.Port}", $"--cert-dir={In("our-certs")}"]);
        await Reference.WaitReadyAsync(processes[1], deadline.Token);
        await Ours.WaitReadyAsync(processes[2], deadline.Token);
        await Reference.DefineAsync(deadline.Token);
        await Ours.DefineAsync(deadline.Token);
    }

    public async Task DisposeAsync()
    {
        Reference?.Dispose();
        Ours?.Dispose();
        foreach (var process in processes.AsEnumerable().Reverse())
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
                await process.WaitForExitAsync();
            }

            process.Dispose();
        }

        Directory.Delete(folder, recursive: true);
    }

    private static string Locate()
    {
        var configuration = AppContext.BaseDirectory.Contains("/Release/", StringComparison.Ordinal) ? "Release" : "Debug";
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            var program = Path.Combine(at.FullName, "src", "app", "Hortus", "bin", configuration, "net10.0", "hortus");
            if (File.Exists(program))
            {
                return program;
            }
        }

        throw new InvalidOperationException($"the program hortus is not built in configuration {configuration}");
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private string StartEtcd(string assets)
    {
        var program = Path.Combine(assets, "etcd");
        var client = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{FreePort()}");
        var peer = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{FreePort()}");
        Start(File.Exists(program) ? program : "etcd",
        [
            $"--data-dir={In("etcd")}", $"--listen-client-urls={client}", $"--advertise-client-urls={client}",
            $"--listen-peer-urls={peer}", $"--initial-advertise-peer-urls={peer}", $"--initial-cluster=default={peer}",
            "--logger=zap", "--log-level=error", "--unsafe-no-fsync",
        ]);
        return client;
    }

    private string In(string name) => Path.Combine(folder, name);

    private void Start(string program, string[] arguments)
    {
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
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        processes.Add(process);
    }
}
