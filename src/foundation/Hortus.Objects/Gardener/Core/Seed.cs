using System.Text.Json;
using Hortus.Objects.Kubernetes;

namespace Hortus.Objects.Gardener.Core;

/// <summary>A cluster that hosts the control planes of shoots.</summary>
[KubernetesResource("core.gardener.cloud", "v1beta1", "Seed", "seeds", Namespaced = false, HasStatus = true)]
[PrinterColumn("Status", "string", ".status.conditions[?(@.type==\"GardenletReady\")].status")]
[PrinterColumn("Last Operation", "string", ".status.lastOperation.state")]
[PrinterColumn("Provider", "string", ".spec.provider.type")]
[PrinterColumn("Region", "string", ".spec.provider.region")]
[PrinterColumn("Age", "date", ".metadata.creationTimestamp")]
[PrinterColumn("Version", "string", ".status.gardener.version")]
[PrinterColumn("K8S Version", "string", ".status.kubernetesVersion")]
public sealed record Seed : KubernetesObject
{
    /// <summary>How the seed is set up.</summary>
    public SeedSpec Spec { get => field ??= new SeedSpec(); init; }

    /// <summary>What the gardenlet reports.</summary>
    public SeedStatus? Status { get; init; }
}

/// <summary>How a seed is set up.</summary>
public sealed record SeedSpec : ApiType
{
    /// <summary>Where etcd backups of the seed's shoots go; absent means no backups.</summary>
    public Backup? Backup { get; init; }

    /// <summary>How DNS records for the seed and its shoots are made.</summary>
    [Required]
    public SeedDNS Dns { get => field ??= new SeedDNS(); init; }

    /// <summary>Networks of the seed; shoots must not overlap them.</summary>
    [Required]
    public SeedNetworks Networks { get => field ??= new SeedNetworks(); init; }

    /// <summary>Infrastructure of the seed.</summary>
    [Required]
    public SeedProvider Provider { get => field ??= new SeedProvider(); init; }

    /// <summary>Only shoots that tolerate all taints are placed on the seed.</summary>
    public IReadOnlyList<SeedTaint>? Taints { get; init; }

    /// <summary>Needs of persistent volumes.</summary>
    public SeedVolume? Volume { get; init; }

    /// <summary>Switches for what runs on the seed.</summary>
    public SeedSettings? Settings { get; init; }

    /// <summary>Domain and controller for ingresses of the seed.</summary>
    public Ingress? Ingress { get; init; }

    /// <summary>Access restrictions that shoots on the seed can have.</summary>
    public IReadOnlyList<AccessRestriction>? AccessRestrictions { get; init; }

    /// <summary>Extensions for the seed itself.</summary>
    public IReadOnlyList<Extension>? Extensions { get; init; }

    /// <summary>Resources that extension configurations refer to.</summary>
    public IReadOnlyList<NamedResourceReference>? Resources { get; init; }
}

/// <summary>What the gardenlet reports about a seed.</summary>
public sealed record SeedStatus : ApiType
{
    /// <summary>The gardenlet that runs the seed.</summary>
    public Gardener? Gardener { get; init; }

    /// <summary>Kubernetes version of the seed.</summary>
    public string? KubernetesVersion { get; init; }

    /// <summary>GardenletReady, SeedSystemComponentsHealthy, ExtensionsReady, BackupBucketsReady and
    /// others.</summary>
    [ListMap("type"), PatchStrategy(Merge = true, MergeKey = "type")]
    public IReadOnlyList<GardenerCondition>? Conditions { get; init; }

    /// <summary>The generation that was handled last.</summary>
    public long? ObservedGeneration { get; init; }

    /// <summary>Identity of the seed cluster; fixed once set.</summary>
    public string? ClusterIdentity { get; init; }

    /// <summary>What the seed has, such as the number of shoots.</summary>
    public IReadOnlyDictionary<string, Quantity>? Capacity { get; init; }

    /// <summary>What of the capacity can be used for shoots.</summary>
    public IReadOnlyDictionary<string, Quantity>? Allocatable { get; init; }

    /// <summary>When the gardenlet's client certificate for the garden ends.</summary>
    public DateTimeOffset? ClientCertificateExpirationTimestamp { get; init; }

    /// <summary>The last operation on the seed.</summary>
    public LastOperation? LastOperation { get; init; }
}

/// <summary>Where etcd backups go.</summary>
public sealed record Backup : ApiType
{
    /// <summary>Provider type of the object store.</summary>
    [Required]
    public string Provider { get => field ?? ""; init; }

    /// <summary>Configuration for the provider extension.</summary>
    [PreserveUnknownFields]
    public JsonElement? ProviderConfig { get; init; }

    /// <summary>Region of the object store; the seed's own when absent.</summary>
    public string? Region { get; init; }

    /// <summary>Secret or WorkloadIdentity with access to the object store.</summary>
    public ObjectReference? CredentialsRef { get; init; }
}

