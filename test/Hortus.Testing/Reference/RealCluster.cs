using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Hortus.Client;

namespace Hortus.Testing.Reference;

/// <summary>The kube-apiserver of <c>KUBEBUILDER_ASSETS</c> with its etcd, on loopback, with rights by RBAC. There are neither
/// controllers nor nodes. Dispose it to stop.</summary>
public sealed class RealCluster : IAsyncDisposable
{
    /// <summary>Names the folder with <c>kube-apiserver</c> and <c>etcd</c>.</summary>
    public const string Assets = "KUBEBUILDER_ASSETS";

    /// <summary>Token of an administrator.</summary>
    public const string Token = "admin-token";

    private static readonly TimeSpan StartMax = TimeSpan.FromMinutes(2);

    private readonly string folder = Directory.CreateTempSubdirectory("hortus-real-").FullName;
    private readonly List<Process> processes = [];

    private RealCluster(Uri address) => Address = address;

    /// <summary>Why there can be no such cluster here; null when there can.</summary>
    public static string? Lacking => Environment.GetEnvironmentVariable(Assets) is { Length: > 0 } assets
        && File.Exists(Path.Combine(assets, "kube-apiserver")) && File.Exists(Path.Combine(assets, "etcd"))
            ? null
            : $"{Assets} names no folder that holds kube-apiserver and etcd";

    public Uri Address { get; }

    /// <summary>PEM of the certificate that the server made for itself.</summary>
    public string Authority => File.ReadAllText(AuthorityFile);

    /// <summary>File of <see cref="Authority"/>.</summary>
    public string AuthorityFile => In("certs/apiserver.crt");

    /// <summary>Flags that make another API server take the same users and tokens.</summary>
    public IReadOnlyList<string> CommonFlags =>
    [
        "--bind-address=127.0.0.1", $"--token-auth-file={TokenFile}", "--authorization-mode=RBAC",
        $"--service-account-signing-key-file={ServiceAccountKeyFile}", $"--service-account-key-file={ServiceAccountKeyFile}",
        "--service-account-issuer=https://kubernetes.default.svc", "--service-cluster-ip-range=10.0.0.0/24",
    ];

    private string TokenFile => In("tokens.csv");

    private string ServiceAccountKeyFile => In("sa.key");

    /// <summary>Starts etcd and the API server; they answer when the task completes.</summary>
    /// <exception cref="InvalidOperationException">See <see cref="Lacking"/>, or one of them ended.</exception>
    public static Task<RealCluster> StartAsync(CancellationToken cancellationToken) => StartAsync([], [], cancellationToken);

    /// <summary>The same with more users, and more flags for the API server.</summary>
    /// <param name="users">Lines of a token file.</param>
    /// <param name="arguments">Flags.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="InvalidOperationException">See <see cref="Lacking"/>, or one of them ended.</exception>
    public static async Task<RealCluster> StartAsync(
        IReadOnlyList<string> users, IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        if (Lacking is { } reason)
        {
            throw new InvalidOperationException(reason);
        }

        var cluster = new RealCluster(new Uri(string.Create(CultureInfo.InvariantCulture, $"https://127.0.0.1:{FreePort()}")));
        try
        {
            await cluster.RunAsync(Environment.GetEnvironmentVariable(Assets)!, users, arguments, cancellationToken);
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>A client with somebody's token; the caller closes it.</summary>
    public KubernetesClient Connect(string token = Token) => new(
        new ClientConnection { Server = Address, CertificateAuthorityPem = Authority, Token = token },
        new ClientOptions { UserAgent = "test" });

    /// <summary>A kubeconfig with somebody's token.</summary>
    public string Kubeconfig(string token = Token) => $$"""
        apiVersion: v1
        kind: Config
        clusters: [{ name: real, cluster: { server: "{{Address}}", certificate-authority: "{{AuthorityFile}}" } }]
        users: [{ name: user, user: { token: "{{token}}" } }]
        contexts: [{ name: real, context: { cluster: real, user: user } }]
        current-context: real
        """;

    /// <summary>A path in the cluster's own folder, which goes with it.</summary>
    public string In(string name) => Path.Combine(folder, name);

    public async ValueTask DisposeAsync()
    {
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

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private async Task RunAsync(
        string assets, IReadOnlyList<string> users, IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        await File.WriteAllLinesAsync(TokenFile, [$"{Token},admin,1,\"system:masters\"", .. users], cancellationToken);
        using (var key = RSA.Create(2048))
        {
            await File.WriteAllTextAsync(ServiceAccountKeyFile, key.ExportRSAPrivateKeyPem(), cancellationToken);
        }

        var client = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{FreePort()}");
        var peer = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{FreePort()}");
        Start(Path.Combine(assets, "etcd"),
        [
            $"--data-dir={In("etcd")}", $"--listen-client-urls={client}", $"--advertise-client-urls={client}",
            $"--listen-peer-urls={peer}", $"--initial-advertise-peer-urls={peer}", $"--initial-cluster=default={peer}",
            "--logger=zap", "--log-level=error", "--unsafe-no-fsync",
        ]);
        Start(Path.Combine(assets, "kube-apiserver"),
        [
            .. CommonFlags, $"--secure-port={Address.Port}", $"--etcd-servers={client}", $"--cert-dir={In("certs")}",
            "--allow-privileged=true", .. arguments,
        ]);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(StartMax);
        await UntilReadyAsync(deadline.Token);
    }

    private async Task UntilReadyAsync(CancellationToken cancellationToken)
    {
        using var handler = new SocketsHttpHandler { UseProxy = false };
        handler.SslOptions.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
        using var http = new HttpClient(handler) { BaseAddress = Address };
        http.DefaultRequestHeaders.Authorization = new("Bearer", Token);
        while (true)
        {
            if (processes.FirstOrDefault(process => process.HasExited) is { } ended)
            {
                throw new InvalidOperationException(
                    $"{Path.GetFileName(ended.StartInfo.FileName)} ended with exit code {ended.ExitCode}");
            }

            try
            {
                using var answer = await http.GetAsync(new Uri("/readyz", UriKind.Relative), cancellationToken);
                if (answer.IsSuccessStatusCode)
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, cancellationToken);
        }
    }

    private void Start(string program, IReadOnlyList<string> arguments)
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
