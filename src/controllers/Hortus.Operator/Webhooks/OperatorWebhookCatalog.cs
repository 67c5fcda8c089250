using Hortus.Client;

namespace Hortus.Operator.Webhooks;

/// <summary>The operator's webhooks.</summary>
internal static class OperatorWebhookCatalog
{
    /// <summary>All of them.</summary>
    /// <param name="runtime">The runtime cluster, for what an object alone does not tell.</param>
    public static IReadOnlyList<ServedWebhook> All(IKubernetesClient runtime) =>
    [
        new("extension-defaults", "extensions", new ExtensionDefaultsWebhook(), "CREATE", "UPDATE") { Mutates = true },
        new("extension-validation", "extensions", new ExtensionValidationWebhook(runtime), "CREATE", "UPDATE", "DELETE"),
        new("garden-validation", "gardens", new GardenValidationWebhook(runtime), "CREATE", "UPDATE"),
    ];
}
