using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using Hortus.Pki;

namespace Hortus.Conformance.Tests.Running;

/// <summary>One server for all tests of the collection; it serves the garden's kinds too.</summary>
public sealed class Server : IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("hortus-conformance-").FullName;
    private ServerProcess? process;

    public ServerCredentials Credentials { get; private set; } = null!;

    public Uri Address => process!.Address;

    /// <summary>kubectl as administrator.</summary>
    public Kubectl Admin { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Credentials = new ServerCredentials(Path.Combine(folder, "credentials"));
        process = await ServerProcess.StartAsync(Credentials, Path.Combine(folder, "data"), "--serve-gardener-apis");
        Admin = As("admin", Credentials.Admin);
    }

    public async Task DisposeAsync()
    {
        if (process is not null)
        {
            await process.DisposeAsync();
        }

        Directory.Delete(folder, recursive: true);
    }

    /// <summary>kubectl with a client certificate.</summary>
    public Kubectl As(string name, CertificateKeyPair client) => new(Credentials.Kubeconfig(name, Address, client), folder);

    /// <summary>kubectl with a bearer token.</summary>
    public Kubectl WithToken(string name, string token) =>
        new(Credentials.Kubeconfig(name, Address, $"token: {token}"), folder);

    /// <summary>A plain HTTP client; null authenticates as nobody.</summary>
    public HttpClient Http(CertificateKeyPair? client, string? token = null) => Http(Address, Credentials, client, token);

    /// <summary>A plain HTTP client for a server.</summary>
    public static HttpClient Http(Uri address, ServerCredentials credentials, CertificateKeyPair? client, string? token = null)
    {
        var roots = Pem.ReadBundle(credentials.ServingAuthority.CertificatePem);
        var handler = new SocketsHttpHandler();
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
}

/// <summary>The tests that share the server.</summary>
[CollectionDefinition(Name)]
public sealed class ServerCollection : ICollectionFixture<Server>
{
    public const string Name = "server";
}
