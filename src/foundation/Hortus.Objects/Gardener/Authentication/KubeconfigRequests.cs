namespace Hortus.Objects.Gardener.Authentication;

/// <summary>Asks for a short-lived kubeconfig with full rights on a shoot; answered, never stored.</summary>
[KubernetesResource("authentication.gardener.cloud", "v1alpha1", "AdminKubeconfigRequest", "adminkubeconfigrequests")]
public sealed record AdminKubeconfigRequest : KubernetesObject
{
    /// <summary>What is asked for.</summary>
    public KubeconfigRequestSpec Spec { get => field ??= new KubeconfigRequestSpec(); init; }

    /// <summary>The answer.</summary>
    public KubeconfigRequestStatus? Status { get; init; }
}

/// <summary>Asks for a short-lived kubeconfig with reading rights on a shoot; answered, never stored.</summary>
[KubernetesResource("authentication.gardener.cloud", "v1alpha1", "ViewerKubeconfigRequest", "viewerkubeconfigrequests")]
public sealed record ViewerKubeconfigRequest : KubernetesObject
{
    /// <summary>What is asked for.</summary>
    public KubeconfigRequestSpec Spec { get => field ??= new KubeconfigRequestSpec(); init; }

    /// <summary>The answer.</summary>
    public KubeconfigRequestStatus? Status { get; init; }
}

/// <summary>What is asked for.</summary>
public sealed record KubeconfigRequestSpec : ApiType
{
    /// <summary>Life of the kubeconfig in seconds, at least 600; 3600 when absent.</summary>
    public long? ExpirationSeconds { get; init; }
}

/// <summary>The answer.</summary>
public sealed record KubeconfigRequestStatus : ApiType
{
    /// <summary>The kubeconfig.</summary>
    public byte[]? Kubeconfig { get; init; }

    /// <summary>When it ends.</summary>
    public DateTimeOffset? ExpirationTimestamp { get; init; }
}
