using Hortus.Objects.Kubernetes;

namespace Hortus.Gardenlet;

/// <summary>Whether the one part of a seed works that no ManagedResource tells of: the resource manager itself. Without it nothing else
/// is true for long. Pure.</summary>
internal static class SeedSystemHealth
{
    /// <summary>What is wrong with the resource manager; null when nothing is.</summary>
    /// <param name="manager">Its Deployment; null when there is none.</param>
    /// <param name="now">The present time.</param>
    /// <param name="awayMax">How long it may be unavailable before that counts.</param>
    public static string? FaultOf(Deployment? manager, DateTimeOffset now, TimeSpan awayMax)
    {
        if (manager is null)
        {
            return $"Deployment {SeedResourceManager.Key} is missing: nothing is applied in the seed";
        }

        var available = manager.Status.Conditions?.FirstOrDefault(condition => condition.Type == "Available");
        var since = available is null ? manager.Metadata.CreationTimestamp : available.LastTransitionTime;
        return available?.Status == "True" || now - (since ?? now) <= awayMax
            ? null
            : $"Deployment {SeedResourceManager.Key} is not available since {since:u}: nothing is applied in the seed"
                + (available?.Message is { Length: > 0 } message ? $" ({message})" : "");
    }
}
