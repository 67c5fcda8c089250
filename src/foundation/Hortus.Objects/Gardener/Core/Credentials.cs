using System.Collections.ObjectModel;
using Hortus.Objects.Kubernetes;

namespace Hortus.Objects.Gardener.Core;

/// <summary>Makes infrastructure credentials usable for shoots of a namespace; the older form of
/// CredentialsBinding.</summary>
[KubernetesResource("core.gardener.cloud", "v1beta1", "SecretBinding", "secretbindings", ShortNames = "sb")]
[PrinterColumn("Provider", "string", ".provider.type")]
[PrinterColumn("Secret Namespace", "string", ".secretRef.namespace")]
[PrinterColumn("Secret Name", "string", ".secretRef.name")]
[PrinterColumn("Age", "date", ".metadata.creationTimestamp")]
public sealed record SecretBinding : KubernetesObject
{
    /// <summary>The Secret with the credentials; fixed.</summary>
    [Required]
    public SecretReference SecretRef { get => field ??= new SecretReference(); init; }

    /// <summary>Quotas that limit shoots with these credentials.</summary>
    public IReadOnlyList<ObjectReference>? Quotas { get; init; }

    /// <summary>Provider of the credentials; fixed once set.</summary>
    public SecretBindingProvider? Provider { get; init; }
}

/// <summary>Provider of credentials.</summary>
public sealed record SecretBindingProvider : ApiType
{
    /// <summary>Type of the provider; several are separated by commas.</summary>
    [Required]
    public string Type { get => field ?? ""; init; }
}

/// <summary>A Secret that project members cannot read; it holds a shoot's client CA.</summary>
[KubernetesResource("core.gardener.cloud", "v1beta1", "InternalSecret", "internalsecrets")]
[PrinterColumn("Age", "date", ".metadata.creationTimestamp")]
public sealed record InternalSecret : KubernetesObject
{
    /// <summary>Whether data can never change.</summary>
    public bool? Immutable { get; init; }

    /// <summary>Keys and values.</summary>
    public IReadOnlyDictionary<string, byte[]>? Data { get; init; }

    /// <summary>Keys and values in clear text; write-only, merged into data.</summary>
    public IReadOnlyDictionary<string, string>? StringData { get; init; }

    /// <summary>Type, as for a Secret; Opaque when absent.</summary>
    public string? Type { get; init; }
}

/// <summary>Limits what shoots of a project or of a set of credentials may use.</summary>
[KubernetesResource("core.gardener.cloud", "v1beta1", "Quota", "quotas", ShortNames = "squota")]
[PrinterColumn("Scope", "string", ".spec.scope.kind")]
[PrinterColumn("Age", "date", ".metadata.creationTimestamp")]
public sealed record Quota : KubernetesObject
{
    /// <summary>The limits.</summary>
    public QuotaSpec Spec { get => field ??= new QuotaSpec(); init; }
}

/// <summary>Limits for shoots.</summary>
public sealed record QuotaSpec : ApiType
{
    /// <summary>Days after which a shoot is deleted.</summary>
    public int? ClusterLifetimeDays { get; init; }

    /// <summary>Upper bounds: cpu, gpu, memory, storage.standard, storage.premium, loadbalancer.</summary>
    [Required]
    public IReadOnlyDictionary<string, Quantity> Metrics
    {
        get => field ??= ReadOnlyDictionary<string, Quantity>.Empty;
        init;
    }

    /// <summary>Whether the quota counts per project or per credentials.</summary>
    [Required]
    public ObjectReference Scope { get => field ??= new ObjectReference(); init; }
}

/// <summary>A way to expose the control planes of shoots, such as to a company network only.</summary>
[KubernetesResource("core.gardener.cloud", "v1beta1", "ExposureClass", "exposureclasses",
    Namespaced = false, ShortNames = "expclass")]
[PrinterColumn("Handler", "string", ".handler")]
[PrinterColumn("Age", "date", ".metadata.creationTimestamp")]
public sealed record ExposureClass : KubernetesObject
{
    /// <summary>Name of the handler in the gardenlet's configuration; fixed.</summary>
    [Required]
    public string Handler { get => field ?? ""; init; }

    /// <summary>Seeds that offer the class.</summary>
    public ExposureClassScheduling? Scheduling { get; init; }
}

/// <summary>Seeds that offer an exposure class.</summary>
public sealed record ExposureClassScheduling : ApiType
{
    /// <summary>Which seeds are meant.</summary>
    public SeedSelector? SeedSelector { get; init; }

    /// <summary>Seed taints that shoots of the class tolerate.</summary>
    public IReadOnlyList<Toleration>? Tolerations { get; init; }
}
