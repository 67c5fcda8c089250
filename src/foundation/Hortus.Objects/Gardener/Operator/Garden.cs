using System.Text.Json;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Kubernetes;

namespace Hortus.Objects.Gardener.Operator;

/// <summary>The garden: the runtime cluster's part in it and the virtual garden cluster.</summary>
[KubernetesResource("operator.gardener.cloud", "v1alpha1", "Garden", "gardens",
    Namespaced = false, HasStatus = true, ShortNames = "grdn")]
[PrinterColumn(
    "K8S Version", "string", ".spec.virtualCluster.kubernetes.version",
    Description = "Kubernetes version of the virtual garden")]
[PrinterColumn("Gardener Version", "string", ".status.gardener.version", Description = "version of the operator")]
[PrinterColumn("Last Operation", "string", ".status.lastOperation.state", Description = "state of the last operation")]
[PrinterColumn(
    "Runtime", "string", ".status.conditions[?(@.type==\"RuntimeComponentsHealthy\")].status",
    Description = "health of the runtime cluster's parts")]
[PrinterColumn(
    "Virtual", "string", ".status.conditions[?(@.type==\"VirtualComponentsHealthy\")].status",
    Description = "health of the virtual garden's parts")]
[PrinterColumn(
    "API Server", "string", ".status.conditions[?(@.type==\"VirtualGardenAPIServerAvailable\")].status",
    Description = "whether the virtual garden answers")]
[PrinterColumn(
    "Observability", "string", ".status.conditions[?(@.type==\"ObservabilityComponentsHealthy\")].status",
    Description = "health of monitoring and logging")]
[PrinterColumn("Age", "date", ".metadata.creationTimestamp")]
public sealed record Garden : KubernetesObject
{
    /// <summary>The garden that is wanted.</summary>
    public GardenSpec Spec { get => field ??= new GardenSpec(); init; }

    /// <summary>What the operator reports.</summary>
    public GardenStatus? Status { get; init; }
}

/// <summary>The garden that is wanted.</summary>
public sealed record GardenSpec : ApiType
{
    /// <summary>DNS providers for the garden's domains.</summary>
    public DNSManagement? Dns { get; init; }

    /// <summary>Extensions for the garden itself.</summary>
    public IReadOnlyList<GardenExtension>? Extensions { get; init; }

    /// <summary>The cluster in which the garden runs.</summary>
    [Required]
    public RuntimeCluster RuntimeCluster { get => field ??= new RuntimeCluster(); init; }

    /// <summary>The cluster that users see.</summary>
    [Required]
    public VirtualCluster VirtualCluster { get => field ??= new VirtualCluster(); init; }

    /// <summary>Resources that configurations refer to.</summary>
    public IReadOnlyList<NamedResourceReference>? Resources { get; init; }
}

/// <summary>What the operator reports.</summary>
public sealed record GardenStatus : ApiType
{
    /// <summary>The operator that handled the garden last.</summary>
    public Hortus.Objects.Gardener.Core.Gardener? Gardener { get; init; }

    /// <summary>Health of the garden.</summary>
    [ListMap("type"), PatchStrategy(Merge = true, MergeKey = "type")]
    public IReadOnlyList<GardenerCondition>? Conditions { get; init; }

    /// <summary>The operation that runs or ran last.</summary>
    public LastOperation? LastOperation { get; init; }

    /// <summary>The generation that was handled last.</summary>
    public long? ObservedGeneration { get; init; }

    /// <summary>State of credentials and their rotation.</summary>
    public Credentials? Credentials { get; init; }

    /// <summary>Addresses of the virtual garden.</summary>
    public IReadOnlyList<AdvertisedAddress>? AdvertisedAddresses { get; init; }
}

/// <summary>An address of an endpoint.</summary>
public sealed record AdvertisedAddress : ApiType
{
    /// <summary>Name of the endpoint.</summary>
    [Required]
    public string Name { get => field ?? ""; init; }

