using Hortus.MachineController.Machines;
using Hortus.Objects;
using Hortus.Objects.Gardener.Machine;

namespace Hortus.MachineController.Sets;

/// <summary>Counts machines by what they are good for; pure.</summary>
internal static class MachineCounts
{
    /// <summary>Whether the machine counts towards the wanted number: neither on its way out nor given up.</summary>
    public static bool IsActive(Machine machine) =>
        !machine.Metadata.IsDeleting() && machine.Status?.CurrentStatus?.Phase != MachinePhase.Failed;

    public static bool IsReady(Machine machine) =>
        IsActive(machine) && machine.Status?.CurrentStatus?.Phase == MachinePhase.Running;

    /// <summary>How long until the machine is available; zero when it is, null when time alone does not make it so.</summary>
    public static TimeSpan? AvailableIn(Machine machine, int? minReadySeconds, DateTimeOffset now)
    {
        if (!IsReady(machine))
        {
            return null;
        }

        var left = (machine.Status?.CurrentStatus?.LastUpdateTime ?? now) + TimeSpan.FromSeconds(minReadySeconds ?? 0) - now;
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    /// <summary>The machines of a set.</summary>
    public static IReadOnlyList<Machine> Of(MachineSet set, IEnumerable<Machine> machines) =>
        [.. machines.Where(machine => machine.Metadata.ControllerOwner()?.Uid == set.Metadata.Uid)];

    /// <summary>Those whose last operation failed, for status.failedMachines.</summary>
    public static IReadOnlyList<MachineSummary> Failed(IEnumerable<Machine> machines) =>
    [
        .. from machine in machines
           where !machine.Metadata.IsDeleting() && machine.Status?.LastOperation?.State == MachineOperationState.Failed
           orderby machine.Metadata.Name
           select new MachineSummary
           {
               Name = machine.Metadata.Name,
               ProviderID = machine.Spec.ProviderID,
               LastOperation = machine.Status!.LastOperation,
               OwnerRef = machine.Metadata.ControllerOwner()?.Name,
           },
    ];
}
