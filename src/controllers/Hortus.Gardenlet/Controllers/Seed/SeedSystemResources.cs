using Hortus.Components;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Kubernetes;

namespace Hortus.Gardenlet;

/// <summary>What workloads of a seed count on: how important they are to its scheduler. Charts of extensions name these classes, and no
/// pod of an unknown class is ever made.</summary>
internal sealed class SeedSystemResources : IComponent
{
    /// <summary>Name of the ManagedResource.</summary>
    public const string ComponentName = "system";

    private const string Prefix = "gardener-system-";
    private const int Base = 999_998_000;

    private static readonly int[] ForSystem = [900, 800, 700, 600];
    private static readonly int[] ForControlPlanes = [500, 400, 300, 200, 100];

    public string Name => ComponentName;

    public string Namespace => GardenerNames.GardenNamespace;

    public IReadOnlyList<KubernetesObject> Render() =>
    [
        .. ForSystem.Select(level => Of(level, "system components of the seed")),
        .. ForControlPlanes.Select(level => Of(level, "control planes of shoots")),
    ];

    private static PriorityClass Of(int level, string purpose) => new()
    {
        Metadata = new ObjectMeta { Name = $"{Prefix}{level}" },
        Value = Base + level,
        GlobalDefault = false,
        Description = $"Used for {purpose}",
    };
}
