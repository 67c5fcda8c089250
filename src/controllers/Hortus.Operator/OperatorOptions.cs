namespace Hortus.Operator;

/// <summary>Settings of the operator.</summary>
public sealed record OperatorOptions
{
    /// <summary>Kubeconfig of the runtime cluster; the pod's service account when absent.</summary>
    public string? Kubeconfig { get; init; }

    /// <summary>Port of health and metrics; 0 serves none.</summary>
    public int HealthPort { get; init; }
}
