using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Hortus.ApiServer.Access;
using Hortus.ApiServer.Builtin;
using Hortus.ApiServer.Requests;
using Hortus.Objects;
using Hortus.Pki;

namespace Hortus.ApiServer.Streaming;

/// <summary>Sends requests to the kubelets of nodes, as the client that --kubelet-client-certificate names.</summary>
internal sealed class KubeletClient : IDisposable
{
    private const int PortDefault = 10250;
    private static readonly TimeSpan ConnectTimeMax = TimeSpan.FromSeconds(10);

    private readonly IObjectReader objects;
    private readonly IReadOnlyList<string> addressTypes;
    private readonly X509Certificate2Collection? roots;
    private readonly HttpMessageInvoker http;
    private readonly CancellationTokenSource stopping = new();

    /// <exception cref="IOException">A certificate file cannot be read; the message names it.</exception>
    public KubeletClient(ApiServerOptions options, IObjectReader objects, INodeDialer dialer)
    {
        Stopping = stopping.Token;
        this.objects = objects;
        addressTypes = options.KubeletPreferredAddressTypes;
        roots = options.KubeletCertificateAuthority is { } ca
            ? Read(ca, () => Pem.ReadBundle(File.ReadAllText(ca)))
            : null;
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            ActivityHeadersPropagator = null,
            ConnectTimeout = ConnectTimeMax,
            ConnectCallback = (context, cancellationToken) =>
                dialer.DialAsync(context.DnsEndPoint.Host, context.DnsEndPoint.Port, cancellationToken),
        };
        handler.SslOptions.RemoteCertificateValidationCallback = Check;
        if (options is { KubeletClientCertificate: { } certificate, KubeletClientKey: { } key })
        {
            var pair = Read(certificate, () => Pem.ReadKeyPair(File.ReadAllText(certificate), File.ReadAllText(key)));
            handler.SslOptions.ClientCertificates = [pair];
            handler.SslOptions.LocalCertificateSelectionCallback = (_, _, _, _, _) => pair;
        }

        http = new HttpMessageInvoker(handler);
    }

    /// <summary>Address of a node's kubelet.</summary>
    /// <exception cref="ApiStatusException">404: no such node; 503: it tells no address that can be reached.</exception>
    public async ValueTask<Uri> FindAsync(string nodeName, CancellationToken cancellationToken)
    {
        var node = await objects.FindAsync(Kinds.Node, ObjectKey.Cluster(nodeName), cancellationToken)
            ?? throw ApiErrors.NotFound(Kinds.Node, nodeName);
        var addresses = node.Items("status", "addresses").ToList();
        var address = addressTypes
            .Select(type => addresses.FirstOrDefault(a => a.Text("type") == type)?.Text("address"))
            .FirstOrDefault(a => a is not null && Uri.CheckHostName(a) != UriHostNameType.Unknown)
            ?? throw ApiErrors.ServiceUnavailable(
                $"node {nodeName} has no address to reach its kubelet at; known addresses: "
                + new JsonArray([.. addresses.Select(a => a.DeepClone())]).ToJsonString());
        var port = node.Number("status", "daemonEndpoints", "kubeletEndpoint", "Port") ?? PortDefault;
        return port is > 0 and <= ushort.MaxValue
            ? new UriBuilder("https", address, (int)port).Uri
            : throw ApiErrors.ServiceUnavailable($"node {nodeName} tells {port} as the port of its kubelet");
    }

    /// <summary>Cancelled when the server stops.</summary>
    public CancellationToken Stopping { get; }

    /// <summary>Sends a request; the answer's body is read by the caller as it comes.</summary>
    /// <exception cref="ApiStatusException">503: the kubelet cannot be reached or is not trusted.</exception>
    public async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            return await http.SendAsync(request, cancellationToken);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            var reason = e.InnerException is { } inner ? $"{e.Message}: {inner.Message}" : e.Message;
            throw ApiErrors.ServiceUnavailable($"error dialing the kubelet at {request.RequestUri?.Authority}: {reason}");
        }
    }

    /// <summary>Ends also what is still being passed on.</summary>
    public void Dispose()
    {
        stopping.Cancel();
        stopping.Dispose();
        http.Dispose();
    }

    private static T Read<T>(string path, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (CryptographicException e)
        {
            throw new IOException($"{path}: {e.Message}", e);
        }
    }

    // Without a CA for kubelets their certificates are taken as they are, as upstream does.
    private bool Check(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (roots is null)
        {
            return true;
        }

        if (certificate is null || errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
        {
            return false;
        }

        using var own = new X509Chain();
        own.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        own.ChainPolicy.CustomTrustStore.AddRange(roots);
        own.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        using var copy = X509CertificateLoader.LoadCertificate(certificate.GetRawCertData());
        return own.Build(copy);
    }
}
