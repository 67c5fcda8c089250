using Hortus.ApiServer.Subresources;
using Hortus.Objects;

namespace Hortus.ApiServer.Registry;

/// <summary>
/// Everything the server knows about one resource in one version. Versions of the same resource share
/// <see cref="StoragePrefix"/>; objects are stored under <see cref="StorageApiVersion"/>.
/// </summary>
public sealed record ResourceDefinition
{
    /// <summary>The verbs of an ordinary stored resource.</summary>
    public static IReadOnlyList<string> AllVerbs { get; } =
        ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];

    public required ResourceKind Kind { get; init; }

    /// <summary>Kind of a list; <c>KindList</c> unless said otherwise.</summary>
    public string ListKind { get => field ??= Kind.Kind + "List"; init; }

    /// <summary>Plural and group, as messages and metrics name the resource.</summary>
    public string GroupResource => field ??= Kind.GroupResource;

    /// <summary>Singular resource name; the lower-case kind unless said otherwise.</summary>
    public string Singular { get => field ??= Kind.Kind.ToLowerInvariant(); init; }

    /// <summary>Structural schema of the whole object, built on first use.</summary>
    public required Func<SchemaNode> Schema { get; init; }

    /// <summary>Rules of this kind beyond its schema.</summary>
    public IResourceStrategy Strategy { get; init; } = new ResourceStrategy();

    /// <summary>Columns of <c>kubectl get</c> after NAME; empty means AGE only.</summary>
    public IReadOnlyList<TableColumn> Columns { get; init; } = [];

    /// <summary>Fields usable in field selectors besides metadata.name and metadata.namespace.</summary>
    public IReadOnlyList<SelectableField> SelectableFields { get; init; } = [];

    public IReadOnlyList<string> Verbs { get; init; } = AllVerbs;

    /// <summary>Subresources by name; <c>status</c> is added by the registry when the kind has one.</summary>
    public IReadOnlyDictionary<string, SubresourceDefinition> Subresources { get; init; } =
        new Dictionary<string, SubresourceDefinition>();

    /// <summary>
    /// Start of all storage keys with a slash at the end, in the layout of upstream's etcd, for example <c>/registry/pods/</c>.
    /// Empty for virtual resources that are only created and never stored.
    /// </summary>
    public required string StoragePrefix { get; init; }

    /// <summary>The apiVersion objects are stored with; this version's own unless said otherwise.</summary>
    public string StorageApiVersion { get => field ??= Kind.ApiVersion; init; }

    /// <summary>Sent as a warning with each answer because the version is deprecated; null when it is not.</summary>
    public string? DeprecationWarning { get; init; }

    /// <summary>Fields that every object has, shown and unowned when nobody set them; null values are not shown.</summary>
    internal System.Text.Json.Nodes.JsonObject? Blank { get; init; }

    /// <summary>Whether a CustomResourceDefinition made it (no strategic merge patch, strict pruning).</summary>
    public bool IsCustom { get; init; }

    /// <summary>Whether its definition is being deleted, so that no objects are made any more.</summary>
    internal bool IsTerminating { get; init; }

    /// <summary>
    /// Answers POST for virtual resources (reviews: SubjectAccessReview, TokenReview, ...); null for stored resources.
    /// </summary>
    public IVirtualResource? Virtual { get; init; }

    /// <summary>Turns objects into other versions; null when versions differ in nothing but their name.</summary>
    internal Objects.IObjectConverter? Converter { get; init; }

    /// <summary>Shows stored objects in this version; null when they show as they are stored.</summary>
    internal Objects.StoredView? View { get; init; }

    /// <summary>The same for a version whose objects are shown and stored through a converter.</summary>
    /// <param name="storage">The apiVersion that objects are stored with.</param>
    /// <param name="converter">Converts between the two.</param>
    public ResourceDefinition ConvertedFrom(string storage, Objects.IObjectConverter converter) => this with
    {
        StorageApiVersion = storage,
        Converter = converter,
        View = new Objects.StoredView(Kind.ApiVersion, null, converter),
    };

    /// <summary>Storage key of an object.</summary>
    public string KeyOf(ObjectKey key) => Kind.Namespaced
        ? $"{StoragePrefix}{key.Namespace}/{key.Name}"
        : StoragePrefix + key.Name;

    /// <summary>Kind and resource, for messages.</summary>
    public override string ToString() => Kind.GroupVersionResource.ToString();
}

/// <summary>A column of <c>kubectl get</c>.</summary>
/// <param name="Name">Heading.</param>
/// <param name="Type"><c>string</c>, <c>integer</c>, <c>number</c>, <c>boolean</c> or <c>date</c>.</param>
/// <param name="Value">The cell of an object; null shows as empty. A date is the RFC 3339 text.</param>
/// <param name="Priority">0 is always shown, greater only with <c>-o wide</c>.</param>
/// <param name="Description">Shown in the table's column definition.</param>
public sealed record TableColumn(
    string Name,
    string Type,
    Func<System.Text.Json.Nodes.JsonObject, System.Text.Json.Nodes.JsonNode?> Value,
    int Priority = 0,
    string Description = "");

/// <summary>A field usable in field selectors.</summary>
/// <param name="Label">Name in the selector, for example <c>spec.nodeName</c>.</param>
/// <param name="Value">Its value in an object; absent fields give an empty text.</param>
public sealed record SelectableField(string Label, Func<System.Text.Json.Nodes.JsonObject, string> Value)
{
    /// <summary>A field whose label is its dotted JSON path.</summary>
    public static SelectableField OfPath(string path) => new(path, o => JsonPaths.Text(o, path));
}
