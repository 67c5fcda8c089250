namespace Hortus.GardenControllers;

/// <summary>Settings of the garden's controller manager.</summary>
public sealed record GardenControllerManagerOptions
{
    /// <summary>Kubeconfig of the virtual garden; the pod's service account when absent.</summary>
    public string? Kubeconfig { get; init; }

    /// <summary>Port of health and metrics; 0 serves none.</summary>
    public int HealthPort { get; init; }

    /// <summary>Works only while it holds a lease in the garden, so that several replicas may run.</summary>
    public bool LeaderElect { get; init; }
}
