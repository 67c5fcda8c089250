using System.Globalization;
using System.Text.Json.Nodes;
using Hortus.ApiServer.Output;

namespace Hortus.ApiServer.Registry;

/// <summary>Cells that sum up work done and limits kept.</summary>
internal static class WorkCells
{
    /// <summary>How a job stands.</summary>
    public static string JobStatus(JsonObject job)
    {
        foreach (var (condition, status) in new[]
        {
            ("Complete", "Complete"), ("Failed", "Failed"), ("Suspended", "Suspended"), ("FailureTarget", "FailureTarget"),
            ("SuccessCriteriaMet", "SuccessCriteriaMet"),
        })
        {
            if (ColumnForms.ConditionStatus(job, condition) == "True")
            {
                return status;
            }
        }

        return JsonPaths.Find(job, "metadata.deletionTimestamp") is null ? "Running" : "Terminating";
    }

    /// <summary>How long a job took; empty while it runs, because a cell does not know the time.</summary>
    public static JsonNode? Duration(JsonObject job) =>
        Time(job, "status.startTime") is { } start && Time(job, "status.completionTime") is { } end
            ? TableCells.Ago(end - start)
            : "";

    /// <summary>How long a requested certificate is to be valid.</summary>
    public static JsonNode? RequestedDuration(JsonObject request) =>
        JsonPaths.Find(request, "spec.expirationSeconds") is JsonValue seconds && seconds.TryGetValue<long>(out var count)
            ? TableCells.Ago(TimeSpan.FromSeconds(count))
            : "<none>";

    /// <summary>What an autoscaler measures: the value found and the one wanted.</summary>
    public static string Targets(JsonObject scaler)
    {
        var metrics = (JsonPaths.Find(scaler, "spec.metrics") as JsonArray ?? []).OfType<JsonObject>().ToList();
        return metrics.Count == 0 ? "<none>" : string.Join(", ", metrics.Select(Target));
    }

    /// <summary>Used of allowed, for requests and counts or for limits.</summary>
    public static string Quota(JsonObject quota, bool limits) => string.Join(
        ", ",
        (JsonPaths.Find(quota, "status.hard") as JsonObject ?? JsonPaths.Find(quota, "spec.hard") as JsonObject ?? [])
            .Where(h => h.Key.StartsWith("limits.", StringComparison.Ordinal) == limits)
            .OrderBy(h => h.Key, StringComparer.Ordinal)
            .Select(h => $"{h.Key}: {(JsonPaths.Find(quota, "status.used") as JsonObject)?[h.Key] ?? "0"}/{h.Value}"));

    private static string Target(JsonObject metric)
    {
        var wanted = metric["resource"]?["target"]?["averageUtilization"];
        return wanted is null
            ? "<unknown>"
            : $"{metric["resource"]?["name"]}: <unknown>/{wanted}%";
    }

    private static DateTimeOffset? Time(JsonObject value, string path) => DateTimeOffset.TryParse(
        JsonPaths.Text(value, path), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;
}
