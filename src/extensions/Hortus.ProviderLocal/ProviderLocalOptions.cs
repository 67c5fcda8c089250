namespace Hortus.ProviderLocal;

/// <summary>Settings of the extension for local machines.</summary>
public sealed record ProviderLocalOptions
{
    /// <summary>Kubeconfig of the seed; absent means the pod's service account.</summary>
    public string? Kubeconfig { get; init; }

    /// <summary>Port for /healthz, /readyz and /metrics; 0 means none.</summary>
    public int HealthPort { get; init; }

    /// <summary>Objects of one kind handled side by side.</summary>
    public int ConcurrentReconciles { get; init; } = 20;
}
