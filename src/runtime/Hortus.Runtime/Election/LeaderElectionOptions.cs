using Hortus.Objects.Gardener;

namespace Hortus.Runtime;

/// <summary>Leader election through a Lease. Times as in Kubernetes' components.</summary>
public sealed record LeaderElectionOptions
{
    /// <summary>The election among replicas of a component of the virtual garden.</summary>
    /// <param name="component">Its name.</param>
    public static LeaderElectionOptions InGarden(string component) =>
        new() { Namespace = GardenerNames.GardenNamespace, Name = component + "-leader-election" };

    /// <summary>Namespace of the Lease.</summary>
    public required string Namespace { get; init; }

    /// <summary>Name of the Lease.</summary>
    public required string Name { get; init; }

    /// <summary>Who this candidate is; null means the host's identity.</summary>
    public string? Identity { get; init; }

    /// <summary>After this time without renewal others take over. Default 15 s.</summary>
    public TimeSpan LeaseDuration { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>The leader gives up when it could not renew for this time. Default 10 s.</summary>
    public TimeSpan RenewDeadline { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Time between attempts. Default 2 s.</summary>
    public TimeSpan RetryPeriod { get; init; } = TimeSpan.FromSeconds(2);
}

/// <summary>The lease could not be renewed in time: somebody else may lead now, so this instance must stop.</summary>
public sealed class LeadershipLostException(string message, Exception? inner = null) : Exception(message, inner);
