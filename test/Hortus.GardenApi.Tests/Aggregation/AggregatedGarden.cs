using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Hortus.ApiServer;
using Hortus.Client;
using Hortus.GardenServer;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;
using Hortus.Pki;
using Hortus.Testing;
using Hortus.Testing.Scripted;

namespace Hortus.GardenApi.Tests.Aggregation;

/// <summary>A cluster and, behind it, the server of Gardener's groups: two servers that meet over TLS.</summary>
public sealed class AggregatedGarden : IAsyncLifetime
{
    public const string AliceToken = "alices-token";
    public const string BobToken = "bobs-token";
    public const string CarolToken = "carols-token";
    public const string GardenletToken = "gardenlets-token";

    private static readonly string[] Versions =
    [
        "core.gardener.cloud/v1", "core.gardener.cloud/v1beta1", "security.gardener.cloud/v1alpha1",
        "seedmanagement.gardener.cloud/v1alpha1", "operations.gardener.cloud/v1alpha1",
    ];

    private readonly string folder = Directory.CreateTempSubdirectory("hortus-aggregated-").FullName;
    private readonly int port = FreePort();
    private readonly CertificateAuthority serving = CertificateAuthority.Create("serving", TimeSpan.FromDays(1), TimeProvider.System);
    private InProcessApiServer? host;
    private KubernetesClient? admin;
    private RunningComponent? behind;

    /// <summary>The wire answer.</summary>
    public sealed record Answer(int Code, JsonObject Body, HttpResponseHeaders Headers, string ContentType)
    {
        public string Message => $"{Body["message"]}";
    }

    public InProcessApiServer Host => host!;

    /// <summary>The authority of front proxies at the start; the host's is in <c>proxy-ca.crt</c>.</summary>
    public CertificateAuthority Proxies { get; } =
        CertificateAuthority.Create("proxies", TimeSpan.FromDays(1), TimeProvider.System);

    /// <summary>A client of the host with all rights.</summary>
    public KubernetesClient Admin => admin!;

    public static CancellationTokenSource Deadline() => new(TimeSpan.FromSeconds(60));

    public static ObjectKey NameOf(string version) =>
        ObjectKey.Cluster($"{GroupVersion.Parse(version).Version}.{GroupVersion.Parse(version).Group}");

    public async Task InitializeAsync()
    {
        using var deadline = Deadline();
        var clients = CertificateAuthority.Create("clients", TimeSpan.FromDays(1), TimeProvider.System);
        var proxy = Proxies.Issue(CertificateSpec.Client("kube-aggregator"));
        host = await InProcessApiServer.StartAsync(
            new ApiServerOptions
            {
                AuthorizationMode = ["RBAC", "Webhook"],
                AuthorizationWebhookConfigFile = Write("webhook.kubeconfig", Reviewer(clients)),
                AuthorizationWebhookCacheAuthorizedTtl = TimeSpan.Zero,
                AuthorizationWebhookCacheUnauthorizedTtl = TimeSpan.Zero,
                TokenAuthFile = Write("tokens.csv", $"{AliceToken},alice,1,\n{BobToken},bob,2,\n{CarolToken},carol,3,\"gardeners,night-shift\"\n"
                    + $"{GardenletToken},gardener.cloud:system:seed:a,4,gardener.cloud:system:seeds\n"),
                ClientCaFile = Write("client-ca.crt", clients.CertificatePem),
                RequestheaderClientCaFile = Write("proxy-ca.crt", Proxies.CertificatePem),
                RequestheaderAllowedNames = ["kube-aggregator"],
                ProxyClientCertFile = Write("proxy.crt", proxy.CertificatePem),
                ProxyClientKeyFile = Write("proxy.key", proxy.PrivateKeyPem),
            },
            [],
            TimeProvider.System,
            deadline.Token);
        admin = host.Connect();
        StartBehind();
        await RegisterAsync(deadline.Token);
        await UntilAvailableAsync(deadline.Token);
    }

