using System.Text.Json.Nodes;

namespace Hortus.Objects;

/// <summary>
/// The structural schema of a value: the one form from which CRDs, OpenAPI documents, pruning, defaulting, validation,
/// strategic merge keys and server-side apply list types are derived. Source: apiextensions.k8s.io/v1 JSONSchemaProps.
/// </summary>
public sealed record SchemaNode
{
    /// <summary><c>object</c>, <c>array</c>, <c>string</c>, <c>integer</c>, <c>number</c>, <c>boolean</c>; null for
    /// int-or-string and any.</summary>
    public string? Type { get; init; }

    public string? Format { get; init; }

    /// <summary>Empty when nothing is said.</summary>
    public string Description { get; init; } = "";

    public bool Nullable { get; init; }

    /// <summary>Fields by wire name; evaluated on first use because built-in types refer to each other.</summary>
    public IReadOnlyDictionary<string, SchemaNode> Properties { get; init; } =
        System.Collections.Immutable.ImmutableDictionary<string, SchemaNode>.Empty;

    /// <summary>Schema of map values; null when the object is not a map.</summary>
    public SchemaNode? AdditionalProperties { get; init; }

    public SchemaNode? Items { get; init; }

    public IReadOnlyList<string> Required { get; init; } = [];

    public IReadOnlyList<JsonNode?> Enum { get; init; } = [];

    public JsonNode? Default { get; init; }

    public double? Minimum { get; init; }

    public double? Maximum { get; init; }

    public bool ExclusiveMinimum { get; init; }

    public bool ExclusiveMaximum { get; init; }

    public double? MultipleOf { get; init; }

    public int? MinLength { get; init; }

    public int? MaxLength { get; init; }

    public string? Pattern { get; init; }

    public int? MinItems { get; init; }

    public int? MaxItems { get; init; }

    public int? MinProperties { get; init; }

    public int? MaxProperties { get; init; }

    public bool UniqueItems { get; init; }

    public IReadOnlyList<SchemaNode> AllOf { get; init; } = [];

    public IReadOnlyList<SchemaNode> AnyOf { get; init; } = [];

    public IReadOnlyList<SchemaNode> OneOf { get; init; } = [];

    public SchemaNode? Not { get; init; }

    /// <summary><c>x-kubernetes-preserve-unknown-fields</c>.</summary>
    public bool PreserveUnknownFields { get; init; }

    /// <summary><c>x-kubernetes-embedded-resource</c>.</summary>
    public bool EmbeddedResource { get; init; }

    /// <summary><c>x-kubernetes-int-or-string</c>.</summary>
    public bool IntOrString { get; init; }

    /// <summary><c>x-kubernetes-list-type</c>: <c>atomic</c>, <c>set</c>, <c>map</c>; null means atomic.</summary>
    public string? ListType { get; init; }

    /// <summary><c>x-kubernetes-list-map-keys</c>.</summary>
    public IReadOnlyList<string> ListMapKeys { get; init; } = [];

    /// <summary><c>x-kubernetes-map-type</c>: <c>granular</c> or <c>atomic</c>; null means granular.</summary>
    public string? MapType { get; init; }

    /// <summary><c>x-kubernetes-patch-strategy</c>, comma separated; null means replace for lists and merge for
    /// objects.</summary>
    public string? PatchStrategy { get; init; }

    /// <summary><c>x-kubernetes-patch-merge-key</c>.</summary>
    public string? PatchMergeKey { get; init; }

    /// <summary><c>x-kubernetes-validations</c>.</summary>
    public IReadOnlyList<SchemaRule> Rules { get; init; } = [];

    /// <summary>For built-in types the OpenAPI component name (<c>io.k8s.api.core.v1.PodSpec</c>), so that documents
    /// share it; null inline.</summary>
    public string? ComponentName { get; init; }
}

/// <summary>One CEL rule of <c>x-kubernetes-validations</c>.</summary>
public sealed record SchemaRule(
    string Rule, string? Message, string? MessageExpression, string? Reason, string? FieldPath, bool OptionalOldSelf);
