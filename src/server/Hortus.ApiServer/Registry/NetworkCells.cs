using System.Text.Json.Nodes;

namespace Hortus.ApiServer.Registry;

/// <summary>Cells that sum up addresses and ports.</summary>
internal static class NetworkCells
{
    private const int ShownMax = 3;

    /// <summary>Addresses with ports of Endpoints.</summary>
    public static string Addresses(JsonObject endpoints) => Few((endpoints["subsets"] as JsonArray ?? []).OfType<JsonObject>()
        .SelectMany(subset => Items(subset, "addresses").SelectMany(address => Items(subset, "ports") is { Count: > 0 } ports
            ? ports.Select(port => $"{address["ip"]}:{port["port"]}")
            : [$"{address["ip"]}"])));

    public static string SliceAddresses(JsonObject slice) => Few(Items(slice, "endpoints")
        .SelectMany(e => (e["addresses"] as JsonArray ?? []).Select(a => a?.ToString() ?? "")), ",", "<unset>");

    public static string SlicePorts(JsonObject slice) =>
        Few(Items(slice, "ports").Select(p => p["port"]?.ToString() ?? "*"), ",", "<unset>");

    /// <summary>Hosts of an ingress; <c>*</c> when it has none.</summary>
    public static string Hosts(JsonObject ingress) => Few(
        Items(ingress["spec"], "rules").Select(r => r["host"]?.ToString() ?? "").Where(h => h.Length > 0), ",", "*");

    public static string IngressPorts(JsonObject ingress) => Items(ingress["spec"], "tls").Count > 0 ? "80, 443" : "80";

    /// <summary>What a load balancer was given.</summary>
    public static string BalancerAddresses(JsonObject value) => string.Join(
        ',',
        Items(value["status"]?["loadBalancer"], "ingress").Select(i => (i["ip"] ?? i["hostname"])?.ToString() ?? ""));

    private static List<JsonObject> Items(JsonNode? node, string field) =>
        [.. ((node as JsonObject)?[field] as JsonArray ?? []).OfType<JsonObject>()];

    private static string Few(IEnumerable<string> texts, string separator = ",", string none = "<none>")
    {
        var all = texts.ToList();
        return all.Count switch
        {
            0 => none,
            > ShownMax => $"{string.Join(separator, all.Take(ShownMax))} + {all.Count - ShownMax} more...",
            _ => string.Join(separator, all),
        };
    }
}