    /// <summary>The address with its scheme.</summary>
    [Required]
    public string Url { get => field ?? ""; init; }
}

/// <summary>State of the garden's credentials.</summary>
public sealed record Credentials : ApiType
{
    /// <summary>Rotations.</summary>
    public CredentialsRotation? Rotation { get; init; }

    /// <summary>What is encrypted in etcd.</summary>
    public EncryptionAtRest? EncryptionAtRest { get; init; }
}

/// <summary>Rotations of the garden's credentials.</summary>
public sealed record CredentialsRotation : ApiType
{
    /// <summary>Certificate authorities.</summary>
    public CARotation? CertificateAuthorities { get; init; }

    /// <summary>Key that signs service account tokens.</summary>
    public ServiceAccountKeyRotation? ServiceAccountKey { get; init; }

    /// <summary>Key that encrypts etcd.</summary>
    public ETCDEncryptionKeyRotation? EtcdEncryptionKey { get; init; }

    /// <summary>Password for monitoring.</summary>
    public ObservabilityRotation? Observability { get; init; }

    /// <summary>Key that signs workload identity tokens.</summary>
    public WorkloadIdentityKeyRotation? WorkloadIdentityKey { get; init; }
}

/// <summary>Rotation of the key that signs workload identity tokens.</summary>
public sealed record WorkloadIdentityKeyRotation : ApiType
{
    /// <summary>Preparing, Prepared, Completing or Completed.</summary>
    [Required]
    public string Phase { get => field ?? ""; init; }

    /// <summary>When it was last completed.</summary>
    public DateTimeOffset? LastCompletionTime { get; init; }

    /// <summary>When it was last started.</summary>
    public DateTimeOffset? LastInitiationTime { get; init; }

    /// <summary>When the first half was done.</summary>
    public DateTimeOffset? LastInitiationFinishedTime { get; init; }

    /// <summary>When the second half was started.</summary>
    public DateTimeOffset? LastCompletionTriggeredTime { get; init; }
}

/// <summary>DNS providers for the garden's domains.</summary>
public sealed record DNSManagement : ApiType
{
    /// <summary>The providers.</summary>
    [Required, ListMap("name"), Constraint(MinLength = 1)]
    public IReadOnlyList<DNSProvider> Providers { get => field ??= []; init; }
}

/// <summary>A DNS provider.</summary>
public sealed record DNSProvider : ApiType
{
    /// <summary>Name by which domains refer to it.</summary>
    [Required, Constraint(MinLength = 1)]
    public string Name { get => field ?? ""; init; }

    /// <summary>Type of the provider.</summary>
    [Required, Constraint(MinLength = 1)]
    public string Type { get => field ?? ""; init; }

    /// <summary>Secret with access to the provider.</summary>
    [Required]
    public LocalObjectReference SecretRef { get => field ??= new LocalObjectReference(); init; }

    /// <summary>Configuration for the provider extension.</summary>
    [PreserveUnknownFields]
    public JsonElement? ProviderConfig { get; init; }
}

/// <summary>An extension for the garden itself.</summary>
public sealed record GardenExtension : ApiType
{
    /// <summary>Type of the extension.</summary>
    [Required, Constraint(MinLength = 1)]
    public string Type { get => field ?? ""; init; }

    /// <summary>Configuration for the extension.</summary>
    [PreserveUnknownFields]
    public JsonElement? ProviderConfig { get; init; }
}

/// <summary>A domain and who serves it.</summary>
public sealed record DNSDomain : ApiType
{
    /// <summary>The domain.</summary>
    [Required, Constraint(MinLength = 1)]
    public string Name { get => field ?? ""; init; }

    /// <summary>Name of the DNS provider; the first one when absent.</summary>
    public string? Provider { get; init; }
}

/// <summary>When the garden is maintained.</summary>
public sealed record Maintenance : ApiType
{
    /// <summary>Daily window.</summary>
    [Required]
    public MaintenanceTimeWindow TimeWindow { get => field ??= new MaintenanceTimeWindow(); init; }
}