/// <summary>How DNS records are made.</summary>
public sealed record SeedDNS : ApiType
{
    /// <summary>DNS provider for the seed's ingress domain.</summary>
    public SeedDNSProvider? Provider { get; init; }

    /// <summary>Domain for the internal names of shoot API servers.</summary>
    public SeedDNSProviderConfig? Internal { get; init; }

    /// <summary>Domains from which shoots without their own domain get one.</summary>
    public IReadOnlyList<SeedDNSProviderConfig>? Defaults { get; init; }
}

/// <summary>DNS provider of the ingress domain.</summary>
public sealed record SeedDNSProvider : ApiType
{
    /// <summary>Type of the provider.</summary>
    [Required]
    public string Type { get => field ?? ""; init; }

    /// <summary>Secret with access to the provider.</summary>
    public SecretReference? SecretRef { get; init; }

    /// <summary>Secret or WorkloadIdentity with access to the provider.</summary>
    public ObjectReference? CredentialsRef { get; init; }
}

/// <summary>A domain and the provider that serves it.</summary>
public sealed record SeedDNSProviderConfig : ApiType
{
    /// <summary>Type of the provider.</summary>
    [Required]
    public string Type { get => field ?? ""; init; }

    /// <summary>The domain.</summary>
    [Required]
    public string Domain { get => field ?? ""; init; }

    /// <summary>The provider's zone of the domain.</summary>
    public string? Zone { get; init; }

    /// <summary>Secret or WorkloadIdentity with access to the provider.</summary>
    [Required]
    public ObjectReference CredentialsRef { get => field ??= new ObjectReference(); init; }
}

/// <summary>Networks of a seed in CIDR form.</summary>
public sealed record SeedNetworks : ApiType
{
    /// <summary>Network of the nodes.</summary>
    public string? Nodes { get; init; }

    /// <summary>Network of the pods.</summary>
    [Required]
    public string Pods { get => field ?? ""; init; }

    /// <summary>Network of the services.</summary>
    [Required]
    public string Services { get => field ?? ""; init; }

    /// <summary>Networks for shoots that give none.</summary>
    public ShootNetworks? ShootDefaults { get; init; }

    /// <summary>Ranges that shoot control planes must not reach.</summary>
    public IReadOnlyList<string>? BlockCIDRs { get; init; }

    /// <summary>IPv4, IPv6 or both; IPv4 when absent.</summary>
    public IReadOnlyList<string>? IpFamilies { get; init; }
}

/// <summary>Networks for shoots that give none.</summary>
public sealed record ShootNetworks : ApiType
{
    /// <summary>Network of the pods.</summary>
    public string? Pods { get; init; }

    /// <summary>Network of the services.</summary>
    public string? Services { get; init; }
}

/// <summary>Infrastructure of a seed.</summary>
public sealed record SeedProvider : ApiType
{
    /// <summary>Type of the provider.</summary>
    [Required]
    public string Type { get => field ?? ""; init; }

    /// <summary>Configuration for the provider extension.</summary>
    [PreserveUnknownFields]
    public JsonElement? ProviderConfig { get; init; }

    /// <summary>Region of the seed.</summary>
    [Required]
    public string Region { get => field ?? ""; init; }

    /// <summary>Zones of the seed.</summary>
    public IReadOnlyList<string>? Zones { get; init; }
}

/// <summary>Keeps shoots without the matching toleration away.</summary>
public sealed record SeedTaint : ApiType
{
    /// <summary>Key of the taint; seed.gardener.cloud/protected admits only shoots of the garden namespace.</summary>
    [Required]
    public string Key { get => field ?? ""; init; }

    /// <summary>Value of the taint.</summary>
    public string? Value { get; init; }
}

/// <summary>Needs of persistent volumes.</summary>
public sealed record SeedVolume : ApiType
{
    /// <summary>Least size of a volume.</summary>
    public Quantity? MinimumSize { get; init; }

    /// <summary>Volume providers by purpose.</summary>
    public IReadOnlyList<SeedVolumeProvider>? Providers { get; init; }
}

/// <summary>A volume provider.</summary>
public sealed record SeedVolumeProvider : ApiType
{
    /// <summary>Purpose, such as etcd-main.</summary>
    [Required]
    public string Purpose { get => field ?? ""; init; }

    /// <summary>Name of the provider.</summary>
    [Required]
    public string Name { get => field ?? ""; init; }
}

/// <summary>Domain and controller for ingresses.</summary>
public sealed record Ingress : ApiType
{
    /// <summary>Domain below which ingress names are made; fixed.</summary>
    [Required]
    public string Domain { get => field ?? ""; init; }

    /// <summary>The ingress controller.</summary>
    [Required]
    public IngressController Controller { get => field ??= new IngressController(); init; }
}

/// <summary>An ingress controller.</summary>
public sealed record IngressController : ApiType
{
    /// <summary>Kind of the controller; nginx is supported.</summary>
    [Required]
    public string Kind { get => field ?? ""; init; }

    /// <summary>Configuration of the controller.</summary>
    [PreserveUnknownFields]
    public JsonElement? ProviderConfig { get; init; }
}
