using System.Text;
using System.Text.Json.Nodes;
using Hortus.Objects;
using Hortus.Runtime;
using Hortus.Runtime.Webhooks;

namespace Hortus.ResourceManager.Tests.Webhooks;

/// <summary>Reviews as an API server writes them.</summary>
internal static class Reviews
{
    /// <summary>A request as webhooks see it.</summary>
    public static AdmissionRequest Request(string operation, string group, string kind, JsonObject? value, JsonObject? old = null) => new()
    {
        Uid = "1",
        Operation = operation,
        Group = group,
        Kind = kind,
        Resource = kind.ToLowerInvariant() + "s",
        Namespace = (value ?? old).Text("metadata", "namespace"),
        Name = (value ?? old).Text("metadata", "name") ?? "",
        Object = value,
        OldObject = old,
    };

    /// <summary>A review of the creation of a pod.</summary>
    public static JsonObject OfPod(JsonObject pod) => new()
    {
        ["apiVersion"] = "admission.k8s.io/v1",
        ["kind"] = "AdmissionReview",
        ["request"] = new JsonObject
        {
            ["uid"] = "u-1",
            ["operation"] = "CREATE",
            ["kind"] = new JsonObject { ["group"] = "", ["version"] = "v1", ["kind"] = "Pod" },
            ["resource"] = new JsonObject { ["group"] = "", ["version"] = "v1", ["resource"] = "pods" },
            ["namespace"] = "default",
            ["object"] = pod.DeepClone(),
        },
    };

    /// <summary>A tree written as YAML.</summary>
    public static JsonObject Yaml(string yaml) => KubernetesYaml.Parse(yaml);

    /// <summary>The operations in an answer, as one text.</summary>
    public static string PatchOf(JsonObject answer) => Encoding.UTF8.GetString(Convert.FromBase64String(answer.Text("response", "patch") ?? ""));
}
