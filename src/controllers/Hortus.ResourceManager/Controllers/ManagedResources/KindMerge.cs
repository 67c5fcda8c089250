using System.Text.Json.Nodes;
using Hortus.Objects.Gardener.Resources;
using Hortus.Runtime;

namespace Hortus.ResourceManager;

/// <summary>What stays as it is in the live object, by kind: values that the server or other controllers set.</summary>
internal static class KindMerge
{
    private const string RestartedAt = "kubectl.kubernetes.io/restartedAt";
    private const string OpenStackPrefix = "loadbalancer.openstack.org";

    /// <summary>Takes over into <paramref name="value"/> what must stay.</summary>
    public static void Apply(JsonObject live, JsonObject value, WantedObject wanted, MergeRules rules)
    {
        switch (wanted.Id.Group, wanted.Id.Kind)
        {
            case ("apps" or "extensions", "Deployment"):
                Replicas(live, value, wanted, rules);
                PodTemplate(live, value, wanted, "spec", "template");
                break;
            case ("apps", "StatefulSet"):
                Replicas(live, value, wanted, rules);
                PodTemplate(live, value, wanted, "spec", "template");
                Keep(live, value.Ensure("spec"), "volumeClaimTemplates");
                break;
            case ("apps" or "extensions", "DaemonSet"):
                PodTemplate(live, value, wanted, "spec", "template");
                break;
            case ("batch", "CronJob"):
                PodTemplate(live, value, wanted, "spec", "jobTemplate", "spec", "template");
                break;
            case ("batch", "Job"):
                Job(live, value);
                break;
            case ("", "Service"):
                Service(live, value);
                break;
            case ("", "ServiceAccount"):
                ObjectMerge.Put(value, "secrets", live["secrets"]?.DeepClone());
                ObjectMerge.Put(value, "imagePullSecrets", live["imagePullSecrets"]?.DeepClone());
                break;
            default:
                break;
        }
    }

    private static void Replicas(JsonObject live, JsonObject value, WantedObject wanted, MergeRules rules)
    {
        if (wanted.Json.At("spec", "replicas") is null || rules.IsScaled || wanted.Has(ResourceNames.PreserveReplicas))
        {
            Keep(live, value.Ensure("spec"), "replicas");
        }
    }

    private static void PodTemplate(JsonObject live, JsonObject value, WantedObject wanted, params ReadOnlySpan<string> path)
    {
        if (value.At(path) is not JsonObject template)
        {
            return;
        }

        var old = live.At(path);
        if (old.Text("metadata", "annotations", RestartedAt) is { } restarted)
        {
            template.Ensure("metadata", "annotations")[RestartedAt] = restarted;
        }

        if (!wanted.Has(ResourceNames.PreserveResources))
        {
            return;
        }

        var before = old.Items("spec", "containers").ToLookup(c => c.Text("name"));
        foreach (var container in template.Items("spec", "containers"))
        {
            if (before[container.Text("name")].FirstOrDefault() is { } same)
            {
                KeepResources(same, container);
            }
        }
    }

    private static void KeepResources(JsonObject live, JsonObject container)
    {
        foreach (var list in new[] { "requests", "limits" })
        {
            foreach (var name in new[] { "cpu", "memory" })
            {
                if (live.At("resources", list, name) is { } quantity)
                {
                    container.Ensure("resources", list)[name] = quantity.DeepClone();
                }
            }
        }
    }

    private static void Job(JsonObject live, JsonObject value)
    {
        Keep(live, value.Ensure("spec"), "selector");
        var labels = value.Ensure("spec", "template", "metadata", "labels");
        foreach (var (key, label) in live.Texts("spec", "template", "metadata", "labels"))
        {
            labels.TryAdd(key, label);
        }
    }

    private static void Service(JsonObject live, JsonObject value)
    {
        foreach (var (key, annotation) in live.Texts("metadata", "annotations"))
        {
            if (key.StartsWith(OpenStackPrefix, StringComparison.Ordinal))
            {
                value.Ensure("metadata", "annotations").TryAdd(key, annotation);
            }
        }

        var spec = value.Ensure("spec");
        var (was, type) = (live.Text("spec", "type"), spec.Text("type") ?? "ClusterIP");
        if (type == "ExternalName")
        {
            return;
        }

        if (type is "LoadBalancer" or "NodePort")
        {
            NodePorts(live, spec);
            KeepUnlessSet(live, spec, "loadBalancerIP");
        }

        if (spec.Text("clusterIP") != "None" && was != "ExternalName")
        {
            Keep(live, spec, "clusterIP");
            foreach (var field in new[] { "clusterIPs", "ipFamilies", "ipFamilyPolicy" })
            {
                KeepUnlessSet(live, spec, field);
            }
        }

        if (was == "LoadBalancer" && type == "LoadBalancer" && IsLocal(live["spec"]) && IsLocal(spec))
        {
            KeepUnlessSet(live, spec, "healthCheckNodePort");
        }
    }

    private static bool IsLocal(JsonNode? spec) => spec.Text("externalTrafficPolicy") == "Local";

    // By name first: numbers may have been swapped between ports.
    private static void NodePorts(JsonObject live, JsonObject spec)
    {
        var before = live.Items("spec", "ports").ToArray();
        foreach (var port in spec.Items("ports").Where(p => p.Number("nodePort") is null or 0))
        {
            var same = before.FirstOrDefault(p => port.Text("name") is { } name && p.Text("name") == name)
                ?? before.FirstOrDefault(p => p.Number("port") == port.Number("port")
                    && (p.Text("protocol") ?? "TCP") == (port.Text("protocol") ?? "TCP"));
            if (same?.Number("nodePort") is { } number)
            {
                port["nodePort"] = number;
            }
        }
    }

    private static void KeepUnlessSet(JsonObject live, JsonObject spec, string field)
    {
        if (spec[field] is null)
        {
            Keep(live, spec, field);
        }
    }

    private static void Keep(JsonObject live, JsonObject spec, string field) =>
        ObjectMerge.Put(spec, field, live.At("spec", field)?.DeepClone());
}
