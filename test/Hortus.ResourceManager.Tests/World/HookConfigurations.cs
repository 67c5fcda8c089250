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
                    Probe,
                ],
            },
            world.Token);
        await InEffectAsync(world);
    }

    private static readonly Dictionary<string, string> ProbeLabels = new() { ["hook-probe"] = "yes" };

    // Nobody answers it: once it stands in the way of what it selects, the webhooks beside it are asked too.
    private static MutatingWebhook Probe => new()
    {
        Name = "probe.resources.gardener.cloud",
        ClientConfig = new WebhookClientConfig { Url = "https://127.0.0.1:1/" },
        Rules = [new RuleWithOperations { ApiGroups = [""], ApiVersions = ["*"], Resources = ["configmaps"], Operations = ["CREATE"] }],
        ObjectSelector = new LabelSelector { MatchLabels = ProbeLabels },
        FailurePolicy = "Fail",
        SideEffects = "None",
        AdmissionReviewVersions = ["v1"],
    };

    private static async Task InEffectAsync(ResourceWorld world)
    {
        try
        {
            while (true)
            {
                await world.Target.Client.CreateAsync(
                    new ConfigMap { Metadata = new ObjectMeta { Namespace = "default", GenerateName = "probe-", Labels = ProbeLabels } },
                    world.Token);
            }
        }
        catch (ApiException e) when (e.Code == 500)
        {
            // The probe was asked.
        }
    }
}
