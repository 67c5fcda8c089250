namespace Hortus.Scheduler;

/// <summary>Settings of the scheduler that finds seeds for shoots.</summary>
public sealed record SchedulerOptions
{
    /// <summary>Kubeconfig of the garden; absent means the pod's service account.</summary>
    public string? Kubeconfig { get; init; }

    /// <summary>Port for /healthz, /readyz and /metrics; 0 means none.</summary>
    public int HealthPort { get; init; }

    /// <summary>Works only while it holds a lease in the garden, so that several replicas may run.</summary>
    public bool LeaderElect { get; init; }

    /// <summary>Which seeds are near enough: SameRegion or MinimalDistance.</summary>
    public string CandidateDeterminationStrategy { get; init; } = "SameRegion";
}
