using System.Globalization;
using Hortus.MachineController.Machines;
using Hortus.Objects;
using Hortus.Objects.Gardener.Machine;

namespace Hortus.MachineController.Sets;

/// <summary>What a machine set must do to have as many machines as wanted.</summary>
/// <param name="Create">Machines to make.</param>
/// <param name="Delete">Machines to take down.</param>
internal sealed record MachineSetPlan(int Create, IReadOnlyList<Machine> Delete)
{
    /// <summary>Machines with a lower number die first; 3 when absent.</summary>
    private const string PriorityAnnotation = "machinepriority.machine.sapcloud.io";

    private const int UsualPriority = 3;

    public bool IsEmpty => Create == 0 && Delete.Count == 0;

    /// <summary>Compares what is wanted with the set's machines; pure.</summary>
    public static MachineSetPlan For(MachineSet set, IReadOnlyList<Machine> machines)
    {
        var given = machines.Where(m => !m.Metadata.IsDeleting() && !MachineCounts.IsActive(m));
        var active = machines.Where(MachineCounts.IsActive).ToArray();
        var missing = (set.Spec.Replicas ?? 0) - active.Length;
        var surplus = active.OrderBy(Priority).ThenBy(Worth).ThenByDescending(m => m.Metadata.CreationTimestamp)
            .ThenBy(m => m.Metadata.Name, StringComparer.Ordinal).Take(Math.Max(0, -missing));
        return new MachineSetPlan(Math.Max(0, missing), [.. given, .. surplus]);
    }

    private static int Priority(Machine machine) =>
        int.TryParse(machine.Metadata.Annotation(PriorityAnnotation), CultureInfo.InvariantCulture, out var priority)
            ? priority
            : UsualPriority;

    // What carries no pods goes first.
    private static int Worth(Machine machine) => machine.Status?.CurrentStatus?.Phase switch
    {
        MachinePhase.CrashLoopBackOff => 0,
        null or MachinePhase.Pending => 1,
        MachinePhase.Available => 2,
        MachinePhase.Unknown => 3,
        _ => 4,
    };
}