    public async Task DisposeAsync()
    {
        await StopBehindAsync();
        admin?.Dispose();
        await Host.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    // How the host asks the server behind what gardenlets may do.
    private string Reviewer(CertificateAuthority clients)
    {
        var shown = clients.Issue(CertificateSpec.Client("system:kube-apiserver", "system:masters"));
        return KubeConfig.ForClientCertificate(
            "review", $"https://127.0.0.1:{port}/webhooks/auth/seed", serving.CertificatePem, shown.CertificatePem, shown.PrivateKeyPem)
            .ToYaml();
    }

    /// <summary>Starts the server behind, with what it stored before.</summary>
    public void StartBehind()
    {
        var certificate = serving.Issue(CertificateSpec.Server("gardener-apiserver", "gardener-apiserver.kube-system.svc", "127.0.0.1"));
        var options = new GardenerApiServerOptions
        {
            BindAddress = "127.0.0.1",
            SecurePort = port,
            ClusterIdentity = "test-landscape",
            DataDir = Path.Combine(folder, "data"),
            TlsCertFile = Write("serving.crt", certificate.CertificatePem),
            TlsPrivateKeyFile = Write("serving.key", certificate.PrivateKeyPem),
        };
        behind = RunningComponent.Start("gardener-apiserver", Admin, TimeProvider.System,
            (context, token) => new GardenerApiServerComponent().RunAsync(options, context, token));
    }

    public async Task StopBehindAsync()
    {
        if (behind is not null)
        {
            await behind.DisposeAsync();
            behind = null;
        }
    }

    public async Task UntilAvailableAsync(CancellationToken cancellationToken)
    {
        foreach (var version in Versions)
        {
            await UntilAsync(version, "True", cancellationToken);
        }
    }

    /// <summary>The condition Available when it has the status.</summary>
    public async Task<APIServiceCondition> UntilAsync(string version, string status, CancellationToken cancellationToken)
    {
        await foreach (var change in Admin.WatchAsync<APIService>(
            new Client.WatchOptions { FieldSelector = $"metadata.name={NameOf(version).Name}" }, cancellationToken))
        {
            if (change.Object.Status.Conditions?.FirstOrDefault(c => c.Type == "Available") is { } found && found.Status == status)
            {
                return found;
            }
        }

        throw new InvalidOperationException("the watch has ended");
    }

    /// <summary>Sends a request to the host; without a token as administrator.</summary>
    public async Task<Answer> SendAsync(
        HttpMethod method,
        string path,
        JsonNode? body = null,
        string contentType = "application/json",
        string accept = "application/json",
        string? token = null,
        params (string Name, string Value)[] headers)
    {
        using var deadline = Deadline();
        using var request = new HttpRequestMessage(method, path);
        request.Headers.TryAddWithoutValidation("Accept", accept);
        if (token is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        if (body is not null)
        {
            request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, contentType);
        }

        using var response = await Host.Client.SendAsync(request, deadline.Token);
        var text = await response.Content.ReadAsStringAsync(deadline.Token);
        return new Answer(
            (int)response.StatusCode,
            text.StartsWith('{') ? (JsonObject)JsonNode.Parse(text)! : [],
            response.Headers,
            response.Content.Headers.ContentType?.ToString() ?? "");
    }

    public Task<Answer> GetAsync(string path, string accept = "application/json", string? token = null) =>
        SendAsync(HttpMethod.Get, path, accept: accept, token: token);

    /// <summary>Asks the server behind directly, as somebody without the proxy's certificate.</summary>
    public Task<(int Code, string Text)> AskBehindAsync(string path, string? token, params (string Name, string Value)[] headers) =>
        AskBehindAsync(path, token, null, headers);

    /// <summary>Asks the server behind directly, with a client certificate.</summary>
    public async Task<(int Code, string Text)> AskBehindAsync(
        string path, string? token, CertificateKeyPair? shown, params (string Name, string Value)[] headers)
    {
        using var deadline = Deadline();
        using var handler = new HttpClientHandler { ServerCertificateCustomValidationCallback = (_, _, _, _) => true };
        if (shown is not null)
        {
            handler.ClientCertificates.Add(Pem.ReadKeyPair(shown.CertificatePem, shown.PrivateKeyPem));
        }

        using var client = new HttpClient(handler) { BaseAddress = new Uri($"https://127.0.0.1:{port}/") };
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (token is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var response = await client.SendAsync(request, deadline.Token);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync(deadline.Token));
    }

    /// <summary>Creates an object through the host and demands success.</summary>
    public async Task CreateAsync<T>(T value) where T : KubernetesObject
    {
        using var deadline = Deadline();
        await Admin.CreateAsync(value, deadline.Token);
    }

    private async Task RegisterAsync(CancellationToken cancellationToken)
    {
        await Admin.CreateAsync(
            new Service
            {
                Metadata = new ObjectMeta { Namespace = "kube-system", Name = "gardener-apiserver" },
                Spec = new ServiceSpec { Ports = [new ServicePort { Name = "https", Port = 443, Protocol = "TCP" }] },
            },
            cancellationToken);
        await Admin.CreateAsync(
            new EndpointSlice
            {
                Metadata = new ObjectMeta
                {
                    Namespace = "kube-system",
                    Name = "gardener-apiserver",
                    Labels = new Dictionary<string, string> { ["kubernetes.io/service-name"] = "gardener-apiserver" },
                },
                AddressType = "IPv4",
                Endpoints = [new Endpoint { Addresses = ["127.0.0.1"] }],
                Ports = [new DiscoveryEndpointPort { Name = "https", Port = port, Protocol = "TCP" }],
            },
            cancellationToken);
        foreach (var version in Versions)
        {
            await Admin.CreateAsync(
                new APIService
                {
                    Metadata = new ObjectMeta { Name = NameOf(version).Name },
                    Spec = new APIServiceSpec
                    {
                        Group = GroupVersion.Parse(version).Group,
                        Version = GroupVersion.Parse(version).Version,
                        GroupPriorityMinimum = 10000,
                        VersionPriority = 20,
                        CaBundle = Encoding.UTF8.GetBytes(serving.CertificatePem),
                        Service = new APIServiceReference { Namespace = "kube-system", Name = "gardener-apiserver", Port = 443 },
                    },
                },
                cancellationToken);
        }
    }

    /// <summary>Writes a file that the servers read.</summary>
    public string Write(string name, string text)
    {
        var path = Path.Combine(folder, name);
        File.WriteAllText(path, text);
        return path;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
