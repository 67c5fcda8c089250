using Hortus.Client;
using Hortus.Components.Webhooks;
using Hortus.Objects.Kubernetes;
using Hortus.ProviderLocal.Configuration;

namespace Hortus.ProviderLocal.Admission;

/// <summary>The webhooks for what is of type local. Conditions keep API servers from asking about what other providers serve.</summary>
internal static class LocalWebhooks
{
    private const string Group = "core.gardener.cloud";
    private const string ConfigGroup = "local.provider.extensions.gardener.cloud";

    private static readonly MatchCondition LocalShoot = new()
    {
        Name = "provider-is-local",
        Expression = "object.spec.provider.type == 'local'",
    };

    private static readonly MatchCondition LocalProfile = new()
    {
        Name = "type-is-local",
        Expression = "object.spec.type == 'local'",
    };

    // Its type is known to its parent alone; without configuration there is nothing to judge.
    private static readonly MatchCondition LocalConfig = new()
    {
        Name = "config-is-local",
        Expression = "has(object.spec.providerConfig) && has(object.spec.providerConfig.apiVersion) && "
            + $"object.spec.providerConfig.apiVersion.startsWith('{ConfigGroup}/')",
    };

    /// <summary>All of them, as they are served.</summary>
    /// <param name="garden">The garden, for what an object alone does not tell.</param>
    /// <param name="endpoint">Where.</param>
    /// <param name="options">Settings of the component.</param>
    public static WebhookSettings Settings(IKubernetesClient garden, WebhookEndpoint endpoint, AdmissionLocalOptions options) => new()
    {
        Name = AdmissionLocalComponent.ServiceName,
        Domain = ConfigGroup,
        Namespace = options.WebhookConfigNamespace,
        Endpoint = endpoint,
        OwnerNamespace = options.WebhookConfigOwnerNamespace,
        Webhooks =
        [
            new("shoot-defaults", new ShootDefaultsWebhook(), About("shoots", "Namespaced"))
            {
                Mutates = true,
                Conditions = [LocalShoot],
            },
            new("shoot-validation", new ShootValidationWebhook(), About("shoots", "Namespaced")) { Conditions = [LocalShoot] },
            new("cloudprofile-validation", new CloudProfileValidationWebhook(), About("cloudprofiles", "Cluster"))
            {
                Conditions = [LocalProfile],
            },
            new("namespacedcloudprofile-validation", new NamespacedCloudProfileValidationWebhook(garden),
                About("namespacedcloudprofiles", "Namespaced"))
            {
                Conditions = [LocalConfig],
            },
        ],
    };

    private static RuleWithOperations About(string resource, string scope) => new()
    {
        ApiGroups = [Group],
        ApiVersions = ["v1beta1"],
        Resources = [resource],
        Operations = ["CREATE", "UPDATE"],
        Scope = scope,
    };
}
