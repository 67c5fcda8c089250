using System.Text.Json.Nodes;
using Hortus.Objects;

namespace Hortus.ApiServer.Subresources;

/// <summary>
/// A subresource. Either <see cref="Merge"/> is set: then the server handles get, update and patch of the parent object and
/// asks only which parts of the submitted object count; or <see cref="Handler"/> is set and does everything itself.
/// </summary>
public sealed record SubresourceDefinition
{
    /// <summary>The status subresource: only status (and bookkeeping metadata) of the submitted object counts.</summary>
    public static SubresourceDefinition Status { get; } = new()
    {
        Name = "status",
        Verbs = ["get", "patch", "update"],
        Merge = MergeStatus,
    };

    /// <summary>Name in the URL.</summary>
    public required string Name { get; init; }

    /// <summary>Verbs for discovery and routing: create, get, update, patch, delete.</summary>
    public required IReadOnlyList<string> Verbs { get; init; }

    /// <summary>Kind of the body and answer when it is not the parent's, for example autoscaling/v1 Scale.</summary>
    public ResourceKind? Kind { get; init; }

    /// <summary>Schema of <see cref="Kind"/> for OpenAPI; null when the kind is the parent's or has none.</summary>
    public Func<SchemaNode>? Schema { get; init; }

    /// <summary>
    /// Gives the object to store from (current, submitted): the current object with those parts replaced that this
    /// subresource may write. Must not change its arguments.
    /// </summary>
    public Func<JsonObject, JsonObject, JsonObject>? Merge { get; init; }

    public ISubresourceHandler? Handler { get; init; }

    private static JsonObject MergeStatus(JsonObject current, JsonObject submitted)
    {
        var merged = (JsonObject)current.DeepClone();
        merged.Remove("status");
        if (submitted["status"] is { } status)
        {
            merged["status"] = status.DeepClone();
        }

        return merged;
    }
}
