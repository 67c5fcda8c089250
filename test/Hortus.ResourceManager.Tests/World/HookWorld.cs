using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener.Resources;
using Hortus.Objects.Kubernetes;
using Hortus.Pki;
using Hortus.ResourceManager.Webhooks;
using Hortus.Runtime.Webhooks;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hortus.ResourceManager.Tests.World;

/// <summary>Webhooks served over real TLS on loopback, with a CA of their own.</summary>
internal sealed class HookWorld : IAsyncDisposable
{
    private readonly CertificateAuthority authority = CertificateAuthority.Create("hooks", TimeSpan.FromDays(1), TimeProvider.System);
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("hortus-hooks-");
    private readonly WebhookServer server;

    private HookWorld(IReadOnlyDictionary<string, IWebhook> webhooks, CancellationToken cancellationToken)
    {
        WriteCertificate("first");
        server = WebhookServer.StartAsync(
            new IPEndPoint(IPAddress.Loopback, 0),
            CertificateFile.Open(CertificateFileName, KeyFileName).Get,
            webhooks,
            NullLoggerFactory.Instance,
            cancellationToken).GetAwaiter().GetResult();
        Http = NewHttp();
    }

    /// <summary>Trusts the CA.</summary>
    public HttpClient Http { get; }

    public byte[] CaBundle => Encoding.UTF8.GetBytes(authority.CertificatePem);

    private string CertificateFileName => Path.Combine(folder.FullName, "tls.crt");

    private string KeyFileName => Path.Combine(folder.FullName, "tls.key");

    public static HookWorld Start(IReadOnlyDictionary<string, IWebhook> webhooks, CancellationToken cancellationToken) =>
        new(webhooks, cancellationToken);

    /// <summary>The webhooks of a resource manager with these flags.</summary>
    public static HookWorld Start(ResourceManagerOptions options, IKubernetesClient source, IKubernetesClient target, CancellationToken token) =>
        Start(WebhookCatalog.Make(options, source, target), token);

    public Uri Url(string name) => new($"https://127.0.0.1:{server.Port}{WebhookNames.PathPrefix}{name}");

    public WebhookClientConfig ClientConfig(string name) => new() { Url = Url(name).ToString(), CaBundle = CaBundle };

    /// <summary>A configuration with the address of this server in place of that of a cluster.</summary>
    public KubernetesObject Redirect(KubernetesObject configuration)
    {
        WebhookClientConfig Here(WebhookClientConfig there) => there with { Url = new Uri(Url(""), new Uri(there.Url!).AbsolutePath).ToString() };
        return configuration switch
        {
            MutatingWebhookConfiguration mutating => mutating with
            {
                Webhooks = [.. mutating.Webhooks!.Select(w => w with { ClientConfig = Here(w.ClientConfig) })],
            },
            ValidatingWebhookConfiguration validating => validating with
            {
                Webhooks = [.. validating.Webhooks!.Select(w => w with { ClientConfig = Here(w.ClientConfig) })],
            },
            _ => configuration,
        };
    }

    /// <summary>Posts a review.</summary>
    public async Task<(int Code, JsonObject Body)> PostAsync(string name, string json, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Url(name));
        request.Content = new StringContent(json, Encoding.UTF8, "application/json");

        // A server that does not want a large body says so instead of closing the connection while it is being sent.
        request.Headers.ExpectContinue = true;
        using var answer = await Http.SendAsync(request, cancellationToken);
        var body = await answer.Content.ReadAsStringAsync(cancellationToken);
        return ((int)answer.StatusCode, JsonNode.Parse(body)!.AsObject());
    }

    /// <summary>Replaces the certificate by another one of the same CA.</summary>
    public void WriteCertificate(string commonName)
    {
        var pair = authority.Issue(CertificateSpec.Server(commonName, "127.0.0.1"));
        File.WriteAllText(KeyFileName, pair.PrivateKeyPem);
        File.WriteAllText(CertificateFileName, pair.CertificatePem);
    }

    /// <summary>Puts the key of another certificate beside the one there is.</summary>
    public void BreakKey() =>
        File.WriteAllText(KeyFileName, authority.Issue(CertificateSpec.Server("other", "127.0.0.1")).PrivateKeyPem);

    /// <summary>A client with connections of its own.</summary>
    /// <param name="seen">Told of the server's certificates.</param>
    public HttpClient NewHttp(Action<X509Certificate>? seen = null)
    {
        var roots = Pem.ReadBundle(authority.CertificatePem);
        var handler = new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions
            {
                CertificateChainPolicy = new X509ChainPolicy
                {
                    TrustMode = X509ChainTrustMode.CustomRootTrust,
                    RevocationMode = X509RevocationMode.NoCheck,
                },
                RemoteCertificateValidationCallback = (_, certificate, _, errors) =>
                {
                    seen?.Invoke(certificate!);
                    return errors == SslPolicyErrors.None;
                },
            },
        };
        handler.SslOptions.CertificateChainPolicy.CustomTrustStore.AddRange(roots);
        return new HttpClient(handler);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await server.DisposeAsync();
        folder.Delete(recursive: true);
    }
}
