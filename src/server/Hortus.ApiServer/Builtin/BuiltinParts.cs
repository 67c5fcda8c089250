using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Security.Cryptography;
using Hortus.ApiServer.Authentication;
using Hortus.ApiServer.Authorization;
using Hortus.ApiServer.Streaming;
using Microsoft.Extensions.Logging;

namespace Hortus.ApiServer.Builtin;

/// <summary>What <see cref="BuiltinPlugin"/> is made of, built once per server from its options.</summary>
internal sealed class BuiltinParts
{
    private static readonly string[] Modes = ["AlwaysAllow", "AlwaysDeny", "Node", "RBAC", "Webhook"];

    /// <exception cref="IOException">A file cannot be read; the message names it.</exception>
    /// <exception cref="FormatException">An option has a value that makes no sense; the message names it.</exception>
    public BuiltinParts(ApiServerServices services, INodeDialer dialer)
    {
        var options = services.Options;
        Time = services.Time;
        ApiAudiences = options.ApiAudiences.Count > 0 ? options.ApiAudiences : options.ServiceAccountIssuer;
        Keys = ServiceAccountKeys.Load(options.ServiceAccountSigningKeyFile, options.ServiceAccountKeyFile);
        Tokens = new ServiceAccountTokens(Keys, options.ServiceAccountIssuer, ApiAudiences, services.Time);
        TokenAuthenticators = [.. TokenSources(services)];
        Authenticator = CreateAuthenticator(services);
        Rbac = new RbacAuthorizer(Index);
        Authorizers = CreateAuthorizers(services);
        Allocator = CreateAllocator(services);
        Kubelets = new KubeletClient(options, services.Objects, dialer);
        Backends = new BackendClient(dialer);
        Trust = new PublishedTrust(services);
        Events = new EventExpirer(
            services.Objects, options.EventTtl, services.Time, services.LoggerFactory.CreateLogger<EventExpirer>());
    }

    public TimeProvider Time { get; }

    public IReadOnlyList<string> ApiAudiences { get; }

    public ServiceAccountKeys Keys { get; }

    public ServiceAccountTokens Tokens { get; }

    public IReadOnlyList<ITokenAuthenticator> TokenAuthenticators { get; }

    public IAuthenticator Authenticator { get; }

    public RbacIndex Index { get; } = new();

    public RbacAuthorizer Rbac { get; }

    public IReadOnlyList<IAuthorizer> Authorizers { get; }

    /// <summary>The one of the authorizers that holds connections; null when it is not asked for.</summary>
    public WebhookAuthorizer? Webhook => Authorizers.OfType<WebhookAuthorizer>().FirstOrDefault();

    public ServiceAllocator Allocator { get; }

    public KubeletClient Kubelets { get; }

    public BackendClient Backends { get; }

    public PublishedTrust Trust { get; }

    public EventExpirer Events { get; }

    /// <summary>Address under which pods and other servers reach this one.</summary>
    public static IPAddress AdvertisedAddress(ApiServerOptions options)
    {
        if (IPAddress.TryParse(options.AdvertiseAddress ?? options.BindAddress, out var set)
            && !set.Equals(IPAddress.Any) && !set.Equals(IPAddress.IPv6Any))
        {
            return set;
        }

        return NetworkInterface.GetAllNetworkInterfaces()
            .Where(i => i.OperationalStatus == OperationalStatus.Up
                && i.NetworkInterfaceType != NetworkInterfaceType.Loopback)
            .SelectMany(i => i.GetIPProperties().UnicastAddresses)
            .Select(a => a.Address)
            .FirstOrDefault(a => a.AddressFamily == AddressFamily.InterNetwork) ?? IPAddress.Loopback;
    }

    private static ServiceAllocator CreateAllocator(ApiServerServices services)
    {
        var ranges = services.Options.ServiceClusterIPRange.Select(AddressRange.Parse).ToList();
        var text = services.Options.ServiceNodePortRange;
        var dash = text.IndexOf('-', StringComparison.Ordinal);
        if (dash <= 0 || !int.TryParse(text.AsSpan(0, dash), out var first)
            || !int.TryParse(text.AsSpan(dash + 1), out var last)
            || first < 1 || last > 65535 || first > last)
        {
            throw new FormatException(
                $"invalid value \"{text}\" for --service-node-port-range: want a range such as 30000-32767");
        }

        var random = new Random(RandomNumberGenerator.GetInt32(int.MaxValue));
        return new ServiceAllocator(services.Objects, ranges, (first, last), services.Time, random);
    }

    private List<IAuthorizer> CreateAuthorizers(ApiServerServices services)
    {
        if (services.Options.AuthorizationWebhookVersion is var version and not "v1")
        {
            throw new FormatException($"invalid value \"{version}\" for --authorization-webhook-version: supported is v1");
        }

        var authorizers = new List<IAuthorizer> { new MastersAuthorizer() };
        foreach (var mode in services.Options.AuthorizationMode)
        {
            authorizers.Add(mode switch
            {
                "AlwaysAllow" => new ConstantAuthorizer(AuthorizationDecision.Allow("mode AlwaysAllow")),
                "AlwaysDeny" => new ConstantAuthorizer(AuthorizationDecision.NoOpinion("Everything is forbidden.")),
                "Node" => new NodeAuthorizer(services.Objects),
                "RBAC" => Rbac,
                "Webhook" => new WebhookAuthorizer(
                    WebhookKubeconfig.Load(services.Options.AuthorizationWebhookConfigFile),
                    services.Options,
                    services.Time,
                    services.LoggerFactory.CreateLogger<WebhookAuthorizer>()),
                _ => throw new FormatException(
                    $"invalid value \"{mode}\" for --authorization-mode: supported modes are "
                    + string.Join(", ", Modes)),
            });
        }

        return authorizers;
    }

    private IEnumerable<ITokenAuthenticator> TokenSources(ApiServerServices services)
    {
        if (services.Options.TokenAuthFile is { } file)
        {
            yield return StaticTokenAuthenticator.Load(file);
        }

        yield return new ServiceAccountAuthenticator(Tokens, services.Objects);
        if (services.Options.EnableBootstrapTokenAuth)
        {
            yield return new BootstrapTokenAuthenticator(services.Objects, services.Time);
        }
    }

    private RequestAuthenticator CreateAuthenticator(ApiServerServices services)
    {
        var options = services.Options;
        var proxies = options.RequestheaderClientCaFile is { } proxyCa
            ? CertificateVerifier.Load(proxyCa, services.Time)
            : null;
        var clients = options.ClientCaFile is { } clientCa ? CertificateVerifier.Load(clientCa, services.Time) : null;
        var headers = new FrontProxyHeaders(
            options.RequestheaderAllowedNames,
            options.RequestheaderUsernameHeaders,
            options.RequestheaderGroupHeaders,
            options.RequestheaderExtraHeadersPrefix);
        return new RequestAuthenticator(
            [
                new FrontProxyAuthenticator(proxies, headers),
                new CertificateAuthenticator(clients),
                new BearerTokenAuthenticator(TokenAuthenticators, ApiAudiences),
            ],
            new Impersonation(services.Authorize),
            options.AnonymousAuth);
    }
}
