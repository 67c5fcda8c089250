using Hortus.Client;
using Hortus.Components;
using Hortus.Components.Webhooks;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;

namespace Hortus.Operator.Webhooks;

/// <summary>The operator's webhooks. They cover the operator's own kinds only: what an operator that is away holds up is never needed
/// to bring it back.</summary>
internal static class OperatorWebhookCatalog
{
    /// <summary>Group of the kinds that are asked about.</summary>
    public const string Group = "operator.gardener.cloud";

    /// <summary>Service in front of the operator's pods, and name of the webhooks' configurations.</summary>
    public const string ServiceName = "gardener-operator";

    /// <summary>Where the options want them; null when they want none.</summary>
    /// <exception cref="SettingException">The port or the address cannot be used.</exception>
    public static WebhookEndpoint? EndpointOf(OperatorOptions options)
    {
        const string portFlag = "--webhook-port";
        const string urlFlag = "--webhook-url";
        return options switch
        {
            { WebhookPort: 0, WebhookUrl: null or "" } => null,
            { WebhookPort: 0 } => throw new SettingException($"{urlFlag} needs {portFlag}, the port that it leads to"),
            { WebhookUrl: { Length: > 0 } url } => WebhookEndpoint.ForUrl(url, urlFlag, options.WebhookPort, portFlag),
            _ => WebhookEndpoint.ForService(VirtualGardenNames.Namespace, ServiceName, options.WebhookPort, portFlag),
        };
    }

    /// <summary>All of them, as they are served.</summary>
    /// <param name="runtime">The runtime cluster, for what an object alone does not tell.</param>
    /// <param name="endpoint">Where.</param>
    public static WebhookSettings Settings(IKubernetesClient runtime, WebhookEndpoint endpoint) => new()
    {
        Name = ServiceName,
        Domain = Group,
        Namespace = VirtualGardenNames.Namespace,
        Endpoint = endpoint,
        Webhooks = All(runtime),
    };

    private static IReadOnlyList<ServedWebhook> All(IKubernetesClient runtime) =>
    [
        new("extension-defaults", new ExtensionDefaultsWebhook(), About("extensions", "CREATE", "UPDATE")) { Mutates = true },
        new("extension-validation", new ExtensionValidationWebhook(runtime), About("extensions", "CREATE", "UPDATE", "DELETE")),
        new("garden-validation", new GardenValidationWebhook(runtime), About("gardens", "CREATE", "UPDATE")),
    ];

    private static RuleWithOperations About(string resource, params IReadOnlyList<string> operations) => new()
    {
        ApiGroups = [Group],
        ApiVersions = ["v1alpha1"],
        Resources = [resource],
        Operations = operations,
        Scope = "Cluster",
    };
}
