using System.Globalization;
using System.Text.Json.Nodes;
using Hortus.ApiServer.Registry;

namespace Hortus.ApiServer.Output;

/// <summary>The cells of a pod, which sum up its containers.</summary>
internal static class PodCells
{
    /// <summary>Ready containers of all, for example <c>1/2</c>.</summary>
    public static string Ready(JsonObject pod)
    {
        var total = (JsonPaths.Find(pod, "spec.containers") as JsonArray)?.Count ?? 0;
        return $"{Statuses(pod, "containerStatuses").Count(s => s["ready"]?.ToString() == "true")}/{total}";
    }

    /// <summary>The number of restarts of all containers.</summary>
    public static string Restarts(JsonObject pod) =>
        Statuses(pod, "containerStatuses").Concat(Statuses(pod, "initContainerStatuses"))
            .Sum(s => long.TryParse(s["restartCount"]?.ToString(), CultureInfo.InvariantCulture, out var n) ? n : 0)
            .ToString(CultureInfo.InvariantCulture);

    /// <summary>Readiness gates that are open of all, for example <c>0/1</c>; <c>&lt;none&gt;</c> without gates.</summary>
    public static string Gates(JsonObject pod)
    {
        if (JsonPaths.Find(pod, "spec.readinessGates") is not JsonArray { Count: > 0 } gates)
        {
            return "<none>";
        }

        var open = gates.OfType<JsonObject>()
            .Count(gate => ColumnForms.ConditionStatus(pod, gate["conditionType"]?.ToString() ?? "") == "True");
        return $"{open}/{gates.Count}";
    }

    /// <summary>The most telling reason: of a container that waits or failed, else the phase.</summary>
    public static string Status(JsonObject pod)
    {
        var reason = JsonPaths.Text(pod, "status.reason") is { Length: > 0 } own ? own : JsonPaths.Text(pod, "status.phase");
        if (InitReason(pod) is { } initializing)
        {
            reason = initializing;
        }
        else
        {
            foreach (var status in Statuses(pod, "containerStatuses").Reverse())
            {
                if (ReasonOf(status) is { } found)
                {
                    reason = found;
                }
            }

            var runs = Statuses(pod, "containerStatuses").Any(s => s["state"]?["running"] is not null);
            if (reason == "Completed" && runs)
            {
                reason = "Running";
            }
        }

        return pod["metadata"]?["deletionTimestamp"] is null ? reason : "Terminating";
    }

    private static string? InitReason(JsonObject pod)
    {
        var init = Statuses(pod, "initContainerStatuses").ToList();
        for (var i = 0; i < init.Count; i++)
        {
            if (init[i]["state"]?["terminated"]?["exitCode"]?.ToString() == "0" || init[i]["started"]?.ToString() == "true")
            {
                continue;
            }

            return ReasonOf(init[i]) is { } why && why != "PodInitializing" ? "Init:" + why : $"Init:{i}/{init.Count}";
        }

        return null;
    }

    private static string? ReasonOf(JsonObject status)
    {
        var state = status["state"];
        if (state?["waiting"]?["reason"]?.ToString() is { Length: > 0 } waiting)
        {
            return waiting;
        }

        return state?["terminated"] is not JsonObject ended ? null
            : ended["reason"]?.ToString() is { Length: > 0 } reason ? reason
            : $"ExitCode:{ended["exitCode"]}";
    }

    private static IEnumerable<JsonObject> Statuses(JsonObject pod, string field) =>
        (pod["status"]?[field] as JsonArray ?? []).OfType<JsonObject>();
}
