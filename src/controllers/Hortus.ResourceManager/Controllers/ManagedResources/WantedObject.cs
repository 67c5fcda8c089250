using System.Text.Json.Nodes;
using Hortus.Objects;
using Hortus.Objects.Gardener.Resources;
using Hortus.ResourceManager.Target;
using Hortus.Runtime;

namespace Hortus.ResourceManager;

/// <summary>An object as a ManagedResource wants it.</summary>
/// <param name="Id">Kind and name, with the namespace that the kind asks for.</param>
/// <param name="Json">The manifest with the labels that are put into it.</param>
/// <param name="Kind">The kind as the target serves it; null when it does not (yet).</param>
/// <param name="Place">Where the manifest stands, for messages.</param>
internal sealed record WantedObject(ObjectId Id, JsonObject Json, ResourceKind? Kind, string Place)
{
    public string ApiVersion { get; } = Json.Text("apiVersion")!;

    public IReadOnlyDictionary<string, string> Labels { get; } = Json.Texts("metadata", "labels");

    public IReadOnlyDictionary<string, string> Annotations { get; } = Json.Texts("metadata", "annotations");

    /// <summary>Whether it is certain that the kind has namespaces, or none. Before, nothing can have been created.</summary>
    public bool IsPlaced { get; init; }

    public ObjectKey Key => new(Id.Namespace, Id.Name);

    /// <summary>Created once, never updated.</summary>
    public bool IsIgnored => ResourceNames.IsTrue(Annotations.GetValueOrDefault(ResourceNames.Ignore));

    /// <summary>Let go of: belongs to the ManagedResource no longer, but is not deleted.</summary>
    public bool IsReleased => Annotations.GetValueOrDefault(ResourceNames.Mode) == ResourceNames.ModeIgnore;

    public bool Has(string annotation) => Annotations.GetValueOrDefault(annotation) == "true";

    /// <summary>The entry in the status.</summary>
    public ManagedResourceReference Reference => new()
    {
        ApiVersion = ApiVersion,
        Kind = Id.Kind,
        Namespace = Id.Namespace,
        Name = Id.Name,
        Labels = Labels.Count == 0 ? null : Labels,
        Annotations = Annotations.Count == 0 ? null : Annotations,
    };

    /// <summary>How messages call it, as upstream's do.</summary>
    public string Text => ObjectNames.Text(ApiVersion, Id.Kind, Id.Namespace, Id.Name);
}

/// <summary>How messages and the status call objects.</summary>
internal static class ObjectNames
{
    public static string Text(string? apiVersion, string? kind, string? @namespace, string? name) =>
        $"\"{apiVersion}/{kind}/{@namespace}/{name}\"";

    public static string Text(this ManagedResourceReference reference) =>
        Text(reference.ApiVersion, reference.Kind, reference.Namespace, reference.Name);

    public static ObjectId Id(this ManagedResourceReference reference) => new(
        GroupOf(reference.ApiVersion ?? ""),
        reference.Kind ?? "",
        reference.Namespace is "" ? null : reference.Namespace,
        reference.Name ?? "");

    public static string GroupOf(string apiVersion)
    {
        var slash = apiVersion.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? "" : apiVersion[..slash];
    }
}
