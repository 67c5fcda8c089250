using System.Text.Json.Nodes;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Resources;
using Hortus.Runtime;

namespace Hortus.ResourceManager.Webhooks.PodDefaults;

/// <summary>What new pods get unless they say otherwise. Pure.</summary>
internal static class PodRules
{
    private const string ServiceHostVariable = "KUBERNETES_SERVICE_HOST";

    /// <summary>Containers reach the API server by a name instead of the address of its Service.</summary>
    public static JsonObject WithServiceHost(JsonObject pod, string host)
    {
        if (Label(pod, WebhookLabels.ServiceHostInject) == "disable")
        {
            return pod;
        }

        var changed = (JsonObject)pod.DeepClone();
        foreach (var container in changed.Items("spec", "containers").Concat(changed.Items("spec", "initContainers")))
        {
            if (!container.Items("env").Any(e => e.Text("name") == ServiceHostVariable))
            {
                container.List("env").Add(new JsonObject { ["name"] = ServiceHostVariable, ["value"] = host });
            }
        }

        return changed;
    }

    /// <summary>Containers may only make the system calls that the runtime deems harmless.</summary>
    public static JsonObject WithSeccompProfile(JsonObject pod)
    {
        if (Label(pod, WebhookLabels.SeccompProfileSkip) is not null
            || !string.IsNullOrEmpty(pod.Text("spec", "securityContext", "seccompProfile", "type")))
        {
            return pod;
        }

        var changed = (JsonObject)pod.DeepClone();
        changed.Ensure("spec", "securityContext")["seccompProfile"] = new JsonObject { ["type"] = "RuntimeDefault" };
        return changed;
    }

    /// <summary>Another scheduler places pods that name none.</summary>
    public static JsonObject WithScheduler(JsonObject pod, string scheduler)
    {
        if (pod.Text("spec", "schedulerName") is not (null or "" or GardenerNames.DefaultScheduler))
        {
            return pod;
        }

        var changed = (JsonObject)pod.DeepClone();
        changed.Ensure("spec")["schedulerName"] = scheduler;
        return changed;
    }

    private static string? Label(JsonObject pod, string key) => pod.Texts("metadata", "labels").GetValueOrDefault(key);
}
