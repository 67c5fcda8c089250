using System.Security.Cryptography;
using System.Text;
using Hortus.ApiServer;
using Hortus.Client;
using Hortus.Components.Gardenlets;
using Hortus.GardenApi;
using Hortus.GardenControllers;
using Hortus.KubeControllers;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Kubernetes;
using Hortus.Operator;
using Hortus.Pki;
using Hortus.Testing;
using Hortus.Testing.Scripted;

namespace Hortus.Gardenlet.Tests.Bootstrap;

/// <summary>A garden as a gardenlet meets it: TLS, users by certificate and bootstrap token, RBAC, and the controllers that approve and
/// sign.</summary>
public sealed class SecureGarden : IAsyncLifetime
{
    public const string TokenSecret = "0123456789abcdef";

    private readonly string folder = Directory.CreateTempSubdirectory("hortus-bootstrap-").FullName;
    private readonly CertificateAuthority clients = CertificateAuthority.Create("clients", TimeSpan.FromDays(1), TimeProvider.System);
    private InProcessApiServer? server;
    private KubernetesClient? admin;
    private RunningComponent? signer;
    private RunningComponent? controllers;
    private int count;

    /// <summary>Signs what the server shows.</summary>
    public CertificateAuthority Serving { get; } =
        CertificateAuthority.Create("serving", TimeSpan.FromDays(1), TimeProvider.System);

    /// <summary>A client with all rights.</summary>
    public IKubernetesClient Admin => admin!;

    /// <summary>Where the garden is and how it is trusted, without credentials.</summary>
    public ClientConnection Connection => new() { Server = server!.Address, CertificateAuthorityPem = Serving.CertificatePem };

    public static CancellationTokenSource Deadline() => new(TimeSpan.FromSeconds(60));

    public async Task InitializeAsync()
    {
        using var deadline = Deadline();
        using var accounts = RSA.Create(2048);
        var shown = Serving.Issue(CertificateSpec.Server("kube-apiserver", "127.0.0.1", "localhost"));
        server = await InProcessApiServer.StartSecureAsync(
            new ApiServerOptions
            {
                AuthorizationMode = ["RBAC"],
                ClientCaFile = Write("clients.crt", clients.CertificatePem),
                EnableBootstrapTokenAuth = true,
                ServiceAccountSigningKeyFile = Write("accounts.key", accounts.ExportPkcs8PrivateKeyPem()),
            },
            [new GardenApiPlugin(new GardenApiOptions())],
            Pem.ReadKeyPair(shown.CertificatePem, shown.PrivateKeyPem),
            deadline.Token);
        admin = Connect(Identity("admin", TimeSpan.FromHours(1), "system:masters"));
        foreach (var value in new VirtualSystemResources("v0.1.0").Render())
        {
            await ApplyAsync(value, deadline.Token);
        }

        signer = RunningComponent.Start("kube-controller-manager", Admin, TimeProvider.System, (context, token) =>
            new KubeControllerManagerComponent().RunAsync(
                new KubeControllerManagerOptions
                {
                    ClusterSigningCertFile = Path.Combine(folder, "clients.crt"),
                    ClusterSigningKeyFile = Write("clients.key", clients.PrivateKeyPem),
                    Controllers = ["csrsigning"],
                },
                context,
                token));
        controllers = RunningComponent.Start("gardener-controller-manager", Admin, TimeProvider.System, (context, token) =>
            new GardenControllerManagerComponent().RunAsync(context, token));
    }

    public async Task DisposeAsync()
    {
        await controllers!.DisposeAsync();
        await signer!.DisposeAsync();
        admin!.Dispose();
        await server!.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>The name of a seed that no other test uses.</summary>
    public string NewSeed() => $"seed-{Interlocked.Increment(ref count)}";

    /// <summary>The connection of somebody with a certificate.</summary>
    internal ClientConnection Identity(string user, TimeSpan validity, params string[] groups)
    {
        var pair = clients.Issue(CertificateSpec.Client(user, groups) with { Validity = validity });
        return Connection with { ClientCertificatePem = pair.CertificatePem, ClientKeyPem = pair.PrivateKeyPem };
    }

    /// <summary>The connection of a seed's gardenlet.</summary>
    internal ClientConnection Gardenlet(string seed, TimeSpan validity) =>
        Identity(GardenerNames.SeedUserPrefix + seed, validity, GardenerNames.SeedsGroup);

    /// <summary>The connection of an extension that runs in a seed: a service account whose token the seed's gardenlet has got.</summary>
    internal async Task<ClientConnection> ExtensionAsync(
        IKubernetesClient gardenlet, string seed, string account, CancellationToken cancellationToken)
    {
        var key = new ObjectKey(GardenerNames.SeedNamespace(seed), account);
        await gardenlet.ApplyAsync(
            new ServiceAccount { Metadata = new ObjectMeta { Namespace = key.Namespace, Name = key.Name } }, "test", cancellationToken);
        var token = await gardenlet.CreateSubresourceAsync<ServiceAccount, TokenRequest, TokenRequest>(
            key, "token", new TokenRequest(), cancellationToken);
        return Connection with { Token = token.Status.Token };
    }

    public static KubernetesClient Connect(ClientConnection connection) => new(connection, new ClientOptions { UserAgent = "test" });

    /// <summary>Makes a bootstrap token, or another one in its place, as the operator does for the Gardenlet of a seed; its id.</summary>
    public async Task<string> CreateTokenAsync(string seed, DateTimeOffset expiration, CancellationToken cancellationToken)
    {
        var id = BootstrapTokens.IdOf(new ObjectKey("garden", seed));
        await Admin.ApplyAsync(
            new Secret
            {
                Metadata = new ObjectMeta { Namespace = "kube-system", Name = "bootstrap-token-" + id },
                Type = "bootstrap.kubernetes.io/token",
                Data = new Dictionary<string, string>
                {
                    ["token-id"] = id,
                    ["token-secret"] = TokenSecret,
                    ["expiration"] = expiration.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'"),
                    ["usage-bootstrap-authentication"] = "true",
                }.ToDictionary(pair => pair.Key, pair => Encoding.UTF8.GetBytes(pair.Value)),
            },
            "test",
            cancellationToken);
        return id;
    }

    private async Task ApplyAsync(KubernetesObject value, CancellationToken cancellationToken)
    {
        var tree = KubernetesJson.ToNode(value);
        await Admin.Dynamic.ApplyAsync(ResourceKind.Find(value.GetType())!, tree, "test", cancellationToken);
    }

    private string Write(string name, string content)
    {
        var path = Path.Combine(folder, name);
        File.WriteAllText(path, content);
        return path;
    }
}
