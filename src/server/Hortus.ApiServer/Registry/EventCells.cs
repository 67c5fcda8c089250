using System.Text.Json.Nodes;
using static Hortus.ApiServer.Registry.ColumnForms;

namespace Hortus.ApiServer.Registry;

/// <summary>The columns of events, which read both forms: that of the core group and that of <c>events.k8s.io</c>.</summary>
internal static class EventCells
{
    public static TableColumn[] Columns { get; } =
    [
        new("Last Seen", "date", LastSeen), Path("Type", "type"), Path("Reason", "reason"), Cell("Object", About),
        Cell("Subobject", o => Text(Regarding(o), "fieldPath"), 1), Cell("Source", Source, 1),
        Cell("Message", o => (o["message"] ?? o["note"])?.ToString() ?? ""), new("First Seen", "date", FirstSeen, 1),
        new("Count", "integer", Count, 1), Path("Name", "metadata.name", 1),
    ];

    private static JsonObject? Regarding(JsonObject value) => (value["involvedObject"] ?? value["regarding"]) as JsonObject;

    private static string About(JsonObject value)
    {
        var about = Regarding(value);
        var kind = Text(about, "kind").ToLowerInvariant();
        var name = Text(about, "name");
        return name.Length == 0 ? kind : $"{kind}/{name}";
    }

    private static JsonNode? LastSeen(JsonObject value) => Clone(
        value["series"]?["lastObservedTime"] ?? value["lastTimestamp"] ?? value["deprecatedLastTimestamp"] ?? FirstSeen(value));

    private static JsonNode? FirstSeen(JsonObject value) => Clone(
        value["firstTimestamp"] ?? value["deprecatedFirstTimestamp"] ?? value["eventTime"]
        ?? value["metadata"]?["creationTimestamp"]);

    private static string Source(JsonObject value)
    {
        var source = (value["source"] ?? value["deprecatedSource"]) as JsonObject;
        var component = Or(Text(source, "component"), Text(value, "reportingComponent") + Text(value, "reportingController"));
        return Join(", ", component, Or(Text(source, "host"), Text(value, "reportingInstance")));
    }

    private static JsonNode? Count(JsonObject value)
    {
        var count = value["series"]?["count"] ?? value["count"] ?? value["deprecatedCount"];
        return count?.ToString() is null or "0" ? 1 : Clone(count);
    }

    private static string Text(JsonObject? value, string field) => value?[field]?.ToString() ?? "";
}
