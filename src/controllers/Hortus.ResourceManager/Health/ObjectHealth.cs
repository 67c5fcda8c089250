using System.Text.Json.Nodes;
using Hortus.Objects;
using Hortus.Runtime;

namespace Hortus.ResourceManager.Health;

/// <summary>Whether an object does what it is for. Null means yes or nobody knows better; a text says what is wrong.</summary>
internal static class ObjectHealth
{
    public static string? Check(JsonObject live) => (ObjectNames.GroupOf(live.Text("apiVersion") ?? ""), live.Text("kind")) switch
    {
        ("apiextensions.k8s.io", "CustomResourceDefinition") => Definition(live),
        ("apps", "Deployment") => NotObserved(live) ?? Deployment(live),
        ("apps", "StatefulSet" or "ReplicaSet") or ("", "ReplicationController") => NotObserved(live) ?? Ready(live),
        ("apps", "DaemonSet") => NotObserved(live) ?? DaemonSet(live),
        ("batch", "Job") => Wanted(live, "Failed", isRequired: false, "False"),
        ("", "Pod") => live.Text("status", "phase") is "Running" or "Succeeded"
            ? null
            : $"phase is {live.Text("status", "phase") ?? "unknown"}",
        ("", "Service") => Service(live),
        ("autoscaling.k8s.io", "VerticalPodAutoscaler") => Wanted(live, "ConfigUnsupported", isRequired: false, "False", "Unknown"),
        ("monitoring.coreos.com", "Prometheus" or "Alertmanager") => Monitoring(live),
        ("cert.gardener.cloud", "Certificate" or "Issuer") => NotObserved(live)
            ?? (live.Text("status", "state") is "Ready" ? null : $"state is {live.Text("status", "state") ?? "unknown"}"),
        _ => null,
    };

    private static string? Definition(JsonObject live) => Wanted(live, "NamesAccepted", isRequired: true, "True")
        ?? Wanted(live, "Established", isRequired: true, "True") ?? Wanted(live, "Terminating", isRequired: false, "False");

    private static string? Deployment(JsonObject live) => Wanted(live, "Available", isRequired: true, "True")
        ?? Wanted(live, "Progressing", isRequired: false, "True") ?? Wanted(live, "ReplicaFailure", isRequired: false, "False");

    private static string? Monitoring(JsonObject live)
    {
        var condition = live.Items("status", "conditions").FirstOrDefault(c => c.Text("type") == "Available");
        return condition.Number("observedGeneration") < live.Number("metadata", "generation")
            ? "its controller has not seen the latest change yet"
            : Wanted(live, "Available", isRequired: true, "True");
    }

    private static string? Ready(JsonObject live)
    {
        var (ready, wanted) = (live.Number("status", "readyReplicas") ?? 0, live.Number("spec", "replicas") ?? 1);
        return ready >= wanted ? null : $"{ready} of {wanted} replicas are ready";
    }

    private static string? DaemonSet(JsonObject live)
    {
        long Count(string field) => live.Number("status", field) ?? 0;
        var desired = Count("desiredNumberScheduled");
        if (Count("currentNumberScheduled") < desired)
        {
            return $"{Count("currentNumberScheduled")} of {desired} pods are scheduled";
        }

        if (Count("numberMisscheduled") > 0)
        {
            return $"{Count("numberMisscheduled")} pods run where they should not";
        }

        var allowed = Count("updatedNumberScheduled") < desired ? MaxUnavailable(live, desired) : 0;
        return Count("numberUnavailable") <= allowed ? null : $"{Count("numberUnavailable")} of {desired} pods are unavailable";
    }

    private static long MaxUnavailable(JsonObject live, long desired)
    {
        var path = live.At("spec", "updateStrategy", "rollingUpdate", "maxUnavailable");
        var text = path is null ? "1" : path.ToString();
        return text.EndsWith('%') && long.TryParse(text[..^1], out var percent) ? desired * percent / 100
            : long.TryParse(text, out var number) ? number : 1;
    }

    private static string? Service(JsonObject live) =>
        live.Text("spec", "type") == "LoadBalancer" && !live.Items("status", "loadBalancer", "ingress").Any()
            ? "the load balancer has no address yet"
            : null;

    /// <summary>Whether the controller of the kind knows the latest change.</summary>
    public static string? NotObserved(JsonObject live) =>
        (live.Number("status", "observedGeneration") ?? 0) < (live.Number("metadata", "generation") ?? 0)
            ? "its controller has not seen the latest change yet"
            : null;

    private static string? Wanted(JsonObject live, string type, bool isRequired, params ReadOnlySpan<string> statuses)
    {
        var condition = live.Items("status", "conditions").FirstOrDefault(c => c.Text("type") == type);
        if (condition is null)
        {
            return isRequired ? $"condition {type} is missing" : null;
        }

        var status = condition.Text("status") ?? "";
        return statuses.Contains(status)
            ? null
            : $"condition {type} is {status}, reason {condition.Text("reason")}: {condition.Text("message")}";
    }
}
