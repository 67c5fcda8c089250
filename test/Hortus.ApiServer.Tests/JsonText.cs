using System.Text.Json.Nodes;

namespace Hortus.ApiServer.Tests;

/// <summary>JSON literals in tests.</summary>
internal static class JsonText
{
    public static JsonObject Obj(string json) => (JsonObject)JsonNode.Parse(json)!;

    public static string Compact(string json) => JsonNode.Parse(json)!.ToJsonString();
}
