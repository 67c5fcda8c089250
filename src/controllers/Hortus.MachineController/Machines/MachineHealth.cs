using Hortus.Objects;
using Hortus.Objects.Gardener.Machine;
using Hortus.Objects.Kubernetes;

namespace Hortus.MachineController.Machines;

/// <summary>Where a machine stands by the state of its node.</summary>
/// <param name="Phase">The phase it should have.</param>
/// <param name="Reason">Why, for a person.</param>
/// <param name="LookAgain">When time alone can change the verdict; null: only the node can.</param>
internal sealed record HealthVerdict(string Phase, string Reason, TimeSpan? LookAgain = null);

/// <summary>Judges machines that the driver has made; pure.</summary>
internal sealed class MachineHealth(MachineTimes times, IReadOnlyList<string> badConditions)
{
    public HealthVerdict Judge(Machine machine, Node? node, DateTimeOffset now)
    {
        var phase = machine.Status?.CurrentStatus?.Phase;
        if (phase == MachinePhase.Failed)
        {
            return new(MachinePhase.Failed, "given up before");
        }

        var fault = Fault(machine, node);
        if (fault is null)
        {
            return new(MachinePhase.Running, $"node {node!.Metadata.Name} is ready");
        }

        return phase is MachinePhase.Running or MachinePhase.Unknown
            ? Unhealthy(machine, phase, fault, now)
            : Joining(machine, fault, now);
    }

    /// <summary>What is wrong with the node; null when it is healthy.</summary>
    public string? Fault(Machine machine, Node? node)
    {
        if (node is null)
        {
            return "its node is not there";
        }

        var bad = machine.Spec.NodeConditions is { Length: > 0 } own
            ? own.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            : badConditions;
        if (bad.FirstOrDefault(type => Conditions.IsTrue(node.Status.Conditions, type)) is { } condition)
        {
            return $"node {node.Metadata.Name} has the condition {condition}";
        }

        var ready = Conditions.Find(node.Status.Conditions, "Ready");
        return ready?.Status == "True" ? null : $"node {node.Metadata.Name} is not ready: {ready?.Message ?? "no condition yet"}";
    }

    private HealthVerdict Unhealthy(Machine machine, string phase, string fault, DateTimeOffset now)
    {
        if (machine.Spec.DisableHealthTimeout == true)
        {
            return new(MachinePhase.Unknown, fault);
        }

        var limit = times.Health(machine);
        var since = phase == MachinePhase.Unknown ? machine.Status?.CurrentStatus?.LastUpdateTime ?? now : now;
        var left = since + limit - now;
        return left <= TimeSpan.Zero
            ? new(MachinePhase.Failed, $"unhealthy for {limit.TotalMinutes:0.#} min: {fault}")
            : new(MachinePhase.Unknown, fault, left);
    }

    private HealthVerdict Joining(Machine machine, string fault, DateTimeOffset now)
    {
        var limit = times.Creation(machine);
        var left = (machine.Metadata.CreationTimestamp ?? now) + limit - now;
        return left <= TimeSpan.Zero
            ? new(MachinePhase.Failed, $"not ready {limit.TotalMinutes:0.#} min after its creation: {fault}")
            : new(MachinePhase.Available, fault, left);
    }
}
