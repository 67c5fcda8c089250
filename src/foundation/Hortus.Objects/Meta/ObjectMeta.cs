using System.Text.Json;

namespace Hortus.Objects;

/// <summary>Metadata that every persisted object has. Source: Kubernetes API conventions, metadata.</summary>
public sealed record ObjectMeta : ApiType
{
    public string? Name { get; init; }

    /// <summary>Prefix from which the server makes a unique name when <see cref="Name"/> is absent.</summary>
    public string? GenerateName { get; init; }

    public string? Namespace { get; init; }

    public string? Uid { get; init; }

    /// <summary>Opaque version for optimistic locking and watches; a decimal number on our server.</summary>
    public string? ResourceVersion { get; init; }

    /// <summary>Counts changes of the desired state.</summary>
    public long? Generation { get; init; }

    public DateTimeOffset? CreationTimestamp { get; init; }

    public DateTimeOffset? DeletionTimestamp { get; init; }

    public long? DeletionGracePeriodSeconds { get; init; }

    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    public IReadOnlyDictionary<string, string>? Annotations { get; init; }

    [ListMap("uid"), PatchStrategy(Merge = true, MergeKey = "uid")]
    public IReadOnlyList<OwnerReference>? OwnerReferences { get; init; }

    [ListSet, PatchStrategy(Merge = true)]
    public IReadOnlyList<string>? Finalizers { get; init; }

    public IReadOnlyList<ManagedFieldsEntry>? ManagedFields { get; init; }
}

/// <summary>Names an object that owns this one; the garbage collector deletes the dependants of a deleted
/// owner.</summary>
[AtomicMap]
public sealed record OwnerReference : ApiType
{
    [Required]
    public string ApiVersion { get => field ?? ""; init; }

    [Required]
    public string Kind { get => field ?? ""; init; }

    [Required]
    public string Name { get => field ?? ""; init; }

    [Required]
    public string Uid { get => field ?? ""; init; }

    /// <summary>Whether this owner is the managing controller; at most one is.</summary>
    public bool? Controller { get; init; }

    /// <summary>Whether a foreground deletion of the owner waits for this object.</summary>
    public bool? BlockOwnerDeletion { get; init; }
}

/// <summary>Which manager set which fields (server-side apply).</summary>
public sealed record ManagedFieldsEntry : ApiType
{
    public string? Manager { get; init; }

    /// <summary><c>Apply</c> or <c>Update</c>.</summary>
    public string? Operation { get; init; }

    public string? ApiVersion { get; init; }

    public DateTimeOffset? Time { get; init; }

    public string? FieldsType { get; init; }

    public JsonElement? FieldsV1 { get; init; }

    public string? Subresource { get; init; }
}

/// <summary>Metadata of a list.</summary>
public sealed record ListMeta : ApiType
{
    public string? ResourceVersion { get; init; }

    /// <summary>Token for the next page; absent on the last one.</summary>
    public string? Continue { get; init; }

    public long? RemainingItemCount { get; init; }
}

/// <summary>An observation about an object. Source: Kubernetes API conventions, conditions.</summary>
public sealed record Condition : ApiType, ICondition<Condition>
{
    [Required]
    public string Type { get => field ?? ""; init; }

    /// <summary><c>True</c>, <c>False</c>, <c>Unknown</c> (Gardener adds <c>Progressing</c>).</summary>
    [Required]
    public string Status { get => field ?? ""; init; }

    public long? ObservedGeneration { get; init; }

    public DateTimeOffset? LastTransitionTime { get; init; }

    public string? Reason { get; init; }

    public string? Message { get; init; }

    Condition ICondition<Condition>.WithTransitionTime(DateTimeOffset? time) => this with { LastTransitionTime = time };
}

/// <summary>Selects objects by labels; an empty selector selects all, a null one none.</summary>
[AtomicMap]
public sealed record LabelSelector : ApiType
{
    public IReadOnlyDictionary<string, string>? MatchLabels { get; init; }

    public IReadOnlyList<LabelSelectorRequirement>? MatchExpressions { get; init; }
}

/// <summary>One requirement of a <see cref="LabelSelector"/>.</summary>
public sealed record LabelSelectorRequirement : ApiType
{
    [Required]
    public string Key { get => field ?? ""; init; }

    /// <summary><c>In</c>, <c>NotIn</c>, <c>Exists</c> or <c>DoesNotExist</c>.</summary>
    [Required]
    public string Operator { get => field ?? ""; init; }

    public IReadOnlyList<string>? Values { get; init; }
}
