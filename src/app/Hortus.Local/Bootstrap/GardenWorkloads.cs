using Hortus.Components;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;

namespace Hortus.Local.Bootstrap;

/// <summary>The two controllers that the local garden starts with; the operator deploys everything else.</summary>
public static class GardenWorkloads
{
    /// <summary>Namespace of the operator's and the gardenlet's things.</summary>
    public const string Namespace = "garden";

    /// <summary>Name of the Secret with the gardenlet's kubeconfig for the virtual garden.</summary>
    public const string GardenletKubeconfigSecret = "gardenlet-kubeconfig";

    /// <summary>Name of the Secret with the Seed that the gardenlet registers.</summary>
    public const string SeedConfigSecret = "gardenlet-seed-config";

    // They create namespaces, roles and workloads of any kind for control planes they do not know yet.
    private static IReadOnlyList<PolicyRule> AllOfTheCluster =>
    [
        new PolicyRule { ApiGroups = ["*"], Resources = ["*"], Verbs = ["*"] },
        new PolicyRule { NonResourceURLs = ["*"], Verbs = ["get"] },
    ];

    public static IComponent Operator(ImageVector images) =>
        new WebhookWorkload(Workload(images, "gardener-operator", ["operator", $"--webhook-port={ServedWebhooks.Port}"]));

    public static IComponent Gardenlet(ImageVector images) => Workload(
        images,
        "gardenlet",
        [
            "gardenlet",
            $"--garden-kubeconfig={ControlPlanePod.SecretFolder}/garden/kubeconfig",
            $"--seed-config-file={ControlPlanePod.SecretFolder}/seed/seed.yaml",
        ],
        new Dictionary<string, string> { ["garden"] = GardenletKubeconfigSecret, ["seed"] = SeedConfigSecret });

    private static ServiceAccountWorkload Workload(
        ImageVector images, string name, IReadOnlyList<string> args, IReadOnlyDictionary<string, string>? secrets = null)
    {
        ArgumentNullException.ThrowIfNull(images);
        return new ServiceAccountWorkload(
            new ControllerValues
            {
                Namespace = Namespace,
                Name = name,
                Image = images.Hortus,
                Args = args,
                Secrets = secrets ?? new Dictionary<string, string>(),
            },
            AllOfTheCluster);
    }

    /// <summary>A workload that API servers ask as a webhook.</summary>
    private sealed class WebhookWorkload(IComponent workload) : IComponent
    {
        public string Name => workload.Name;

        public string Namespace => workload.Namespace;

        public IReadOnlyList<KubernetesObject> Render() => [WebhookService.Of(Namespace, Name), .. workload.Render()];
    }
}
