using System.Text.Json;
using System.Text.Json.Nodes;
using Hortus.Objects;

namespace Hortus.ApiServer.Registry;

/// <summary>The forms that columns of built-in kinds come in.</summary>
internal static class ColumnForms
{
    public static readonly TableColumn Age = new(
        "Age", "date", o => Clone(JsonPaths.Find(o, "metadata.creationTimestamp")));

    public static readonly TableColumn CreatedAt = new(
        "Created At", "string", o => Clone(JsonPaths.Find(o, "metadata.creationTimestamp")));

    /// <summary>The status of a condition; empty when there is none.</summary>
    public static string ConditionStatus(JsonObject value, string type) =>
        (JsonPaths.Find(value, "status.conditions") as JsonArray)?.OfType<JsonObject>()
            .FirstOrDefault(c => c["type"]?.ToString() == type)?["status"]?.ToString() ?? "";

    public static TableColumn Cell(string name, Func<JsonObject, string> value, int priority = 0) =>
        new(name, "string", o => value(o), priority);

    public static TableColumn Path(string name, string path, int priority = 0) =>
        new(name, "string", o => JsonPaths.Text(o, path), priority);

    public static TableColumn Count(string name, string path) => new(name, "integer", o => Clone(JsonPaths.Find(o, path)) ?? 0);

    public static TableColumn Size(string name, string path) =>
        new(name, "integer", o => (JsonPaths.Find(o, path) as JsonObject)?.Count ?? 0);

    public static JsonNode? Clone(JsonNode? node) => node?.DeepClone();

    public static string Join(string separator, params string[] parts) => string.Join(separator, parts.Where(p => p.Length > 0));

    public static string Ratio(JsonObject value, string done, string wanted) =>
        $"{Or(JsonPaths.Text(value, done), "0")}/{Or(JsonPaths.Text(value, wanted), "1")}";

    public static string Or(string text, string other) => text.Length == 0 ? other : text;

    public static string OrNone(JsonObject value, string path) => Or(JsonPaths.Text(value, path), "<none>");

    public static string Pairs(JsonNode? map) => map is JsonObject { Count: > 0 } pairs
        ? string.Join(',', pairs.Select(p => $"{p.Key}={p.Value}"))
        : "<none>";

    public static string ContainerFields(JsonObject value, string field) => string.Join(
        ',',
        (JsonPaths.Find(value, "spec.template.spec.containers") as JsonArray)?.OfType<JsonObject>()
            .Select(container => container[field]?.ToString()) ?? []);

    public static string ServicePorts(JsonObject value)
    {
        var ports = (JsonPaths.Find(value, "spec.ports") as JsonArray)?.OfType<JsonObject>().Select(p =>
            p["nodePort"] is { } node && node.ToString() != "0"
                ? $"{p["port"]}:{node}/{p["protocol"] ?? "TCP"}"
                : $"{p["port"]}/{p["protocol"] ?? "TCP"}");
        return Or(string.Join(',', ports ?? []), "<none>");
    }

    public static string NodeStatus(JsonObject value)
    {
        var ready = ConditionStatus(value, "Ready") switch { "True" => "Ready", "" => "Unknown", _ => "NotReady" };
        return JsonPaths.Find(value, "spec.unschedulable")?.GetValueKind() == JsonValueKind.True
            ? ready + ",SchedulingDisabled"
            : ready;
    }

    public static string NodeRoles(JsonObject value)
    {
        const string prefix = "node-role.kubernetes.io/";
        var labels = JsonPaths.Find(value, "metadata.labels") as JsonObject ?? [];
        var roles = labels.Where(l => l.Key.StartsWith(prefix, StringComparison.Ordinal)).Select(l => l.Key[prefix.Length..]);
        return Or(string.Join(',', roles.Order(StringComparer.Ordinal)), "<none>");
    }

    public static string NodeAddress(JsonObject value, string type) =>
        (JsonPaths.Find(value, "status.addresses") as JsonArray)?.OfType<JsonObject>()
            .FirstOrDefault(a => a["type"]?.ToString() == type)?["address"]?.ToString() ?? "<none>";

    public static string RequestCondition(JsonObject value)
    {
        var conditions = (JsonPaths.Find(value, "status.conditions") as JsonArray)?.OfType<JsonObject>()
            .Select(c => c["type"]?.ToString() ?? "").ToList() ?? [];
        if (JsonPaths.Text(value, "status.certificate").Length > 0)
        {
            conditions.Add("Issued");
        }

        return conditions.Count == 0 ? "Pending" : string.Join(',', conditions);
    }

    /// <summary>A boolean field; absent is false.</summary>
    public static TableColumn Flag(string name, string path) => new(
        name, "boolean", o => JsonPaths.Find(o, path)?.GetValueKind() == JsonValueKind.True);

    /// <summary>A list of texts joined by commas.</summary>
    public static string Texts(JsonObject value, string path, string whenEmpty = "") =>
        JsonPaths.Find(value, path) is JsonArray { Count: > 0 } list ? string.Join(',', list.Select(i => i?.ToString())) : whenEmpty;

    /// <summary>Access modes in their short form.</summary>
    public static string AccessModes(JsonObject value, string path) => Texts(value, path)
        .Replace("ReadWriteOncePod", "RWOP", StringComparison.Ordinal).Replace("ReadWriteOnce", "RWO", StringComparison.Ordinal)
        .Replace("ReadOnlyMany", "ROX", StringComparison.Ordinal).Replace("ReadWriteMany", "RWX", StringComparison.Ordinal);
}
