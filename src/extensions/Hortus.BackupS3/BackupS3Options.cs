using Hortus.Objects.Gardener;

namespace Hortus.BackupS3;

/// <summary>Settings of the extension for buckets of S3-compatible object stores.</summary>
public sealed record BackupS3Options
{
    /// <summary>Kubeconfig of the cluster with the extension objects; absent means the pod's service account.</summary>
    public string? Kubeconfig { get; init; }

    /// <summary>Port for /healthz, /readyz and /metrics; 0 means none.</summary>
    public int HealthPort { get; init; }

    /// <summary>Classes of the objects that this instance serves: garden, seed, shoot. Shoot when absent or empty. What the
    /// instance calls itself follows from it, so that instances with other classes on the same cluster do not meet.</summary>
    public IReadOnlyList<string>? ExtensionClasses { get; init; }

    /// <summary>Works only while it holds a lease, so that several replicas may run.</summary>
    public bool LeaderElect { get; init; }

    /// <summary>Who this instance is. A pod's name lets its restarted container go on at once with the lease that it had; absent means a
    /// new name with each start.</summary>
    public string? LeaderElectionIdentity { get; init; }

    /// <summary>Namespace of the lease.</summary>
    public string LeaderElectionNamespace { get; init; } = GardenerNames.GardenNamespace;

    /// <summary>Objects of one kind handled side by side.</summary>
    public int ConcurrentReconciles { get; init; } = 5;
}
