using System.Text.Json.Nodes;
using Hortus.Objects;
using Hortus.Objects.Gardener.Resources;
using Hortus.Runtime;

namespace Hortus.ResourceManager.Webhooks.HighAvailability;

/// <summary>Makes a Deployment or StatefulSet highly available. Pure, and the second time changes nothing.</summary>
internal sealed class WorkloadChange(WorkloadSurroundings surroundings, EvictionDelays delays)
{
    private const string Host = "kubernetes.io/hostname";
    private const string Zone = "topology.kubernetes.io/zone";
    private const string PodTemplateHash = "pod-template-hash";
    private const string NotReady = "node.kubernetes.io/not-ready";
    private const string Unreachable = "node.kubernetes.io/unreachable";
    private const string NoExecute = "NoExecute";

    /// <summary>More nodes than this are not asked for.</summary>
    private const long HostsMax = 3;

    private readonly AvailabilityNeeds needs = surroundings.Needs;

    /// <summary>The workload as it should be.</summary>
    /// <exception cref="FormatException">One of its annotations cannot be used.</exception>
    public JsonObject Apply(JsonObject workload)
    {
        var changed = (JsonObject)workload.DeepClone();
        var current = changed.Number("spec", "replicas");
        if (ReplicaCount.Of(changed, current, needs) is { } replicas && (surroundings.ReplicasMax is null || current < replicas))
        {
            changed.Ensure("spec")["replicas"] = replicas;
        }

        var pod = changed.Ensure("spec", "template", "spec");
        KeepZones(pod);
        Spread(changed, pod);
        Tolerate(pod, NotReady, delays.NotReady);
        Tolerate(pod, Unreachable, delays.Unreachable);
        return changed;
    }

    private void KeepZones(JsonObject pod)
    {
        if (!needs.KeepsZones)
        {
            return;
        }

        var terms = pod.Ensure("affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution").List("nodeSelectorTerms");
        if (terms.Count == 0)
        {
            terms.Add(new JsonObject());
        }

        // One term is enough for a node, so each of them has to name the zones, and no others.
        foreach (var term in terms.OfType<JsonObject>())
        {
            var expressions = term.List("matchExpressions");
            Remove(expressions, e => e.Text("key") == Zone);
            expressions.Add(new JsonObject
            {
                ["key"] = Zone,
                ["operator"] = "In",
                ["values"] = new JsonArray([.. needs.Zones.Select(z => JsonValue.Create(z))]),
            });
        }
    }

    private void Spread(JsonObject workload, JsonObject pod)
    {
        var isDeployment = workload.Text("kind") == "Deployment";
        var replicas = workload.Number("spec", "replicas") ?? 0;
        if (replicas > 1)
        {
            var constraints = pod.List("topologySpreadConstraints");
            Remove(constraints, c => c.Text("topologyKey") is Host or Zone);
            foreach (var constraint in Constraints(workload, isDeployment, replicas))
            {
                constraints.Add(constraint);
            }
        }

        // Pods of the generation before do not count: they are about to leave.
        foreach (var constraint in isDeployment ? pod.Items("topologySpreadConstraints") : [])
        {
            var keys = constraint.List("matchLabelKeys");
            if (!keys.Any(k => k?.ToString() == PodTemplateHash))
            {
                keys.Add(PodTemplateHash);
            }
        }
    }

    private IEnumerable<JsonObject> Constraints(JsonObject workload, bool isDeployment, long replicas)
    {
        var most = Math.Max(replicas, surroundings.ReplicasMax ?? 0);
        var isForced = surroundings.HasManyNodes && (needs.EnduresFailures
            || ResourceNames.IsTrue(workload.Texts("metadata", "annotations").GetValueOrDefault(WebhookLabels.HostSpread)));

        // The labels of a StatefulSet's pods may change while pods with the old ones still run; its selector never does.
        var selector = isDeployment
            ? new JsonObject { ["matchLabels"] = workload.At("spec", "template", "metadata", "labels")?.DeepClone() ?? new JsonObject() }
            : workload.At("spec", "selector") as JsonObject ?? [];
        yield return Constraint(Host, isForced, isForced ? Math.Min(HostsMax, most) : null, selector);
        if (needs.SpreadsZones)
        {
            yield return Constraint(Zone, true, Math.Min(needs.Zones.Count, most), selector);
        }
    }

    private static JsonObject Constraint(string key, bool isForced, long? domainsMin, JsonObject selector)
    {
        var constraint = new JsonObject
        {
            ["topologyKey"] = key,
            ["maxSkew"] = 1,
            ["whenUnsatisfiable"] = isForced ? "DoNotSchedule" : "ScheduleAnyway",
            ["labelSelector"] = selector.DeepClone(),
        };
        if (domainsMin is { } domains)
        {
            constraint["minDomains"] = domains;
        }

        return constraint;
    }

    private static void Tolerate(JsonObject pod, string taint, TimeSpan? delay)
    {
        var isThere = pod.Items("tolerations").Any(t => t.Text("key") == taint && t.Text("effect") is null or "" or NoExecute);
        if (delay is { } time && !isThere)
        {
            pod.List("tolerations").Add(new JsonObject
            {
                ["key"] = taint,
                ["operator"] = "Exists",
                ["effect"] = NoExecute,
                ["tolerationSeconds"] = (long)time.TotalSeconds,
            });
        }
    }

    private static void Remove(JsonArray list, Func<JsonObject, bool> condition)
    {
        for (var i = list.Count - 1; i >= 0; i--)
        {
            if (list[i] is JsonObject item && condition(item))
            {
                list.RemoveAt(i);
            }
        }
    }
}
