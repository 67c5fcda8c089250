using System.Text.RegularExpressions;
using Hortus.Testing.Etcd;

namespace Hortus.Conformance.Tests.Running;

/// <summary><c>hortus apiserver</c> or <c>hortus gardener-apiserver</c> as users run them: the built program, TLS, a data
/// folder on disk.</summary>
public sealed partial class ServerProcess : IAsyncDisposable
{
    private readonly HortusProcess process;

    private ServerProcess(HortusProcess process, Uri address)
    {
        this.process = process;
        Address = address;
    }

    /// <summary>Where it serves.</summary>
    public Uri Address { get; }

    /// <summary>Everything it wrote.</summary>
    public string Log => process.Log;

    /// <summary>Starts on a free port of 127.0.0.1; done when it serves.</summary>
    /// <param name="pki">Certificates and tokens.</param>
    /// <param name="dataFolder">Folder of the store.</param>
    /// <param name="arguments">Further flags.</param>
    public static Task<ServerProcess> StartAsync(ServerCredentials pki, string dataFolder, params string[] arguments) =>
        StartOnAsync(pki, ["--data-dir", dataFolder], arguments);

    /// <summary>The same with any store.</summary>
    /// <param name="pki">Certificates and tokens.</param>
    /// <param name="store">Flags that name the store.</param>
    /// <param name="arguments">Further flags.</param>
    public static Task<ServerProcess> StartOnAsync(ServerCredentials pki, string[] store, params string[] arguments)
    {
        string[] port = arguments.Contains("--secure-port") ? [] : ["--secure-port", "0"];
        return StartAsync(pki,
        [
            "apiserver", "--bind-address", "127.0.0.1", .. port, .. store,
            "--cert-dir", Path.Combine(pki.Folder, "serving"),
            "--tls-cert-file", pki.ServingCertificateFile, "--tls-private-key-file", pki.ServingKeyFile,
            "--client-ca-file", pki.ClientAuthorityFile, "--token-auth-file", pki.TokenFile,
            "--service-account-signing-key-file", pki.ServiceAccountKeyFile,
            "--service-account-key-file", pki.ServiceAccountKeyFile,
            "--requestheader-client-ca-file", pki.FrontProxyAuthorityFile,
            "--requestheader-allowed-names", ServerCredentials.FrontProxyName,
            "--proxy-client-cert-file", pki.FrontProxyCertificateFile, "--proxy-client-key-file", pki.FrontProxyKeyFile,
            .. arguments,
        ]);
    }

    /// <summary>Starts the server of Gardener's groups behind another server; done when it listens.</summary>
    /// <param name="pki">Certificates.</param>
    /// <param name="host">Kubeconfig of the server in front, as its administrator.</param>
    /// <param name="store">Flags that name the store.</param>
    public static Task<ServerProcess> StartBehindAsync(ServerCredentials pki, string host, string[] store) => StartAsync(pki,
    [
        "gardener-apiserver", "--bind-address", "127.0.0.1", "--secure-port", "0", .. store,
        "--tls-cert-file", pki.GardenerCertificateFile, "--tls-private-key-file", pki.GardenerKeyFile,
        "--kubeconfig", host, "--cluster-identity", "conformance",
    ]);

    /// <summary>The flags that make an etcd with mutual TLS the store of a server.</summary>
    public static string[] OnEtcd(EtcdCluster etcd) =>
    [
        "--etcd-servers", string.Join(',', etcd.Endpoints), "--etcd-cafile", etcd.CaFile!,
        "--etcd-certfile", etcd.CertFile!, "--etcd-keyfile", etcd.KeyFile!,
    ];

    private static async Task<ServerProcess> StartAsync(ServerCredentials pki, string[] all)
    {
        var process = HortusProcess.Start(Locate(), all, pki.Folder);
        try
        {
            return new ServerProcess(process, new Uri(await process.WaitForAsync(Serving())));
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends it as a power cut would: nothing is flushed, nothing is said.</summary>
    public Task KillAsync() => process.KillAsync();

    public ValueTask DisposeAsync() => process.DisposeAsync();

    /// <summary>The program <c>hortus</c> of the configuration that these tests were built in.</summary>
    public static string Locate()
    {
        var configuration = AppContext.BaseDirectory.Contains("/Release/", StringComparison.Ordinal) ? "Release" : "Debug";
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var output = Path.Combine(folder.FullName, "src", "app", "Hortus", "bin", configuration, "net10.0", "hortus");
            if (File.Exists(output))
            {
                return output;
            }
        }

        throw new InvalidOperationException($"the program hortus is not built in configuration {configuration}; run make build");
    }

    [GeneratedRegex(@"serving the Kubernetes API at (https://[^\s]+)")]
    private static partial Regex Serving();
}
