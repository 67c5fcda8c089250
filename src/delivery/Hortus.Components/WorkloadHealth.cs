using Hortus.Objects;
using Hortus.Objects.Kubernetes;

namespace Hortus.Components;

/// <summary>Says whether deployed things are ready, with the rules of <c>kubectl rollout status</c>.</summary>
public static class WorkloadHealth
{
    /// <summary>All wanted replicas are of the latest template and available; false when absent.</summary>
    public static bool IsRolledOut(Deployment? deployment)
    {
        if (deployment?.Status is not { } status || IsOutdated(status.ObservedGeneration, deployment.Metadata))
        {
            return false;
        }

        var wanted = deployment.Spec?.Replicas ?? 1;
        return (status.UpdatedReplicas ?? 0) == wanted
            && (status.Replicas ?? 0) == wanted
            && (status.AvailableReplicas ?? 0) == wanted;
    }

    /// <summary>All wanted replicas are of the latest template and ready; false when absent.</summary>
    public static bool IsRolledOut(StatefulSet? set)
    {
        if (set?.Status is not { } status || IsOutdated(status.ObservedGeneration, set.Metadata))
        {
            return false;
        }

        var wanted = set.Spec?.Replicas ?? 1;
        return (status.UpdatedReplicas ?? 0) == wanted
            && status.Replicas == wanted
            && (status.ReadyReplicas ?? 0) == wanted;
    }

    /// <summary>The API server serves the kind; false when absent.</summary>
    public static bool IsEstablished(CustomResourceDefinition? definition) =>
        definition?.Status?.Conditions?.Any(c => c is { Type: "Established", Status: "True" }) == true;

    // A controller that has not looked at the object yet says nothing about its latest state.
    private static bool IsOutdated(long? observed, ObjectMeta metadata) => (observed ?? 0) < (metadata.Generation ?? 0);
}
