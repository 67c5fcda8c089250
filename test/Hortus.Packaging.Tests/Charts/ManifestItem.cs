using System.Text.Json.Nodes;

namespace Hortus.Packaging.Tests.Charts;

/// <summary>An object of a release, by its address.</summary>
internal sealed record ManifestItem(string ApiVersion, string Kind, string? Namespace, string Name)
{
    /// <summary>Where an API server has it: the plurals of the kinds in our charts are regular.</summary>
    public string Path
    {
        get
        {
            var root = ApiVersion.Contains('/', StringComparison.Ordinal) ? "apis" : "api";
            var plural = Kind.ToLowerInvariant() + (Kind.EndsWith("ss", StringComparison.Ordinal) ? "es" : "s");
            return Namespace is null ? $"{root}/{ApiVersion}/{plural}/{Name}" : $"{root}/{ApiVersion}/namespaces/{Namespace}/{plural}/{Name}";
        }
    }

    public static ManifestItem Of(JsonObject item) => new(
        (string)item["apiVersion"]!,
        (string)item["kind"]!,
        (string?)item["metadata"]!["namespace"],
        (string)item["metadata"]!["name"]!);
}
