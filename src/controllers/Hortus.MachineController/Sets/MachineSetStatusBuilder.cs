using Hortus.Objects.Gardener.Machine;

namespace Hortus.MachineController.Sets;

/// <summary>Counts a set's machines for its status; pure.</summary>
internal static class MachineSetStatusBuilder
{
    public static MachineSetStatus Of(MachineSet set, IReadOnlyList<Machine> machines, DateTimeOffset now)
    {
        var active = machines.Where(MachineCounts.IsActive).ToArray();
        var labels = set.Spec.Template?.Metadata.Labels ?? new Dictionary<string, string>();
        return (set.Status ?? new MachineSetStatus()) with
        {
            // Machines on their way out still cost something, so they are counted.
            Replicas = machines.Count,
            FullyLabeledReplicas = active.Count(m => labels.All(l => m.Metadata.Labels?.GetValueOrDefault(l.Key) == l.Value)),
            ReadyReplicas = active.Count(MachineCounts.IsReady),
            AvailableReplicas = active.Count(m => MachineCounts.AvailableIn(m, set.Spec.MinReadySeconds, now) == TimeSpan.Zero),
            ObservedGeneration = set.Metadata.Generation,
            FailedMachines = MachineCounts.Failed(machines),
        };
    }
}
