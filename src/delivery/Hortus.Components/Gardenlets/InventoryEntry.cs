using System.Text.Json.Nodes;
using Hortus.Objects;
using Hortus.Runtime;

namespace Hortus.Components.Gardenlets;

/// <summary>An object that a release brought.</summary>
/// <param name="ApiVersion">Its group and version.</param>
/// <param name="Kind">Its kind.</param>
/// <param name="Namespace">Its namespace as the chart has it; empty when the chart has none.</param>
/// <param name="Name">Its name.</param>
public sealed record InventoryEntry(string ApiVersion, string Kind, string Namespace, string Name)
{
    /// <summary>The entry of an object.</summary>
    public static InventoryEntry Of(JsonObject value) => new(
        value.Text("apiVersion") ?? "",
        value.Text("kind") ?? "",
        value.Text("metadata", "namespace") ?? "",
        value.Text("metadata", "name") ?? "");

    /// <summary>Reads the form of <see cref="ToString"/>; null for anything else.</summary>
    public static InventoryEntry? Parse(string line) => line.Split(' ') is [var apiVersion, var kind, var key]
        && key.Split('/') is { Length: 1 or 2 } parts
            ? new InventoryEntry(apiVersion, kind, parts.Length == 2 ? parts[0] : "", parts[^1])
            : null;

    /// <summary><c>apps/v1 Deployment garden/gardenlet</c>.</summary>
    public override string ToString() => $"{ApiVersion} {Kind} {(Namespace.Length == 0 ? "" : Namespace + "/")}{Name}";
}
