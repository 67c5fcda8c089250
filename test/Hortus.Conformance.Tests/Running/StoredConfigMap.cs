using System.Globalization;
using System.Text.Json.Nodes;

namespace Hortus.Conformance.Tests.Running;

/// <summary>A ConfigMap whose text says whether it is whole.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Uid">Its uid.</param>
/// <param name="Version">Its resource version.</param>
/// <param name="IsWhole">Whether its two texts belong together.</param>
internal sealed record StoredConfigMap(string Name, string Uid, long Version, bool IsWhole)
{
    public static StoredConfigMap Of(JsonNode item) => new(
        item["metadata"]!["name"]!.ToString(),
        item["metadata"]!["uid"]!.ToString(),
        long.Parse(item["metadata"]!["resourceVersion"]!.ToString(), CultureInfo.InvariantCulture),
        item["data"] is not { } data || data["text"]?.ToString() == Text(data["change"]?.ToString() ?? ""));

    /// <summary>The body that creates it.</summary>
    public static string Body(string name, int change) =>
        $$$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"{{{name}}}"},"data":{{{Data(change)}}}}""";

    /// <summary>The merge patch that changes it.</summary>
    public static string Change(int change) => $$$"""{"data":{{{Data(change)}}}}""";

    private static string Data(int change) => $$"""{"change":"{{change}}","text":"{{Text(change.ToString(CultureInfo.InvariantCulture))}}"}""";

    private static string Text(string change) => string.Concat(Enumerable.Repeat(change, 2000));
}
