using Hortus.Objects;
using Hortus.Objects.Kubernetes;

namespace Hortus.KubeControllers.Workloads;

/// <summary>What a Deployment's status says about its rollout, without I/O.</summary>
internal static class DeploymentProgress
{
    private const string Progressing = "Progressing";

    /// <summary>The status that follows from the ReplicaSets.</summary>
    public static DeploymentStatus Status(
        Deployment deployment, DeploymentSets sets, int collisions, DateTimeOffset now)
    {
        var all = sets.All.ToList();
        var total = all.Sum(s => s.Spec.Replicas ?? 1);
        var available = all.Sum(s => s.Status.AvailableReplicas ?? 0);
        var status = deployment.Status with
        {
            ObservedGeneration = deployment.Metadata.Generation,
            Replicas = all.Sum(s => s.Status.Replicas),
            UpdatedReplicas = sets.Current?.Status.Replicas ?? 0,
            ReadyReplicas = all.Sum(s => s.Status.ReadyReplicas ?? 0),
            AvailableReplicas = available,
            UnavailableReplicas = Math.Max(0, total - available),
            TerminatingReplicas = all.Sum(s => s.Status.TerminatingReplicas ?? 0),
            CollisionCount = collisions > 0 ? collisions : deployment.Status.CollisionCount,
        };
        var conditions = Conditions.Set(status.Conditions, Availability(deployment, available), now);
        conditions = Failure(sets) is { } failure
            ? Conditions.Set(conditions, failure, now)
            : Conditions.Remove(conditions, "ReplicaFailure");
        status = status with { Conditions = Stamp(deployment.Status.Conditions, conditions, now) };
        return WithProgress(deployment, status, sets, now);
    }

    /// <summary>Whether all pods are of the present template and serve, and no other is left.</summary>
    public static bool IsComplete(Deployment deployment, DeploymentStatus status)
    {
        var wanted = DeploymentPlan.Wanted(deployment);
        return status.UpdatedReplicas == wanted && status.Replicas == wanted && status.AvailableReplicas == wanted;
    }

    /// <summary>Time until the progress deadline; null when the rollout is over, failed, paused or has none.</summary>
    public static TimeSpan? UntilDeadline(Deployment deployment, DeploymentStatus status, DateTimeOffset now)
    {
        if (deployment.Spec.Paused == true || deployment.Spec.ProgressDeadlineSeconds is not { } seconds ||
            Conditions.Find(status.Conditions, Progressing) is not
            { Status: "True", Reason: not "NewReplicaSetAvailable", LastUpdateTime: { } since })
        {
            return null;
        }

        var left = since.AddSeconds(seconds) - now;
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    private static DeploymentCondition Availability(Deployment deployment, int available) =>
        available >= DeploymentPlan.Wanted(deployment) - DeploymentPlan.MaxUnavailable(deployment)
            ? new()
            {
                Type = "Available",
                Status = "True",
                Reason = "MinimumReplicasAvailable",
                Message = "Deployment has minimum availability.",
            }
            : new()
            {
                Type = "Available",
                Status = "False",
                Reason = "MinimumReplicasUnavailable",
                Message = "Deployment does not have minimum availability.",
            };

    private static DeploymentCondition? Failure(DeploymentSets sets) =>
        sets.All.Reverse().Select(s => Conditions.Find(s.Status.Conditions, "ReplicaFailure")).FirstOrDefault(
            c => c is not null)
            is { } failure
            ? new() { Type = failure.Type, Status = failure.Status, Reason = failure.Reason, Message = failure.Message }
            : null;

    private static DeploymentStatus WithProgress(
        Deployment deployment, DeploymentStatus status, DeploymentSets sets, DateTimeOffset now)
    {
        var old = Conditions.Find(deployment.Status.Conditions, Progressing);
        var name = sets.Current?.Metadata.Name ?? deployment.Metadata.Name;
        DeploymentCondition? next = null;
        if (deployment.Spec.Paused == true)
        {
            next = Progress("Unknown", "DeploymentPaused", "Deployment is paused");
        }
        else if (IsComplete(deployment, status))
        {
            next = Progress("True", "NewReplicaSetAvailable", $"ReplicaSet \"{name}\" has successfully progressed.");
        }
        else if (old is null or { Reason: "DeploymentPaused" } || HasMoved(deployment.Status, status) ||
            deployment.Status.ObservedGeneration != deployment.Metadata.Generation)
        {
            next = Progress("True", "ReplicaSetUpdated", $"ReplicaSet \"{name}\" is progressing.");
            old = null;
        }
        else if (UntilDeadline(deployment, deployment.Status, now) == TimeSpan.Zero)
        {
            next = Progress("False", "ProgressDeadlineExceeded", $"ReplicaSet \"{name}\" has timed out progressing.");
        }

        if (next is null || (old is not null && old.Status == next.Status && old.Reason == next.Reason &&
            old.Message == next.Message))
        {
            return status;
        }

        return status with { Conditions = Conditions.Set(status.Conditions, next with { LastUpdateTime = now }, now) };
    }

    private static DeploymentCondition Progress(string status, string reason, string message) =>
        new() { Type = Progressing, Status = status, Reason = reason, Message = message };

    private static bool HasMoved(DeploymentStatus old, DeploymentStatus status) =>
        (status.UpdatedReplicas ?? 0) > (old.UpdatedReplicas ?? 0) ||
        (status.ReadyReplicas ?? 0) > (old.ReadyReplicas ?? 0) ||
        (status.AvailableReplicas ?? 0) > (old.AvailableReplicas ?? 0) ||
        (status.Replicas ?? 0) - (status.UpdatedReplicas ?? 0) < (old.Replicas ?? 0) - (old.UpdatedReplicas ?? 0);

    // The update time says when something about the condition last changed, not when it was last looked at.
    private static DeploymentCondition[]? Stamp(
        IReadOnlyList<DeploymentCondition>? old, IReadOnlyList<DeploymentCondition>? conditions, DateTimeOffset now) =>
        conditions?.Select(c => Conditions.Find(old, c.Type) is { } before && before.Status == c.Status &&
            before.Reason == c.Reason && before.Message == c.Message ? before
                : c with { LastUpdateTime = now }).ToArray();
}
