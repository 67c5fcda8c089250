using System.Text.Json;
using System.Text.Json.Nodes;
using Hortus.Objects;
using Hortus.Objects.Gardener.Resources;

namespace Hortus.Components.Charts;

/// <summary>Changes workloads as <see cref="WorkloadInjection"/> says. It works on JSON: fields that this version does not know stay, and
/// what an API server would refuse is left for it to name.</summary>
internal static class WorkloadInjector
{
    private const int FileMode = 0x1A4;

    /// <summary>Changes an object in place when it is a workload.</summary>
    public static void Inject(JsonObject workload, WorkloadInjection injection)
    {
        if (Group(workload) is not ("apps" or "batch") || Template(workload) is not { } template
            || template["spec"] is not JsonObject pod)
        {
            return;
        }

        var containers = Containers(pod);
        foreach (var container in containers)
        {
            foreach (var (name, value) in injection.Environment)
            {
                SetVariable(container, name, value);
            }
        }

        if (injection.Kubeconfig is { } kubeconfig && !IsOptedOut(workload) && !containers.Any(HasKubeconfig))
        {
            Inject(workload, template, pod, containers, kubeconfig);
        }
    }

    private static void Inject(
        JsonObject workload, JsonObject template, JsonObject pod, List<JsonObject> containers, KubeconfigInjection kubeconfig)
    {
        SetNamed(List(pod, "volumes"), "name", new JsonObject
        {
            ["name"] = kubeconfig.VolumeName,
            ["projected"] = new JsonObject
            {
                ["defaultMode"] = FileMode,
                ["sources"] = new JsonArray(
                    Source(kubeconfig.KubeconfigSecret, KubeconfigInjection.KubeconfigFile),
                    Source(kubeconfig.TokenSecret, KubeconfigInjection.TokenFile)),
            },
        });
        foreach (var container in containers)
        {
            SetNamed(List(container, "volumeMounts"), "mountPath", new JsonObject
            {
                ["name"] = kubeconfig.VolumeName,
                ["mountPath"] = kubeconfig.MountPath,
                ["readOnly"] = true,
            });
            SetVariable(container, KubeconfigInjection.Variable, $"{kubeconfig.MountPath}/{KubeconfigInjection.KubeconfigFile}");
        }

        // So that nobody collects the Secrets while pods use them.
        foreach (var holder in new[] { workload, workload["spec"]?["jobTemplate"] as JsonObject, template }.OfType<JsonObject>())
        {
            var annotations = holder.Ensure("metadata", "annotations");
            annotations[ResourceNames.SecretReference(kubeconfig.KubeconfigSecret)] = kubeconfig.KubeconfigSecret;
            annotations[ResourceNames.SecretReference(kubeconfig.TokenSecret)] = kubeconfig.TokenSecret;
        }
    }

    private static JsonObject Source(string secret, string file) => new()
    {
        ["secret"] = new JsonObject
        {
            ["name"] = secret,
            ["items"] = new JsonArray(new JsonObject { ["key"] = file, ["path"] = file }),
            ["optional"] = false,
        },
    };

    private static string? Group(JsonObject workload) => workload["apiVersion"].Text()?.Split('/') is [var group, _] ? group : null;

    private static JsonObject? Template(JsonObject workload)
    {
        var spec = workload["spec"] as JsonObject;
        return workload["kind"].Text() == "CronJob"
            ? (spec?["jobTemplate"] as JsonObject)?["spec"]?["template"] as JsonObject
            : spec?["template"] as JsonObject;
    }

    private static List<JsonObject> Containers(JsonObject pod) =>
    [
        .. (pod["initContainers"] as JsonArray ?? []).OfType<JsonObject>(),
        .. (pod["containers"] as JsonArray ?? []).OfType<JsonObject>(),
    ];

    private static bool IsOptedOut(JsonObject workload) =>
        (workload["metadata"]?["labels"] as JsonObject)?[KubeconfigInjection.OptOutLabel].Text() == "false";

    private static bool HasKubeconfig(JsonObject container) => (container["env"] as JsonArray ?? []).OfType<JsonObject>()
        .Any(variable => variable["name"].Text() == KubeconfigInjection.Variable);

    private static void SetVariable(JsonObject container, string name, string value) =>
        SetNamed(List(container, "env"), "name", new JsonObject { ["name"] = name, ["value"] = value });

    private static void SetNamed(JsonArray list, string field, JsonObject item)
    {
        for (var i = 0; i < list.Count; i++)
        {
            if (list[i] is JsonObject other && other[field].Text() == item[field].Text())
            {
                list[i] = item;
                return;
            }
        }

        list.Add(item);
    }

    private static JsonArray List(JsonObject holder, string field)
    {
        if (holder[field] is not JsonArray list)
        {
            holder[field] = list = [];
        }

        return list;
    }
}
