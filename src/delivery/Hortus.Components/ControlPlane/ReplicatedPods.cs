using Hortus.Objects;
using Hortus.Objects.Kubernetes;

namespace Hortus.Components;

/// <summary>What pods of one workload have because there are several of them; nothing where there is one.</summary>
internal static class ReplicatedPods
{
    private static readonly string[] Places = ["kubernetes.io/hostname", "topology.kubernetes.io/zone"];

    /// <summary>Keeps them apart, on machines and in zones, as far as there are several; null for a single pod.</summary>
    /// <param name="replicas">How many there are.</param>
    /// <param name="selector">Labels of the pods.</param>
    public static IReadOnlyList<TopologySpreadConstraint>? Spread(int replicas, IReadOnlyDictionary<string, string> selector) =>
        replicas < 2
            ? null
            :
            [
                .. Places.Select(place => new TopologySpreadConstraint
                {
                    MaxSkew = 1,
                    TopologyKey = place,
                    WhenUnsatisfiable = "ScheduleAnyway",
                    LabelSelector = new LabelSelector { MatchLabels = selector },
                }),
            ];

    /// <summary>Lets one of them be evicted at a time; none for a single pod, whose node could never be drained otherwise.</summary>
    /// <param name="workload">Name and namespace of the workload.</param>
    /// <param name="replicas">How many there are.</param>
    /// <param name="selector">Labels of the pods.</param>
    public static IReadOnlyList<PodDisruptionBudget> Budget(
        ObjectKey workload, int replicas, IReadOnlyDictionary<string, string> selector) => replicas < 2
        ? []
        :
        [
            new PodDisruptionBudget
            {
                Metadata = new ObjectMeta { Namespace = workload.Namespace, Name = workload.Name, Labels = selector },
                Spec = new PodDisruptionBudgetSpec
                {
                    MaxUnavailable = 1,
                    Selector = new LabelSelector { MatchLabels = selector },
                    UnhealthyPodEvictionPolicy = "AlwaysAllow",
                },
            },
        ];
}
