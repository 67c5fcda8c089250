using System.Text.Json.Nodes;
using Hortus.ApiServer.Decoding;
using Hortus.Objects;

namespace Hortus.ApiServer.Builtin;

/// <summary>
/// The fields that an object of a kind always has, as clients with typed objects know them. They are shown even when nobody
/// set them, and nobody is noted as their owner for that. Null: the field is known but not shown.
/// </summary>
internal static class BlankObjects
{
    private const string Template = """{"metadata":{},"spec":{"containers":null}}""";
    private const string Workload = "{\"selector\":null,\"template\":" + Template;
    private const string Job = "{\"template\":" + Template + "}";

    /// <summary>The blank object of a built-in resource; null when it has no such fields.</summary>
    public static JsonObject? Of(ResourceKind kind) =>
        TextOf(kind.GroupResource) is { } text ? (JsonObject)JsonNode.Parse(text)! : null;

    /// <summary>Adds to an object what every one of its kind shows.</summary>
    public static void Fill(JsonObject value, JsonObject? blank)
    {
        foreach (var (name, wanted) in blank ?? [])
        {
            switch (wanted, value[name])
            {
                case (JsonObject below, JsonObject fields):
                    Fill(fields, below);
                    break;
                case (JsonObject below, null):
                    var made = new JsonObject();
                    Fill(made, below);
                    value[name] = made;
                    break;
                case (JsonValue, null):
                    value[name] = wanted.DeepClone();
                    break;
            }
        }
    }

    private static string? TextOf(string resource) => resource switch
    {
        "pods" => """{"spec":{"containers":null},"status":{}}""",
        "podtemplates" => "{\"template\":" + Template + "}",
        "services" => """{"spec":{},"status":{"loadBalancer":{}}}""",
        "namespaces" or "persistentvolumes" or "resourcequotas" => """{"spec":{},"status":{}}""",
        "persistentvolumeclaims" => """{"spec":{"resources":{}},"status":{}}""",
        "limitranges" => """{"spec":{"limits":null}}""",
        "nodes" => """
            {"spec":{},"status":{"daemonEndpoints":{"kubeletEndpoint":{"Port":0}},"nodeInfo":{"machineID":"","systemUUID":"",
            "bootID":"","kernelVersion":"","osImage":"","containerRuntimeVersion":"","kubeletVersion":"",
            "kubeProxyVersion":"","operatingSystem":"","architecture":""}}}
            """,
        "events" => """
            {"involvedObject":{},"source":{},"firstTimestamp":null,"lastTimestamp":null,"eventTime":null,
            "reportingComponent":"","reportingInstance":""}
            """,
        "events.events.k8s.io" => """
            {"regarding":{},"deprecatedSource":{},"eventTime":null,"deprecatedFirstTimestamp":null,
            "deprecatedLastTimestamp":null}
            """,
        "deployments.apps" => "{\"spec\":" + Workload + ",\"strategy\":{}},\"status\":{}}",
        "replicasets.apps" => "{\"spec\":" + Workload + "},\"status\":{\"replicas\":0}}",
        "statefulsets.apps" => "{\"spec\":" + Workload
            + ",\"updateStrategy\":{}},\"status\":{\"replicas\":0,\"availableReplicas\":0}}",
        "daemonsets.apps" => "{\"spec\":" + Workload + ",\"updateStrategy\":{}},"
            + """
            "status":{"currentNumberScheduled":0,"numberMisscheduled":0,"desiredNumberScheduled":0,"numberReady":0}}
            """,
        "jobs.batch" => "{\"spec\":" + Job + ",\"status\":{}}",
        "cronjobs.batch" => "{\"spec\":{\"jobTemplate\":{\"metadata\":{},\"spec\":" + Job + "}},\"status\":{}}",
        "ingresses.networking.k8s.io" => """{"spec":{},"status":{"loadBalancer":{}}}""",
        "ingressclasses.networking.k8s.io" or "leases.coordination.k8s.io" => """{"spec":{}}""",
        "networkpolicies.networking.k8s.io" => """{"spec":{"podSelector":{}}}""",
        "poddisruptionbudgets.policy" => """
            {"spec":{},"status":{"disruptionsAllowed":0,"currentHealthy":0,"desiredHealthy":0,"expectedPods":0}}
            """,
        "horizontalpodautoscalers.autoscaling" => """
            {"spec":{"scaleTargetRef":{}},"status":{"desiredReplicas":0,"currentMetrics":null}}
            """,
        "rolebindings.rbac.authorization.k8s.io" or "clusterrolebindings.rbac.authorization.k8s.io" =>
            """{"roleRef":{}}""",
        "roles.rbac.authorization.k8s.io" or "clusterroles.rbac.authorization.k8s.io" => """{"rules":null}""",
        "certificatesigningrequests.certificates.k8s.io" => """{"spec":{"request":null},"status":{}}""",
        "endpointslices.discovery.k8s.io" => """{"endpoints":null,"ports":null}""",
        _ => null,
    };
}
