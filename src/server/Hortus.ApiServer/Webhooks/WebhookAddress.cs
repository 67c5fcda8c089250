using Hortus.ApiServer.Services;
using Hortus.Objects.Kubernetes;

namespace Hortus.ApiServer.Webhooks;

/// <summary>Where a webhook listens and whom it must be signed by.</summary>
/// <param name="Url">Its URL; the host of a service is <c>name.namespace.svc</c>.</param>
/// <param name="Service">The service behind the URL; null for plain URLs.</param>
/// <param name="CaBundle">Authorities in PEM; empty for those of the system.</param>
internal sealed record WebhookAddress(Uri Url, ServiceTarget? Service, string CaBundle)
{
    private const int PortDefault = 443;

    /// <summary>Reads a client configuration.</summary>
    /// <exception cref="WebhookCallException">It names no place.</exception>
    public static WebhookAddress Of(WebhookClientConfig config)
    {
        var roots = config.CaBundle is { Length: > 0 } bytes ? System.Text.Encoding.UTF8.GetString(bytes) : "";
        if (config.Service is { } service)
        {
            var name = new ServiceTarget(service.Namespace, service.Name, service.Port ?? PortDefault);
            var path = (service.Path ?? "").TrimStart('/');
            return new WebhookAddress(
                new Uri($"https://{name.Host}:{name.Port}/{path}"), name, roots);
        }

        return Uri.TryCreate(config.Url, UriKind.Absolute, out var url)
            ? new WebhookAddress(url, null, roots)
            : throw new WebhookCallException("webhook configuration must have either service or URL");
    }

    /// <summary>The URL as messages show it, with the port of a service even when it is 443.</summary>
    public string Shown => Service is { } service
        ? $"https://{Url.Host}:{service.Port}{Url.PathAndQuery}"
        : Url.ToString();
}
