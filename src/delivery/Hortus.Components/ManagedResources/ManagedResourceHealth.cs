using Hortus.Objects;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.Resources;
using Names = Hortus.Objects.Gardener.Resources.ManagedResourceConditions;

namespace Hortus.Components;

/// <summary>Says whether the objects of a ManagedResource are as they should be, by its conditions. Pure.</summary>
public static class ManagedResourceHealth
{
    /// <summary>From this time on a rollout that does not end is a fault.</summary>
    public static readonly TimeSpan ProgressingMax = TimeSpan.FromMinutes(5);

    private const string NotSeen = "no resource manager has looked at its latest state yet";

    /// <summary>What is missing until everything is applied, healthy and rolled out; null when nothing is.</summary>
    public static string? WaitsFor(ManagedResource? resource) => resource is null
        ? "is missing"
        : Unhealthy(resource) ?? NotRolledOut(resource);

    /// <summary>Why its latest state is not applied; null when it is.</summary>
    public static string? NotApplied(ManagedResource resource)
    {
        ArgumentNullException.ThrowIfNull(resource);
        return resource.Status?.ObservedGeneration != resource.Metadata.Generation && Find(resource, Names.Applied)?.Status != "False"
            ? NotSeen
            : Objection(resource, Names.Applied, "True");
    }

    /// <summary>Why its objects are not healthy; null when they are.</summary>
    public static string? NotHealthy(ManagedResource resource)
    {
        ArgumentNullException.ThrowIfNull(resource);
        return Objection(resource, Names.Healthy, "True");
    }

    /// <summary>Why its objects are not rolled out; null when they are.</summary>
    public static string? NotRolledOut(ManagedResource resource)
    {
        ArgumentNullException.ThrowIfNull(resource);
        return Objection(resource, Names.Progressing, "False");
    }

    /// <summary>What is wrong with it; null when nothing is. A rollout is no fault unless it takes too long.</summary>
    public static string? Fault(ManagedResource resource, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(resource);
        return Unhealthy(resource)
            ?? (Find(resource, Names.Progressing) is { Status: "True", LastTransitionTime: { } since } progressing
                && now - since > ProgressingMax
                    ? progressing.Message
                    : null);
    }

    /// <summary>Why it is not gone; null when it is.</summary>
    public static string? WhyStillThere(ManagedResource? resource) => resource switch
    {
        null => null,
        { Metadata.DeletionTimestamp: null } => "is not marked for deletion",
        _ when Find(resource, Names.Applied) is { Reason: Names.DeletionPending or Names.DeletionFailed } applied => applied.Message,
        _ => $"is held by {string.Join(", ", resource.Metadata.Finalizers ?? [])}",
    };

    /// <summary>Classes of its faults for users.</summary>
    public static IReadOnlyList<string> CodesOf(ManagedResource? resource) =>
        [.. (resource?.Status?.Conditions ?? []).SelectMany(condition => condition.Codes ?? []).Distinct()];

    private static string? Unhealthy(ManagedResource resource) => NotApplied(resource) ?? NotHealthy(resource);

    private static string? Objection(ManagedResource resource, string type, string wanted) => Find(resource, type) switch
    {
        null => NotSeen,
        var condition when condition.Status == wanted => null,
        var condition => condition.Message,
    };

    private static GardenerCondition? Find(ManagedResource resource, string type) =>
        resource.Status?.Conditions?.FirstOrDefault(condition => condition.Type == type);
}
