using Hortus.Components;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;

namespace Hortus.Local.Bootstrap;

/// <summary>The gardenlet of the local garden.</summary>
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
}
