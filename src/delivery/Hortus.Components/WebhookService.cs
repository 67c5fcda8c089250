using Hortus.Objects;
using Hortus.Objects.Gardener.Resources;
using Hortus.Objects.Kubernetes;

namespace Hortus.Components;

/// <summary>The Service by which API servers reach webhooks.</summary>
public static class WebhookService
{
    /// <summary>The Service in front of the pods whose label <c>app</c> is its name, see <see cref="ServedWebhooks"/> for the
    /// ports.</summary>
    public static Service Of(string @namespace, string name) => new()
    {
        Metadata = new ObjectMeta
        {
            Namespace = @namespace,
            Name = name,

            // Lets API servers in whose pods have the label of all that ask webhooks.
            Annotations = new Dictionary<string, string>
            {
                [$"{NetworkingNames.FromPrefix}all-webhook-targets{NetworkingNames.FromSuffix}"] =
                    $$"""[{"port":{{ServedWebhooks.Port}},"protocol":"TCP"}]""",
            },
        },
        Spec = new ServiceSpec
        {
            Type = "ClusterIP",
            Selector = new Dictionary<string, string> { ["app"] = name },
            Ports =
            [
                new ServicePort
                {
                    Name = "server",
                    Port = ServedWebhooks.ServicePort,
                    TargetPort = ServedWebhooks.Port,
                    Protocol = "TCP",
                },
            ],
        },
    };
}
