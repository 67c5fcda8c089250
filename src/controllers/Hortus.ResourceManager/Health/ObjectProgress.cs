using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Runtime;

namespace Hortus.ResourceManager.Health;

/// <summary>Whether an object is still being rolled out. Null means no; a text says what is awaited.</summary>
internal static class ObjectProgress
{
    private static readonly string[] LostReasons = ["Evicted", "NodeLost", "Preempting", "OutOfcpu", "OutOfmemory", "OutOfpods"];

    public static string? Check(JsonObject live, Func<string?, IReadOnlyList<DynamicObject>> pods)
    {
        var group = ObjectNames.GroupOf(live.Text("apiVersion") ?? "");
        return (group, live.Text("kind")) switch
        {
            ("apps", "Deployment") => ObjectHealth.NotObserved(live) ?? Deployment(live) ?? OldPods(live, pods),
            ("apps", "StatefulSet") => ObjectHealth.NotObserved(live)
                ?? Updated(live, live.Number("status", "updatedReplicas"), live.Number("spec", "replicas") ?? 1),
            ("apps", "DaemonSet") => ObjectHealth.NotObserved(live)
                ?? Updated(live, live.Number("status", "updatedNumberScheduled"), live.Number("status", "desiredNumberScheduled") ?? 0),
            ("monitoring.coreos.com", "Prometheus" or "Alertmanager") or ("cert.gardener.cloud", "Certificate" or "Issuer") =>
                ObjectHealth.Check(live),
            _ => null,
        };
    }

    /// <summary>Whether an object's progress shows in its pods.</summary>
    public static bool NeedsPods(string? apiVersion, string? kind) => apiVersion == "apps/v1" && kind == "Deployment";

    private static string? Deployment(JsonObject live)
    {
        var condition = live.Items("status", "conditions").FirstOrDefault(c => c.Text("type") == "Progressing");
        return condition.Text("status") == "True" && condition.Text("reason") == "NewReplicaSetAvailable"
            ? null
            : $"rollout is not done: {condition.Text("reason") ?? "condition Progressing is missing"}";
    }

    private static string? Updated(JsonObject live, long? updated, long wanted) =>
        (updated ?? 0) >= wanted ? null : $"{updated ?? 0} of {wanted} pods are of the latest version of {live.Text("metadata", "name")}";

    private static string? OldPods(JsonObject live, Func<string?, IReadOnlyList<DynamicObject>> pods)
    {
        var labels = live.Texts("spec", "selector", "matchLabels");
        var wanted = live.Number("spec", "replicas") ?? 1;
        var found = pods(live.Text("metadata", "namespace")).Count(pod =>
            labels.All(l => pod.Metadata.Label(l.Key) == l.Value) && IsLeft(pod.Json));
        return found > wanted ? $"there are still non-terminated old pods: {found} pods for {wanted} replicas" : null;
    }

    private static bool IsLeft(JsonObject pod) => pod.Text("status", "phase") is not ("Succeeded" or "Failed")
        && !LostReasons.Contains(pod.Text("status", "reason"))
        && !pod.Items("status", "conditions").Any(c => c.Text("status") == "True"
            && (c.Text("type") == "DisruptionTarget" || c.Text("reason") == "PodCompleted"));
}
