using System.Text.Json.Nodes;
using Hortus.Objects;
using Hortus.Objects.Gardener.Resources;
using Hortus.Runtime;

namespace Hortus.ResourceManager;

/// <summary>What stays as it is in the live object, by kind: values that the server or other controllers set.</summary>
internal static class KindMerge
{
    private const string RestartedAt = "kubectl.kubernetes.io/restartedAt";

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
                ServerSetFields.OfService(live, value);
                break;
            case ("", "ServiceAccount"):
                ServerSetFields.OfServiceAccount(live, value);
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

    private static void Keep(JsonObject live, JsonObject spec, string field) =>
        ObjectMerge.Put(spec, field, live.At("spec", field)?.DeepClone());
}
