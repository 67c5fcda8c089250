using System.Text.Json;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Kubernetes;

namespace Hortus.Objects.Gardener.Operator;

/// <summary>The cluster that users of a garden see.</summary>
public sealed record VirtualCluster : ApiType
{
    /// <summary>Settings of the control plane as a whole.</summary>
    public ControlPlane? ControlPlane { get; init; }

    /// <summary>Domains of the cluster.</summary>
    [Required]
    public DNS Dns { get => field ??= new DNS(); init; }

    /// <summary>The two etcds.</summary>
    public ETCD? Etcd { get; init; }

    /// <summary>Gardener's own parts.</summary>
    [Required]
    public Gardener Gardener { get => field ??= new Gardener(); init; }

    /// <summary>Kubernetes version and settings of its components.</summary>
    [Required]
    public Kubernetes Kubernetes { get => field ??= new Kubernetes(); init; }

    /// <summary>When the garden is maintained.</summary>
    [Required]
    public Maintenance Maintenance { get => field ??= new Maintenance(); init; }

    /// <summary>Networks of the cluster.</summary>
    [Required]
    public Networking Networking { get => field ??= new Networking(); init; }
}

/// <summary>Settings of a control plane as a whole.</summary>
public sealed record ControlPlane : ApiType
{
    /// <summary>Present when failures have to be survived; cannot be taken away.</summary>
    public HighAvailability? HighAvailability { get; init; }
}

/// <summary>Marks a control plane that survives failures.</summary>
public sealed record HighAvailability : ApiType
{
}

/// <summary>Domains of the virtual garden.</summary>
public sealed record DNS : ApiType
{
    /// <summary>The domains; the first is used in kubeconfigs.</summary>
    [Constraint(MinLength = 1)]
    public IReadOnlyList<DNSDomain>? Domains { get; init; }
}

/// <summary>Settings of the two etcds.</summary>
public sealed record ETCD : ApiType
{
    /// <summary>The etcd for everything but events.</summary>
    public ETCDMain? Main { get; init; }

    /// <summary>The etcd for events.</summary>
    public ETCDEvents? Events { get; init; }
}

/// <summary>The etcd for everything but events.</summary>
public sealed record ETCDMain : ApiType
{
    /// <summary>Bounds of its autoscaling.</summary>
    public ControlPlaneAutoscaling? Autoscaling { get; init; }

    /// <summary>Where its backups go; absent means no backups.</summary>
    public Backup? Backup { get; init; }

    /// <summary>Its volume.</summary>
    public Storage? Storage { get; init; }
}

/// <summary>The etcd for events.</summary>
public sealed record ETCDEvents : ApiType
{
    /// <summary>Bounds of its autoscaling.</summary>
    public ControlPlaneAutoscaling? Autoscaling { get; init; }

    /// <summary>Its volume.</summary>
    public Storage? Storage { get; init; }
}

/// <summary>A volume.</summary>
public sealed record Storage : ApiType
{
    /// <summary>Its size.</summary>
    [DefaultJson("\"10Gi\"")]
    public Quantity? Capacity { get; init; }

    /// <summary>Its storage class; the cluster's default when absent.</summary>
    public string? ClassName { get; init; }
}

/// <summary>Where backups go.</summary>
public sealed record Backup : ApiType
{
    /// <summary>Type of the object store; fixed.</summary>
    [Required]
    [CelRule("self == oldSelf", "Provider is immutable")]
    public string Provider { get => field ?? ""; init; }

    /// <summary>Name of the bucket, after a slash the folder in it; made up from the Garden's UID when absent. Fixed.</summary>
    [CelRule("self == oldSelf", "BucketName is immutable")]
    public string? BucketName { get; init; }

    /// <summary>Configuration for the provider extension.</summary>
    [PreserveUnknownFields]
    public JsonElement? ProviderConfig { get; init; }

    /// <summary>Region of the bucket; the runtime cluster's when absent. Fixed.</summary>
    [CelRule("self == oldSelf", "Region is immutable")]
    public string? Region { get; init; }

    /// <summary>Secret with access to the object store.</summary>
    [Required]
    public LocalObjectReference SecretRef { get => field ??= new LocalObjectReference(); init; }
}

/// <summary>Kubernetes version and settings of its components.</summary>
public sealed record Kubernetes : ApiType
{
    /// <summary>The API server.</summary>
    public KubeAPIServerConfig? KubeAPIServer { get; init; }

