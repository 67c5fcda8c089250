namespace Hortus.Operator;

/// <summary>Settings of the operator.</summary>
public sealed record OperatorOptions
{
    /// <summary>Kubeconfig of the runtime cluster; the pod's service account when absent.</summary>
    public string? Kubeconfig { get; init; }

    /// <summary>Port of health and metrics; 0 serves none.</summary>
    public int HealthPort { get; init; }

    /// <summary>Port of the webhooks behind the Service gardener-operator of the namespace garden; 0 serves none. Default 0.</summary>
    public int WebhookPort { get; init; }

    /// <summary>Folder in which charts are kept over restarts; absent keeps them in memory only.</summary>
    public string? ChartCacheDir { get; init; }

    /// <summary>The helm program; absent means that of HELM_BINARY, of PATH, or the one beside hortus.</summary>
    public string? HelmBinary { get; init; }
}
