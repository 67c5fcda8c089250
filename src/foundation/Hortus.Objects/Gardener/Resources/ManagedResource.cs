using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Kubernetes;

namespace Hortus.Objects.Gardener.Resources;

/// <summary>A set of manifests in Secrets that a resource manager keeps applied.</summary>
[KubernetesResource("resources.gardener.cloud", "v1alpha1", "ManagedResource", "managedresources",
    HasStatus = true, ShortNames = "mr")]
[PrinterColumn("Class", "string", ".spec.class", Description = "which resource manager is responsible")]
[PrinterColumn(
    "Applied", "string", ".status.conditions[?(@.type==\"ResourcesApplied\")].status",
    Description = "whether all objects are applied")]
[PrinterColumn(
    "Healthy", "string", ".status.conditions[?(@.type==\"ResourcesHealthy\")].status",
    Description = "whether all objects are healthy")]
[PrinterColumn(
    "Progressing", "string", ".status.conditions[?(@.type==\"ResourcesProgressing\")].status",
    Description = "whether objects are still rolled out")]
[PrinterColumn("Age", "date", ".metadata.creationTimestamp")]
public sealed record ManagedResource : KubernetesObject
{
    /// <summary>The manifests and how they are applied.</summary>
    public ManagedResourceSpec Spec { get => field ??= new ManagedResourceSpec(); init; }

    /// <summary>What was applied.</summary>
    public ManagedResourceStatus? Status { get; init; }
}

/// <summary>Manifests and how they are applied.</summary>
public sealed record ManagedResourceSpec : ApiType
{
    /// <summary>Which resource manager is responsible; the one without a class when absent.</summary>
    public string? Class { get; init; }

    /// <summary>Secrets with the manifests.</summary>
    [Required]
    public IReadOnlyList<LocalObjectReference> SecretRefs { get => field ??= []; init; }

    /// <summary>Labels put on every object.</summary>
    public IReadOnlyDictionary<string, string>? InjectLabels { get; init; }

    /// <summary>Whether labels that others added are removed.</summary>
    public bool? ForceOverwriteLabels { get; init; }

    /// <summary>Whether annotations that others added are removed.</summary>
    public bool? ForceOverwriteAnnotations { get; init; }

    /// <summary>Whether the objects stay when this one is deleted.</summary>
    public bool? KeepObjects { get; init; }

    /// <summary>Kinds that stand for one another when objects move between groups.</summary>
    public IReadOnlyList<IReadOnlyList<GroupKind>>? Equivalences { get; init; }

    /// <summary>Whether claims of deleted stateful sets are deleted too.</summary>
    public bool? DeletePersistentVolumeClaims { get; init; }
}

/// <summary>A kind and its group.</summary>
public sealed record GroupKind : ApiType
{
    /// <summary>API group.</summary>
    [Required]
    public string Group { get => field ?? ""; init; }

    /// <summary>Kind.</summary>
    [Required]
    public string Kind { get => field ?? ""; init; }
}

/// <summary>What was applied.</summary>
public sealed record ManagedResourceStatus : ApiType
{
    /// <summary>ResourcesApplied, ResourcesHealthy, ResourcesProgressing.</summary>
    public IReadOnlyList<GardenerCondition>? Conditions { get; init; }

    /// <summary>The generation that was handled last.</summary>
    public long? ObservedGeneration { get; init; }

    /// <summary>The objects.</summary>
    public IReadOnlyList<ManagedResourceReference>? Resources { get; init; }

    /// <summary>Hash of the Secrets' data that was applied last.</summary>
    public string? SecretsDataChecksum { get; init; }
}

/// <summary>An object that belongs to a managed resource.</summary>
public sealed record ManagedResourceReference : ApiType
{
    /// <summary>Group and version.</summary>
    public string? ApiVersion { get; init; }

    /// <summary>Kind.</summary>
    public string? Kind { get; init; }

    /// <summary>Namespace.</summary>
    public string? Namespace { get; init; }

    /// <summary>Name.</summary>
    public string? Name { get; init; }

    /// <summary>Identity.</summary>
    public string? Uid { get; init; }

    /// <summary>Version.</summary>
    public string? ResourceVersion { get; init; }

    /// <summary>Part of the object.</summary>
    public string? FieldPath { get; init; }

    /// <summary>Labels that were applied.</summary>
    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    /// <summary>Annotations that were applied.</summary>
    public IReadOnlyDictionary<string, string>? Annotations { get; init; }
}
