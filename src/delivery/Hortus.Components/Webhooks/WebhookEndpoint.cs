using System.Net;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;

namespace Hortus.Components.Webhooks;

/// <summary>Where webhooks are served and how API servers get there.</summary>
/// <param name="Listen">Address in the pod; port 0 takes a free one.</param>
/// <param name="Hosts">Names and addresses in the serving certificate.</param>
/// <param name="ClientConfigOf">The way to a path, given the port that is listened on; without authorities.</param>
public sealed record WebhookEndpoint(
    IPEndPoint Listen, IReadOnlyList<string> Hosts, Func<int, string, WebhookClientConfig> ClientConfigOf)
{
    /// <summary>Behind a Service of the cluster whose API server asks.</summary>
    /// <param name="namespace">Namespace of the Service.</param>
    /// <param name="service">Its name; its port is <see cref="ServedWebhooks.ServicePort"/>.</param>
    /// <param name="port">Where to listen.</param>
    /// <param name="flag">Where the port comes from, for messages.</param>
    /// <exception cref="SettingException">It is no port.</exception>
    public static WebhookEndpoint ForService(string @namespace, string service, int port, string flag) => new(
        AddressOf(port, flag),
        NamesOf(@namespace, service),
        (_, path) => new WebhookClientConfig
        {
            Service = new ServiceReference
            {
                Namespace = @namespace,
                Name = service,
                Path = path,
                Port = ServedWebhooks.ServicePort,
            },
        });

    /// <summary>Behind a Service of another cluster than that whose API server asks, but one that it can reach by name.</summary>
    /// <param name="namespace">Namespace of the Service.</param>
    /// <param name="service">Its name; its port is <see cref="ServedWebhooks.ServicePort"/>.</param>
    /// <param name="port">Where to listen.</param>
    /// <param name="flag">Where the port comes from, for messages.</param>
    /// <exception cref="SettingException">It is no port.</exception>
    public static WebhookEndpoint ForNeighbour(string @namespace, string service, int port, string flag) => new(
        AddressOf(port, flag),
        NamesOf(@namespace, service),
        (_, path) => new WebhookClientConfig { Url = $"https://{service}.{@namespace}.svc:{ServedWebhooks.ServicePort}{path}" });

    /// <summary>At an address of its own, for a component outside of the cluster whose API server asks.</summary>
    /// <param name="url">Leads to <paramref name="port"/>: https, without a path.</param>
    /// <param name="urlFlag">Where the address comes from, for messages.</param>
    /// <param name="port">Where to listen.</param>
    /// <param name="flag">Where the port comes from, for messages.</param>
    /// <exception cref="SettingException">It is no port, or no such address.</exception>
    public static WebhookEndpoint ForUrl(string url, string urlFlag, int port, string flag)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var parsed)
            || parsed is not { Scheme: "https", PathAndQuery: "/", UserInfo: "", Fragment: "" })
        {
            throw new SettingException($"{urlFlag}: want https://HOST[:PORT] without a path, found \"{url}\"");
        }

        return new(
            AddressOf(port, flag), [parsed.Host], (_, path) => new WebhookClientConfig { Url = new Uri(parsed, path).ToString() });
    }

    private static IPEndPoint AddressOf(int port, string flag) => port is > 0 and <= IPEndPoint.MaxPort
        ? new IPEndPoint(IPAddress.Any, port)
        : throw new SettingException($"{flag}: want 1 to {IPEndPoint.MaxPort}, found {port}");

    private static IReadOnlyList<string> NamesOf(string @namespace, string service) =>
    [
        service,
        $"{service}.{@namespace}",
        $"{service}.{@namespace}.svc",
        $"{service}.{@namespace}.svc.cluster.local",
    ];
}
