using System.Net;
using Hortus.Components;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;

namespace Hortus.Operator.Webhooks;

/// <summary>Where the operator's webhooks are served and how API servers get there.</summary>
/// <param name="Listen">Address in the pod; port 0 takes a free one.</param>
/// <param name="Hosts">Names and addresses in the serving certificate.</param>
/// <param name="ClientConfigOf">The way to a path, given the port that is listened on; without authorities.</param>
internal sealed record WebhookEndpoint(
    IPEndPoint Listen, IReadOnlyList<string> Hosts, Func<int, string, WebhookClientConfig> ClientConfigOf)
{
    /// <summary>Service in front of the operator's pods.</summary>
    public const string ServiceName = "gardener-operator";

    /// <summary>The endpoint behind the operator's Service.</summary>
    /// <exception cref="SettingException">It is no port.</exception>
    public static WebhookEndpoint ForService(int port) => new(
        port is > 0 and <= IPEndPoint.MaxPort
            ? new IPEndPoint(IPAddress.Any, port)
            : throw new SettingException($"--webhook-port: want 0 to {IPEndPoint.MaxPort}, found {port}"),
        [
            ServiceName,
            $"{ServiceName}.{VirtualGardenNames.Namespace}",
            $"{ServiceName}.{VirtualGardenNames.Namespace}.svc",
            $"{ServiceName}.{VirtualGardenNames.Namespace}.svc.cluster.local",
        ],
        (_, path) => new WebhookClientConfig
        {
            Service = new ServiceReference
            {
                Namespace = VirtualGardenNames.Namespace,
                Name = ServiceName,
                Path = path,
                Port = ServedWebhooks.ServicePort,
            },
        });
}
