using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;

namespace Hortus.ResourceManager.Tests.World;

/// <summary>Makes an API server ask webhooks.</summary>
internal static class HookConfigurations
{
    /// <summary>Has a mutating webhook asked from the next request on.</summary>
    public static async Task MutateAsync(
        ResourceWorld world, HookWorld hooks, string name, string group, string resource, params string[] operations)
    {
        var rules = new RuleWithOperations
        {
            ApiGroups = [group],
            ApiVersions = ["*"],
            Resources = [resource],
            Operations = operations,
        };
        await world.Target.Client.CreateAsync(
            new MutatingWebhookConfiguration
            {
                Metadata = new ObjectMeta { Name = "hooks" },
                Webhooks =
                [
                    new MutatingWebhook
                    {
                        Name = "hook.resources.gardener.cloud",
                        ClientConfig = hooks.ClientConfig(name),
                        Rules = [rules],
                        SideEffects = "None",
                        AdmissionReviewVersions = ["v1"],
                    },
                ],
            },
            world.Token);
    }
}
