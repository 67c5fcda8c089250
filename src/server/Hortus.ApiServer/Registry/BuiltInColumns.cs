using System.Text.Json;
using System.Text.Json.Nodes;
using Hortus.ApiServer.Output;
using Hortus.Objects;

namespace Hortus.ApiServer.Registry;

/// <summary>The columns of built-in kinds, as users of kubectl know them.</summary>
internal static class BuiltInColumns
{
    private static readonly TableColumn Age = new(
        "Age", "date", o => Clone(JsonPaths.Find(o, "metadata.creationTimestamp")));

    private static readonly TableColumn[] Workload =
    [
        Count("Up-to-date", "status.updatedReplicas"), Count("Available", "status.availableReplicas"), Age,
    ];

    private static readonly TableColumn[] Containers =
    [
        Cell("Containers", o => ContainerFields(o, "name"), 1), Cell("Images", o => ContainerFields(o, "image"), 1),
    ];

    private static readonly TableColumn[] Template =
    [
        .. Containers, Cell("Selector", o => Pairs(JsonPaths.Find(o, "spec.selector.matchLabels")), 1),
    ];

    private static readonly Dictionary<string, TableColumn[]> ByResource = new(StringComparer.Ordinal)
    {
        ["pods"] =
        [
            Cell("Ready", PodCells.Ready), Cell("Status", PodCells.Status),
            new("Restarts", "string", o => PodCells.Restarts(o)), Age,
            Cell("IP", o => OrNone(o, "status.podIP"), 1), Cell("Node", o => OrNone(o, "spec.nodeName"), 1),
            Cell("Nominated Node", o => OrNone(o, "status.nominatedNodeName"), 1), Cell("Readiness Gates", PodCells.Gates, 1),
        ],
        ["nodes"] =
        [
            Cell("Status", NodeStatus), Cell("Roles", NodeRoles), Age, Path("Version", "status.nodeInfo.kubeletVersion"),
            Cell("Internal-IP", o => NodeAddress(o, "InternalIP"), 1), Cell("External-IP", o => NodeAddress(o, "ExternalIP"), 1),
            Path("OS-Image", "status.nodeInfo.osImage", 1),
            Path("Kernel-Version", "status.nodeInfo.kernelVersion", 1),
            Path("Container-Runtime", "status.nodeInfo.containerRuntimeVersion", 1),
        ],
        ["deployments"] = [Cell("Ready", o => Ratio(o, "status.readyReplicas", "spec.replicas")), .. Workload, .. Template],
        ["replicasets"] =
        [
            Count("Desired", "spec.replicas"), Count("Current", "status.replicas"), Count("Ready", "status.readyReplicas"), Age,
            .. Template,
        ],
        ["statefulsets"] =
        [
            Cell("Ready", o => Ratio(o, "status.readyReplicas", "spec.replicas")), Age, .. Containers,
        ],
        ["daemonsets"] =
        [
            Count("Desired", "status.desiredNumberScheduled"), Count("Current", "status.currentNumberScheduled"),
            Count("Ready", "status.numberReady"), Count("Up-to-date", "status.updatedNumberScheduled"),
            Count("Available", "status.numberAvailable"), Age, .. Template,
        ],
        ["jobs"] = [Cell("Completions", o => Ratio(o, "status.succeeded", "spec.completions")), Age, .. Template],
        ["cronjobs"] = [Path("Schedule", "spec.schedule"), Path("Suspend", "spec.suspend"), Age],
        ["services"] =
        [
            Path("Type", "spec.type"), Cell("Cluster-IP", o => OrNone(o, "spec.clusterIP")), Cell("External-IP", _ => "<none>"),
            Cell("Port(s)", ServicePorts), Age, Cell("Selector", o => Pairs(JsonPaths.Find(o, "spec.selector")), 1),
        ],
        ["namespaces"] = [Path("Status", "status.phase"), Age],
        ["secrets"] = [Path("Type", "type"), Size("Data", "data"), Age],
        ["configmaps"] = [Size("Data", "data"), Age],
        ["events"] =
        [
            new("Last Seen", "date", o => Clone(o["lastTimestamp"] ?? o["eventTime"] ?? o["metadata"]?["creationTimestamp"])),
            Path("Type", "type"), Path("Reason", "reason"),
            Cell(
                "Object", o => $"{JsonPaths.Text(o, "involvedObject.kind").ToLowerInvariant()}/{JsonPaths.Text(o, "involvedObject.name")}"),
            Path("Subobject", "involvedObject.fieldPath", 1), Path("Source", "source.component", 1), Path("Message", "message"),
            Count("Count", "count") with { Priority = 1 }, Path("Name", "metadata.name", 1),
        ],
        ["leases"] = [Path("Holder", "spec.holderIdentity"), Age],
        ["customresourcedefinitions"] = [new("Created At", "string", o => Clone(JsonPaths.Find(o, "metadata.creationTimestamp")))],
        ["apiservices"] = [Cell("Service", ApiService), Cell("Available", ApiAvailable), Age],
        ["persistentvolumeclaims"] =
        [
            Path("Status", "status.phase"), Path("Volume", "spec.volumeName"), Path("Capacity", "status.capacity.storage"),
            Path("StorageClass", "spec.storageClassName"), Age,
        ],
        ["persistentvolumes"] =
        [
            Path("Capacity", "spec.capacity.storage"), Path("Reclaim Policy", "spec.persistentVolumeReclaimPolicy"),
            Path("Status", "status.phase"),
            Cell("Claim", o => Join("/", JsonPaths.Text(o, "spec.claimRef.namespace"), JsonPaths.Text(o, "spec.claimRef.name"))),
            Path("StorageClass", "spec.storageClassName"), Age,
        ],
        ["rolebindings"] = [Cell("Role", o => Join("/", JsonPaths.Text(o, "roleRef.kind"), JsonPaths.Text(o, "roleRef.name"))), Age],
        ["clusterrolebindings"] =
            [Cell("Role", o => Join("/", JsonPaths.Text(o, "roleRef.kind"), JsonPaths.Text(o, "roleRef.name"))), Age],
        ["certificatesigningrequests"] =
        [
            Age, Path("SignerName", "spec.signerName"), Path("Requestor", "spec.username"), Cell("Condition", RequestCondition),
        ],
    };

