using Hortus.Components;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;

namespace Hortus.Operator;

/// <summary>How important the garden's workloads are to the runtime cluster's scheduler.</summary>
public sealed class GardenPriorities : IComponent
{
    /// <summary>Name of the ManagedResource.</summary>
    public const string ComponentName = "garden-priority-classes";

    /// <summary>For extensions that serve the garden itself.</summary>
    public const string Extensions = "gardener-garden-system-200";

    /// <summary>For what the virtual garden's API server asks before it stores something.</summary>
    public const string Admission = "gardener-garden-system-400";

    private const string Prefix = "gardener-garden-system-";
    private const int Base = 999_999_000;

    private static readonly (string Suffix, int Value)[] Classes =
        [("critical", 550), ("500", 500), ("400", 400), ("300", 300), ("200", 200), ("100", 100)];

    public string Name => ComponentName;

    public string Namespace => VirtualGardenNames.Namespace;

    public IReadOnlyList<KubernetesObject> Render() =>
    [
        .. Classes.Select(item => new PriorityClass
        {
            Metadata = new ObjectMeta { Name = Prefix + item.Suffix },
            Value = Base + item.Value,
            GlobalDefault = false,
            Description = "Used for components of the garden in its runtime cluster",
        }),
    ];
}
