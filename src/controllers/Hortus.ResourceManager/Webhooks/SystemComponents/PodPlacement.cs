using System.Text.Json.Nodes;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;

namespace Hortus.ResourceManager.Webhooks.SystemComponents;

/// <summary>Places a pod on the nodes for system components. Pure.</summary>
internal static class PodPlacement
{
    private const string ToBeDeleted = "ToBeDeletedByClusterAutoscaler";

    /// <summary>A pod that goes to these nodes.</summary>
    /// <param name="pod">The pod.</param>
    /// <param name="settings">What it gets in any case.</param>
    /// <param name="nodes">The nodes there are now; their taints may be older than the settings.</param>
    public static JsonObject Apply(JsonObject pod, SystemComponentsSettings settings, IEnumerable<Node> nodes)
    {
        var changed = (JsonObject)pod.DeepClone();
        var spec = changed.Ensure("spec");
        foreach (var (key, value) in settings.NodeSelector)
        {
            spec.Ensure("nodeSelector")[key] = value;
        }

        var needed = nodes
            .SelectMany(n => n.Spec.Taints ?? [])
            .Where(IsLasting)
            .OrderBy(t => t.Key, StringComparer.Ordinal)
            .ThenBy(t => t.Value, StringComparer.Ordinal)
            .ThenBy(t => t.Effect, StringComparer.Ordinal)
            .Select(t => Toleration(t.Key, t.Value ?? "", t.Effect));
        foreach (var toleration in settings.Tolerations.Select(t => (JsonObject)t.DeepClone()).Concat(needed))
        {
            if (!spec.Items("tolerations").Any(t => JsonNode.DeepEquals(t, toleration)))
            {
                spec.List("tolerations").Add(toleration);
            }
        }

        return changed;
    }

    /// <summary>Whether a pod is placed by the controller of its DaemonSet.</summary>
    public static bool IsOfDaemonSet(JsonObject pod) => pod.Items("metadata", "ownerReferences")
        .Any(o => o.Text("apiVersion") == "apps/v1" && o.Text("kind") == "DaemonSet" && o.Flag("controller") == true);

    /// <summary>Tolerates one taint; an empty value means every value, an empty effect every effect.</summary>
    public static JsonObject Toleration(string key, string value, string effect)
    {
        var toleration = new JsonObject { ["key"] = key, ["operator"] = value.Length == 0 ? "Exists" : "Equal" };
        if (value.Length > 0)
        {
            toleration["value"] = value;
        }

        if (effect.Length > 0)
        {
            toleration["effect"] = effect;
        }

        return toleration;
    }

    // Taints of Kubernetes and of the autoscaler, and the one of nodes that are not ready yet, are there to keep pods away.
    private static bool IsLasting(Taint taint) =>
        !taint.Key.Contains("kubernetes.io/", StringComparison.Ordinal) && taint.Key != ToBeDeleted
        && taint.Key != GardenerNames.NodeTaintCriticalComponentsNotReady;
}