    public static IReadOnlyList<TableColumn> Of(ResourceKind kind) => ByResource.GetValueOrDefault(kind.Plural) ?? [];

    /// <summary>The status of a condition; empty when there is none.</summary>
    public static string ConditionStatus(JsonObject value, string type) =>
        (JsonPaths.Find(value, "status.conditions") as JsonArray)?.OfType<JsonObject>()
            .FirstOrDefault(c => c["type"]?.ToString() == type)?["status"]?.ToString() ?? "";

    private static string ApiService(JsonObject value) => JsonPaths.Find(value, "spec.service") is null
        ? "Local"
        : Join("/", JsonPaths.Text(value, "spec.service.namespace"), JsonPaths.Text(value, "spec.service.name"));

    private static string ApiAvailable(JsonObject value)
    {
        var condition = (JsonPaths.Find(value, "status.conditions") as JsonArray)?.OfType<JsonObject>()
            .FirstOrDefault(c => c["type"]?.ToString() == "Available");
        var status = Or(condition?["status"]?.ToString() ?? "", "Unknown");
        return status == "True" ? status : $"{status} ({condition?["reason"]})";
    }

    private static TableColumn Cell(string name, Func<JsonObject, string> value, int priority = 0) =>
        new(name, "string", o => value(o), priority);

    private static TableColumn Path(string name, string path, int priority = 0) =>
        new(name, "string", o => JsonPaths.Text(o, path), priority);

    private static TableColumn Count(string name, string path) => new(name, "integer", o => Clone(JsonPaths.Find(o, path)) ?? 0);

    private static TableColumn Size(string name, string path) =>
        new(name, "integer", o => (JsonPaths.Find(o, path) as JsonObject)?.Count ?? 0);

    private static JsonNode? Clone(JsonNode? node) => node?.DeepClone();

    private static string Join(string separator, params string[] parts) => string.Join(separator, parts.Where(p => p.Length > 0));

    private static string Ratio(JsonObject value, string done, string wanted) =>
        $"{Or(JsonPaths.Text(value, done), "0")}/{Or(JsonPaths.Text(value, wanted), "1")}";

    private static string Or(string text, string other) => text.Length == 0 ? other : text;

    private static string OrNone(JsonObject value, string path) => Or(JsonPaths.Text(value, path), "<none>");

    private static string Pairs(JsonNode? map) => map is JsonObject { Count: > 0 } pairs
        ? string.Join(',', pairs.Select(p => $"{p.Key}={p.Value}"))
        : "<none>";

    private static string ContainerFields(JsonObject value, string field) => string.Join(
        ',',
        (JsonPaths.Find(value, "spec.template.spec.containers") as JsonArray)?.OfType<JsonObject>()
            .Select(container => container[field]?.ToString()) ?? []);

    private static string ServicePorts(JsonObject value)
    {
        var ports = (JsonPaths.Find(value, "spec.ports") as JsonArray)?.OfType<JsonObject>().Select(p =>
            p["nodePort"] is { } node && node.ToString() != "0"
                ? $"{p["port"]}:{node}/{p["protocol"] ?? "TCP"}"
                : $"{p["port"]}/{p["protocol"] ?? "TCP"}");
        return Or(string.Join(',', ports ?? []), "<none>");
    }

    private static string NodeStatus(JsonObject value)
    {
        var ready = ConditionStatus(value, "Ready") switch { "True" => "Ready", "" => "Unknown", _ => "NotReady" };
        return JsonPaths.Find(value, "spec.unschedulable")?.GetValueKind() == JsonValueKind.True
            ? ready + ",SchedulingDisabled"
            : ready;
    }

    private static string NodeRoles(JsonObject value)
    {
        const string prefix = "node-role.kubernetes.io/";
        var labels = JsonPaths.Find(value, "metadata.labels") as JsonObject ?? [];
        var roles = labels.Where(l => l.Key.StartsWith(prefix, StringComparison.Ordinal)).Select(l => l.Key[prefix.Length..]);
        return Or(string.Join(',', roles.Order(StringComparer.Ordinal)), "<none>");
    }

    private static string NodeAddress(JsonObject value, string type) =>
        (JsonPaths.Find(value, "status.addresses") as JsonArray)?.OfType<JsonObject>()
            .FirstOrDefault(a => a["type"]?.ToString() == type)?["address"]?.ToString() ?? "<none>";

    private static string RequestCondition(JsonObject value)
    {
        var conditions = (JsonPaths.Find(value, "status.conditions") as JsonArray)?.OfType<JsonObject>()
            .Select(c => c["type"]?.ToString() ?? "").ToList() ?? [];
        if (JsonPaths.Text(value, "status.certificate").Length > 0)
        {
            conditions.Add("Issued");
        }

        return conditions.Count == 0 ? "Pending" : string.Join(',', conditions);
    }
}