    /// <summary>The controller manager.</summary>
    public KubeControllerManagerConfig? KubeControllerManager { get; init; }

    /// <summary>The version.</summary>
    [Required, Constraint(MinLength = 1)]
    public string Version { get => field ?? ""; init; }
}

/// <summary>Settings of the virtual garden's API server.</summary>
public sealed record KubeAPIServerConfig : KubeAPIServerSettings
{
    /// <summary>Where audit events are sent.</summary>
    public AuditWebhook? AuditWebhook { get; init; }

    /// <summary>How callers are told apart.</summary>
    public Authentication? Authentication { get; init; }

    /// <summary>Resources kept in the etcd for events.</summary>
    public IReadOnlyList<GroupResource>? ResourcesToStoreInETCDEvents { get; init; }

    /// <summary>Certificate for further names.</summary>
    public SNI? Sni { get; init; }
}

/// <summary>Where audit events are sent.</summary>
public sealed record AuditWebhook : ApiType
{
    /// <summary>Most events in one message.</summary>
    [DefaultJson("30"), Constraint(Minimum = 1)]
    public int? BatchMaxSize { get; init; }

    /// <summary>Secret with a kubeconfig for the receiver.</summary>
    [Required, Constraint(MinLength = 1)]
    public string KubeconfigSecretName { get => field ?? ""; init; }

    /// <summary>Version of the events.</summary>
    [DefaultJson("\"audit.k8s.io/v1\""), AllowedValues("audit.k8s.io/v1")]
    public string? Version { get; init; }
}

/// <summary>How callers are told apart.</summary>
public sealed record Authentication : ApiType
{
    /// <summary>By a webhook.</summary>
    public AuthenticationWebhook? Webhook { get; init; }
}

/// <summary>Authentication by a webhook.</summary>
public sealed record AuthenticationWebhook : ApiType
{
    /// <summary>How long answers are kept.</summary>
    public string? CacheTTL { get; init; }

    /// <summary>Secret with a kubeconfig for the webhook.</summary>
    [Required, Constraint(MinLength = 1)]
    public string KubeconfigSecretName { get => field ?? ""; init; }

    /// <summary>Version of the TokenReview.</summary>
    [DefaultJson("\"v1beta1\""), AllowedValues("v1alpha1", "v1beta1", "v1")]
    public string? Version { get; init; }
}

/// <summary>A resource and its group.</summary>
public sealed record GroupResource : ApiType
{
    /// <summary>API group.</summary>
    [Required, Constraint(MinLength = 1)]
    public string Group { get => field ?? ""; init; }

    /// <summary>Name of the resource.</summary>
    [Required, Constraint(MinLength = 1)]
    public string Resource { get => field ?? ""; init; }
}

/// <summary>Certificate for further names of the API server.</summary>
public sealed record SNI : ApiType
{
    /// <summary>Secret with certificate and key.</summary>
    [Constraint(MinLength = 1)]
    public string? SecretName { get; init; }

    /// <summary>Names for which it is used.</summary>
    public IReadOnlyList<string>? DomainPatterns { get; init; }
}

/// <summary>Settings of the virtual garden's controller manager.</summary>
public sealed record KubeControllerManagerConfig : ApiType
{
    /// <summary>Feature gates.</summary>
    public IReadOnlyDictionary<string, bool>? FeatureGates { get; init; }

    /// <summary>Longest life of signed certificates.</summary>
    [DefaultJson("\"48h\"")]
    public string? CertificateSigningDuration { get; init; }

    /// <summary>Settings without effect here, kept for compatibility.</summary>
    public HorizontalPodAutoscalerConfig? HorizontalPodAutoscaler { get; init; }

    /// <summary>Setting without effect here.</summary>
    public int? NodeCIDRMaskSize { get; init; }

    /// <summary>Setting without effect here.</summary>
    public int? NodeCIDRMaskSizeIPv6 { get; init; }

    /// <summary>Setting without effect here.</summary>
    public string? NodeMonitorGracePeriod { get; init; }

    /// <summary>Setting without effect here.</summary>
    public string? PodEvictionTimeout { get; init; }
}

/// <summary>Networks of the virtual garden in CIDR form.</summary>
public sealed record Networking : ApiType
{
    /// <summary>Networks of the services; fixed.</summary>
    [Required, ListSet, Constraint(MinLength = 1)]
    public IReadOnlyList<string> Services { get => field ??= []; init; }
}
