using Hortus.Components;
using Hortus.Components.Gardenlets;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;

namespace Hortus.Gardenlet;

/// <summary>Where a rollout is.</summary>
internal enum RolloutState
{
    /// <summary>Not complete, and in time.</summary>
    InProgress,

    /// <summary>All replicas are of the release and available.</summary>
    Complete,

    /// <summary>Not complete in time.</summary>
    Late,
}

/// <summary>How far the Deployment of a release is.</summary>
/// <param name="State">Where it is.</param>
/// <param name="Text">The numbers, for messages.</param>
/// <param name="Left">Time until the rollout is late; zero when it is.</param>
internal readonly record struct RolloutProgress(RolloutState State, string Text, TimeSpan Left)
{
    /// <summary>Looks at the Deployment. Pure.</summary>
    /// <param name="release">What was applied.</param>
    /// <param name="live">The Deployment; null when it is missing.</param>
    /// <param name="started">When the release was first applied.</param>
    /// <param name="now">The time.</param>
    /// <param name="deadline">Longest rollout, unless the release's Deployment says another time.</param>
    public static RolloutProgress Of(
        GardenletRelease release, Deployment? live, DateTimeOffset started, DateTimeOffset now, TimeSpan deadline)
    {
        // A state of an earlier release says nothing about this one.
        var isOfRelease = live?.Metadata.Annotation(GardenletNames.ReleaseAnnotation) == release.Identity;
        if (isOfRelease && WorkloadHealth.IsRolledOut(live))
        {
            return new RolloutProgress(RolloutState.Complete, Numbers(live!), TimeSpan.Zero);
        }

        var left = started + DeadlineOf(release, deadline) - now;
        return new RolloutProgress(
            left > TimeSpan.Zero ? RolloutState.InProgress : RolloutState.Late,
            live is null ? "there is no Deployment" : isOfRelease ? Numbers(live) : "the Deployment is still that of another release",
            left > TimeSpan.Zero ? left : TimeSpan.Zero);
    }

    /// <summary>Longest rollout of a release.</summary>
    public static TimeSpan DeadlineOf(GardenletRelease release, TimeSpan otherwise) =>
        release.Objects.FirstOrDefault(GardenletRelease.IsDeployment)?.Number("spec", "progressDeadlineSeconds") is { } seconds and > 0
            ? TimeSpan.FromSeconds(seconds)
            : otherwise;

    private static string Numbers(Deployment deployment) =>
        $"{deployment.Status.UpdatedReplicas ?? 0} of {deployment.Spec.Replicas ?? 1} replicas are updated, "
        + $"{deployment.Status.AvailableReplicas ?? 0} of {deployment.Status.Replicas ?? 0} are available";
}
