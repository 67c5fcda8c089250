using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Authentication;

namespace Hortus.Oci;

/// <summary>The connections made with one set of trusted authorities; kept, so that they are used again.</summary>
internal sealed class RegistryConnection : IDisposable
{
    // Slower than that, sending a file counts as no answer.
    private const long UploadBytesPerSecondMin = 256 * 1024;

    private static readonly TimeSpan IdleTimeout = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    private readonly HttpMessageInvoker http;
    private readonly RegistryOptions options;
    private readonly TimeProvider clock;

    public RegistryConnection(string? caBundle, RegistryOptions options, TimeProvider clock)
    {
        this.options = options;
        this.clock = clock;
        Trust = new RegistryTrust(caBundle, options.OnlyGivenAuthorities);
        http = new HttpMessageInvoker(new SocketsHttpHandler
        {
            // Redirects are followed by us, who know where credentials may go.
            AllowAutoRedirect = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None,
            ConnectTimeout = options.ConnectTimeout,
            PooledConnectionIdleTimeout = IdleTimeout,
            PooledConnectionLifetime = Lifetime,
            MaxResponseHeadersLength = 64,
            Proxy = new LoopbackBypass(HttpClient.DefaultProxy),
            SslOptions = new SslClientAuthenticationOptions
            {
                EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
                RemoteCertificateValidationCallback = Trust.Accepts,
            },
        });
    }

    public RegistryTrust Trust { get; }

    /// <summary>Sends one request; the answer's content is still to be read.</summary>
    /// <exception cref="OciException">No answer came.</exception>
    public async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("hortus", null));
        var limit = options.ResponseTimeout
            + TimeSpan.FromSeconds((request.Content?.Headers.ContentLength ?? 0) / UploadBytesPerSecondMin);
        using var deadline = new CancellationTokenSource(limit, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        var uri = request.RequestUri!;
        try
        {
            return await http.SendAsync(request, either.Token);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw Unreachable(uri, deadline.IsCancellationRequested
                ? $"no answer within {limit.TotalSeconds:0.#} s"
                : $"no connection within {options.ConnectTimeout.TotalSeconds:0.#} s", e);
        }
        catch (HttpRequestException e) when (
            e.HttpRequestError == HttpRequestError.SecureConnectionError && Trust.RejectionOf(uri.Host) is { } rejection)
        {
            throw new OciException(OciFailure.Untrusted, $"{Place(uri)}: the server is not trusted: {rejection}", e);
        }
        catch (HttpRequestException e) when (e.HttpRequestError == HttpRequestError.SecureConnectionError)
        {
            throw new OciException(
                OciFailure.Unavailable, $"{Place(uri)}: no TLS connection (version 1.2 or newer): {Innermost(e).Message}", e)
            {
                IsWithoutTls = true,
            };
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw Unreachable(uri, Innermost(e).Message, e);
        }
    }

    public void Dispose() => http.Dispose();

    /// <summary>Where a request went, without its query, which may hold signatures.</summary>
    public static string Place(Uri uri) => uri.GetLeftPart(UriPartial.Path);

    public static bool IsLoopback(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));

    private static OciException Unreachable(Uri uri, string why, Exception cause) =>
        new(OciFailure.Unavailable, $"{Place(uri)}: {why}", cause);

    private static Exception Innermost(Exception e) => e.InnerException is { } inner ? Innermost(inner) : e;

    /// <summary>What is on this machine is not reached through a proxy.</summary>
    private sealed class LoopbackBypass(IWebProxy proxy) : IWebProxy
    {
        public ICredentials? Credentials
        {
            get => proxy.Credentials;
            set => proxy.Credentials = value;
        }

        public Uri? GetProxy(Uri destination) => IsBypassed(destination) ? null : proxy.GetProxy(destination);

        public bool IsBypassed(Uri host) => IsLoopback(host.Host) || proxy.IsBypassed(host);
    }
}
