using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Hortus.ApiServer.Decoding;
using Hortus.ApiServer.Requests;
using Hortus.ApiServer.Streaming;
using Hortus.Pki;

namespace Hortus.ApiServer.Webhooks;

/// <summary>A webhook with its pooled connections. Disposing lets calls that are under way, or about to come, end first.</summary>
internal sealed class WebhookEndpoint : IDisposable
{
    private const int AnswerBytesMax = 16 * 1024 * 1024;
    private const int BodyShownMax = 2048;
    private static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan RetirementDelay = TimeSpan.FromMinutes(2);
    private static readonly MediaTypeHeaderValue Json = new("application/json");

    private readonly TimeProvider time;
    private readonly HttpMessageInvoker http;
    private readonly X509Certificate2Collection? roots;
    private ITimer? retirement;
    private volatile string? certificateFault;

    /// <exception cref="WebhookCallException">The CA bundle holds no certificates.</exception>
    public WebhookEndpoint(WebhookAddress address, WebhookServices services, TimeProvider time)
    {
        Address = address;
        this.time = time;
        roots = address.CaBundle.Length == 0 ? null : Roots(address.CaBundle);
        var direct = new DirectNodeDialer();
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            ActivityHeadersPropagator = null,
            EnableMultipleHttp2Connections = true,
            PooledConnectionLifetime = ConnectionLifetime,
            ConnectCallback = async (context, cancellationToken) =>
            {
                return address.Service is { } service
                    ? await services.ConnectAsync(service, cancellationToken)
                    : await direct.DialAsync(context.DnsEndPoint.Host, context.DnsEndPoint.Port, cancellationToken);
            },
        };
        handler.SslOptions.RemoteCertificateValidationCallback = Check;
        http = new HttpMessageInvoker(handler);
    }

    public WebhookAddress Address { get; }

    /// <summary>Whether the PEM text holds at least one certificate.</summary>
    public static bool IsBundle(string pem)
    {
        try
        {
            return Pem.ReadBundle(pem).Count > 0;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    /// <summary>Posts a review and reads the answer.</summary>
    /// <exception cref="WebhookCallException">No answer in time, or not a JSON object; the message starts with the
    /// request.</exception>
    public async Task<JsonObject> PostAsync(
        ReadOnlyMemory<byte> review, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var seconds = Math.Max(1, (int)Math.Ceiling(timeout.TotalSeconds));
        var query = "timeout=" + seconds.ToString(CultureInfo.InvariantCulture) + "s";
        var shown = Address.Shown + (Address.Url.Query.Length > 0 ? "&" : "?") + query;
        using var deadline = new CancellationTokenSource(timeout, time);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            var url = new UriBuilder(Address.Url)
            {
                Query = Address.Url.Query.TrimStart('?') is { Length: > 0 } q
                ? q + "&" + query : query
            };
            using var request = new HttpRequestMessage(HttpMethod.Post, url.Uri)
            {
                Version = HttpVersion.Version20,
                VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
                Content = new ReadOnlyMemoryContent(review),
            };
            request.Content.Headers.ContentType = Json;
            request.Headers.Accept.ParseAdd("application/json");
            using var response = await http.SendAsync(request, end.Token);
            var body = await ReadAsync(response, end.Token);
            return response.IsSuccessStatusCode
                ? Parse(body)
                : throw new WebhookCallException(Refusal((int)response.StatusCode, body));
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new WebhookCallException($"Post \"{shown}\": context deadline exceeded", e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or HttpProtocolException)
        {
            throw new WebhookCallException($"Post \"{shown}\": {Describe(e)}", e);
        }
    }

    /// <summary>Requests that were matched a moment ago still get through; after that the connections close.</summary>
    public void Dispose() =>
        retirement ??= time.CreateTimer(_ => Close(), null, RetirementDelay, Timeout.InfiniteTimeSpan);

    private void Close()
    {
        retirement?.Dispose();
        http.Dispose();
    }

    private static async Task<byte[]> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        using var buffer = new MemoryStream();
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        var chunk = new byte[16 * 1024];
        int read;
        while ((read = await stream.ReadAsync(chunk, cancellationToken)) > 0)
        {
            if (buffer.Length + read > AnswerBytesMax)
            {
                throw new WebhookCallException($"the answer is larger than {AnswerBytesMax} bytes");
            }

            await buffer.WriteAsync(chunk.AsMemory(0, read), cancellationToken);
        }

        return buffer.ToArray();
    }

    private static JsonObject Parse(byte[] body)
    {
        try
        {
            return RequestDecoder.Decode(body, "application/json").Object;
        }
        catch (ApiStatusException e)
        {
            throw new WebhookCallException($"the answer is not a JSON object: {e.Message}", e);
        }
    }

    private static string Refusal(int code, byte[] body)
    {
        var text = System.Text.Encoding.UTF8.GetString(body.AsSpan(0, Math.Min(body.Length, BodyShownMax))).Trim();
        return code switch
        {
            404 => "the server could not find the requested resource",
            >= 500 => $"an error on the server (\"{text}\") has prevented the request from succeeding",
            _ => $"the server responded with the status code {code} but did not return more information: {text}",
        };
    }

    private string Describe(Exception error)
    {
        for (Exception? e = error; e is not null; e = e.InnerException)
        {
            switch (e)
            {
                case SocketException { SocketErrorCode: SocketError.ConnectionRefused }:
                    return $"dial tcp {Address.Url.Authority}: connect: connection refused";
                case SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData }:
                    return $"dial tcp: lookup {Address.Url.Host}: no such host";
                case AuthenticationException when certificateFault is { } fault:
                    return $"tls: failed to verify certificate: x509: {fault}";
                case { InnerException: null }:
                    return e.Message;
                default:
                    break;
            }
        }

        return error.Message;
    }

    private static X509Certificate2Collection Roots(string pem)
    {
        try
        {
            return Pem.ReadBundle(pem);
        }
        catch (CryptographicException e)
        {
            throw new WebhookCallException($"caBundle holds no certificates: {e.Message}", e);
        }
    }

    private bool Check(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (certificate is null)
        {
            certificateFault = "the webhook presented no certificate";
            return false;
        }

        using var copy = X509CertificateLoader.LoadCertificate(certificate.GetRawCertData());
        if (roots is not null)
        {
            using var own = new X509Chain();
            own.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            own.ChainPolicy.CustomTrustStore.AddRange(roots);
            own.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
            own.ChainPolicy.ExtraStore.AddRange(chain?.ChainPolicy.ExtraStore ?? []);
            if (!own.Build(copy))
            {
                var expired = own.ChainStatus.Any(s => s.Status == X509ChainStatusFlags.NotTimeValid);
                certificateFault = expired
                    ? "certificate has expired or is not yet valid"
                    : "certificate signed by unknown authority";
                return false;
            }
        }
        else if (errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors))
        {
            certificateFault = "certificate signed by unknown authority";
            return false;
        }

        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
        {
            var names = copy.Extensions.OfType<X509SubjectAlternativeNameExtension>()
                .SelectMany(e => e.EnumerateDnsNames().Concat(e.EnumerateIPAddresses().Select(a => a.ToString())));
            certificateFault = $"certificate is valid for {string.Join(", ", names)}, not {Address.Url.Host}";
            return false;
        }

        return true;
    }
}
