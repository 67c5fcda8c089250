using System.Text.Json;

namespace Hortus.Objects.Gardener.Core;

/// <summary>What has to survive when a shoot's control plane moves to another seed.</summary>
[KubernetesResource("core.gardener.cloud", "v1beta1", "ShootState", "shootstates")]
[PrinterColumn("Age", "date", ".metadata.creationTimestamp")]
public sealed record ShootState : KubernetesObject
{
    /// <summary>The state.</summary>
    public ShootStateSpec Spec { get => field ??= new ShootStateSpec(); init; }
}

/// <summary>State of a shoot's control plane.</summary>
public sealed record ShootStateSpec : ApiType
{
    /// <summary>Data of Gardener's own parts, such as keys.</summary>
    [PatchStrategy(Merge = true, MergeKey = "name")]
    public IReadOnlyList<GardenerResourceData>? Gardener { get; init; }

    /// <summary>State of extension objects.</summary>
    public IReadOnlyList<ExtensionResourceState>? Extensions { get; init; }

    /// <summary>Resources that extension objects refer to.</summary>
    public IReadOnlyList<ResourceData>? Resources { get; init; }
}

/// <summary>Data of one of Gardener's own parts.</summary>
public sealed record GardenerResourceData : ApiType
{
    /// <summary>Name of the data.</summary>
    [Required]
    public string Name { get => field ?? ""; init; }

    /// <summary>Type of the data, such as secret.</summary>
    [Required]
    public string Type { get => field ?? ""; init; }

    /// <summary>The data.</summary>
    [Required, PreserveUnknownFields]
    public JsonElement? Data { get; init; }

    /// <summary>Labels to find the data by.</summary>
    public IReadOnlyDictionary<string, string>? Labels { get; init; }
}

/// <summary>State of an extension object.</summary>
public sealed record ExtensionResourceState : ApiType
{
    /// <summary>Kind of the object.</summary>
    [Required]
    public string Kind { get => field ?? ""; init; }

    /// <summary>Name of the object.</summary>
    public string? Name { get; init; }

    /// <summary>Purpose of the object, where one has several.</summary>
    public string? Purpose { get; init; }

    /// <summary>State as the extension wrote it.</summary>
    [PreserveUnknownFields]
    public JsonElement? State { get; init; }

    /// <summary>Resources that the state refers to.</summary>
    public IReadOnlyList<NamedResourceReference>? Resources { get; init; }
}
