using Hortus.Components;
using Hortus.Objects.Gardener;

namespace Hortus.ProviderLocal.Admission;

/// <summary>Settings of the admission for shoots and profiles of type local.</summary>
public sealed record AdmissionLocalOptions
{
    /// <summary>Kubeconfig of the cluster in which it runs; absent means the pod's service account.</summary>
    public string? Kubeconfig { get; init; }

    /// <summary>Kubeconfig of the garden, whose API server asks; absent means the cluster in which it runs.</summary>
    public string? GardenKubeconfig { get; init; }

    /// <summary>Port for /healthz, /readyz and /metrics; 0 means none.</summary>
    public int HealthPort { get; init; }

    /// <summary>Port on which the webhooks are served.</summary>
    public int WebhookConfigServerPort { get; init; } = ServedWebhooks.Port;

    /// <summary>Namespace of the Service in front of the pods, gardener-extension-admission-local, and of the Secrets with its
    /// certificate.</summary>
    public string WebhookConfigNamespace { get; init; } = GardenerNames.GardenNamespace;

    /// <summary>Namespace of the garden with which the webhook configurations go; without it they stay when the admission
    /// goes.</summary>
    public string? WebhookConfigOwnerNamespace { get; init; }
}
