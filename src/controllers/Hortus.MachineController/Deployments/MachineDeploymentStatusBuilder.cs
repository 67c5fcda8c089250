using Hortus.MachineController.Sets;
using Hortus.Objects.Gardener.Machine;

namespace Hortus.MachineController.Deployments;

/// <summary>Sums a deployment's machines up for its status; pure.</summary>
internal static class MachineDeploymentStatusBuilder
{
    public static MachineDeploymentStatus Of(
        MachineDeployment deployment, string hash, IReadOnlyList<Machine> machines, DateTimeOffset now)
    {
        var spec = deployment.Spec;
        var wanted = spec.Replicas ?? 1;
        var active = machines.Where(MachineCounts.IsActive).ToArray();
        var available = active.Count(m => MachineCounts.AvailableIn(m, spec.MinReadySeconds, now) == TimeSpan.Zero);
        var updated = active.Count(m => m.Metadata.Labels?.GetValueOrDefault(TemplateHash.Label) == hash);
        var old = deployment.Status ?? new MachineDeploymentStatus();
        var least = wanted - RolloutPlan.Bounds(spec, wanted).Unavailable;
        var complete = updated == wanted && machines.Count == wanted && available >= wanted;
        return old with
        {
            ObservedGeneration = deployment.Metadata.Generation,
            Replicas = machines.Count,
            UpdatedReplicas = updated,
            ReadyReplicas = active.Count(MachineCounts.IsReady),
            AvailableReplicas = available,
            UnavailableReplicas = Math.Max(0, wanted - available),
            FailedMachines = MachineCounts.Failed(machines),
            Conditions =
            [
                Condition(old, now, "Available", available >= least,
                    available >= least ? "MinimumReplicasAvailable" : "MinimumReplicasUnavailable",
                    $"{available} of {wanted} machines are available, at least {least} are needed"),
                Condition(old, now, "Progressing", true,
                    complete ? "NewMachineSetAvailable" : "MachineSetUpdated",
                    $"{updated} of {wanted} machines have the present template"),
            ],
        };
    }

    private static MachineDeploymentCondition Condition(
        MachineDeploymentStatus old, DateTimeOffset now, string type, bool holds, string reason, string message)
    {
        var status = holds ? "True" : "False";
        var before = old.Conditions?.FirstOrDefault(condition => condition.Type == type);
        var same = before?.Status == status;
        return same && before!.Reason == reason && before.Message == message ? before : new MachineDeploymentCondition
        {
            Type = type,
            Status = status,
            Reason = reason,
            Message = message,
            LastUpdateTime = now,
            LastTransitionTime = same ? before!.LastTransitionTime : now,
        };
    }
}
