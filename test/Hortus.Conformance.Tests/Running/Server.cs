using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using System.Text.RegularExpressions;
using Hortus.Pki;
using Hortus.Testing;

namespace Hortus.Conformance.Tests.Running;

/// <summary>
/// One server for all tests of the collection; or the cluster that <see cref="Target"/> names.
/// </summary>
public sealed partial class Server : IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("hortus-conformance-").FullName;
    private ServerProcess? process;
    private string[] flags = [];
    private HortusProcess? proxy;

    /// <summary>Flags that name another store than a folder of this server's own.</summary>
    public IReadOnlyList<string>? Store { get; init; }

    /// <summary>Authorities of our own server.</summary>
    public ServerCredentials Credentials { get; private set; } = null!;

    /// <summary>Where the server, or the proxy to another cluster, listens.</summary>
    public Uri Address { get; private set; } = null!;

    /// <summary>A folder that is removed at the end.</summary>
    public string Folder => folder;

    /// <summary>kubectl as administrator.</summary>
    public Kubectl Admin { get; private set; } = null!;

    /// <summary>The administrator's kubeconfig for clients that know no <c>tls-server-name</c>.</summary>
    public string SimpleKubeconfig { get; private set; } = "";

    public Task InitializeAsync() => StartWithAsync(_ => []);

    /// <summary>Starts with further flags.</summary>
    /// <returns>The credentials of our own server.</returns>
    public async Task<ServerCredentials> StartWithAsync(Func<ServerCredentials, string[]> arguments)
    {
        if (Target.Kubeconfig is { } kubeconfig)
        {
            Admin = new Kubectl(kubeconfig, folder);
            proxy = HortusProcess.Start(BuiltTools.Installed("kubectl"), ["--kubeconfig", kubeconfig, "proxy", "--port", "0", "--reject-paths", "^$"]);
            Address = new Uri("http://" + await proxy.WaitForAsync(Serving()));
            SimpleKubeconfig = await SimplifyAsync(kubeconfig);
            return null!;
        }

        Credentials = new ServerCredentials(Path.Combine(folder, "credentials"));
        process = await ServerProcess.StartOnAsync(Credentials, StoreFlags(), flags = arguments(Credentials));
        Address = process.Address;
        Admin = As("admin", Credentials.Admin);
        SimpleKubeconfig = Admin.Kubeconfig;
        return Credentials;
    }

    /// <summary>Ends our own server as a power cut would and starts it again at the same address.</summary>
    public async Task RestartAsync()
    {
        await process!.DisposeAsync();
        var port = Address.Port.ToString(CultureInfo.InvariantCulture);
        process = await ServerProcess.StartOnAsync(Credentials, StoreFlags(), [.. flags, "--secure-port", port]);
    }

    public async Task DisposeAsync()
    {
        if (process is not null)
        {
            await process.DisposeAsync();
        }

        if (proxy is not null)
        {
            await proxy.DisposeAsync();
        }

        Directory.Delete(folder, recursive: true);
    }

    /// <summary>kubectl with a client certificate.</summary>
    public Kubectl As(string name, CertificateKeyPair client) => new(Credentials.Kubeconfig(name, Address, client), folder);

    /// <summary>kubectl with a bearer token.</summary>
    public Kubectl WithToken(string name, string token) =>
        new(Credentials.Kubeconfig(name, Address, $"token: {token}"), folder);

    /// <summary>A plain HTTP client of the administrator.</summary>
    public HttpClient Http() => Target.IsForeign
        ? new HttpClient { BaseAddress = Address, Timeout = TimeSpan.FromSeconds(60) }
        : Http(Credentials.Admin);

    /// <summary>A plain HTTP client of our own server; null authenticates as nobody.</summary>
    public HttpClient Http(CertificateKeyPair? client, string? token = null) => Http(Address, Credentials, client, token);

    /// <summary>A plain HTTP client for a server.</summary>
    public static HttpClient Http(Uri address, ServerCredentials credentials, CertificateKeyPair? client, string? token = null)
    {
        var roots = Pem.ReadBundle(credentials.ServingAuthority.CertificatePem);
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false };
        handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
        };
        handler.SslOptions.CertificateChainPolicy.CustomTrustStore.AddRange(roots);
        if (client is not null)
        {
            handler.SslOptions.ClientCertificates = [Pem.ReadKeyPair(client.CertificatePem, client.PrivateKeyPem)];
        }

        var http = new HttpClient(handler) { BaseAddress = address, Timeout = TimeSpan.FromSeconds(30) };
        if (token is not null)
        {
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        return http;
    }

    private string[] StoreFlags() => [.. Store ?? ["--data-dir", Path.Combine(folder, "data")]];

    /// <summary>A kubeconfig with a name of the server leads through the proxy instead.</summary>
    private async Task<string> SimplifyAsync(string kubeconfig)
    {
        if (!(await File.ReadAllTextAsync(kubeconfig)).Contains("tls-server-name:", StringComparison.Ordinal))
        {
            return kubeconfig;
        }

        var file = Path.Combine(folder, "proxy.kubeconfig");
        await File.WriteAllTextAsync(file, $$"""
            apiVersion: v1
            kind: Config
            clusters: [{name: c, cluster: {server: "{{Address}}"} }]
            users: [{name: u, user: {} }]
            contexts: [{name: c, context: {cluster: c, user: u} }]
            current-context: c
            """);
        return file;
    }

    [GeneratedRegex(@"Starting to serve on (\S+)")]
    private static partial Regex Serving();
}

/// <summary>The tests that share the server.</summary>
[CollectionDefinition(Name)]
public sealed class ServerCollection : ICollectionFixture<Server>
{
    public const string Name = "server";
}
