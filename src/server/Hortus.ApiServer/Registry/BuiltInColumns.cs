using System.Text.Json.Nodes;
using Hortus.ApiServer.Output;
using Hortus.Objects;
using static Hortus.ApiServer.Registry.ColumnForms;

namespace Hortus.ApiServer.Registry;

/// <summary>The columns of built-in kinds, as users of kubectl know them.</summary>
internal static class BuiltInColumns
{
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

    private static readonly TableColumn[] Binding =
    [
        Cell("Role", o => Join("/", JsonPaths.Text(o, "roleRef.kind"), JsonPaths.Text(o, "roleRef.name"))), Age,
        Cell("Users", o => Subjects(o, "User"), 1), Cell("Groups", o => Subjects(o, "Group"), 1),
        Cell("ServiceAccounts", o => Subjects(o, "ServiceAccount"), 1),
    ];

    private static readonly TableColumn Webhooks = new("Webhooks", "integer", o => (o["webhooks"] as JsonArray)?.Count ?? 0);

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
        ["controllerrevisions"] = [Cell("Controller", Owner), Count("Revision", "revision"), Age],
        ["jobs"] =
        [
            Cell("Status", WorkCells.JobStatus), Cell("Completions", o => Ratio(o, "status.succeeded", "spec.completions")),
            new("Duration", "string", WorkCells.Duration), Age, .. Template,
        ],
        ["cronjobs"] =
        [
            Path("Schedule", "spec.schedule"), Cell("Timezone", o => OrNone(o, "spec.timeZone")),
            Flag("Suspend", "spec.suspend"),
            new("Active", "integer", o => (JsonPaths.Find(o, "status.active") as JsonArray)?.Count ?? 0),
            new("Last Schedule", "date", o => Clone(JsonPaths.Find(o, "status.lastScheduleTime")) ?? "<none>"), Age,
        ],
        ["services"] =
        [
            Path("Type", "spec.type"), Cell("Cluster-IP", o => OrNone(o, "spec.clusterIP")), Cell("External-IP", ExternalAddresses),
            Cell("Port(s)", ServicePorts), Age, Cell("Selector", o => Pairs(JsonPaths.Find(o, "spec.selector")), 1),
        ],
        ["namespaces"] = [Path("Status", "status.phase"), Age],
        ["secrets"] = [Path("Type", "type"), Size("Data", "data"), Age],
        ["configmaps"] = [Size("Data", "data"), Age],
        ["events"] = EventCells.Columns,
        ["leases"] = [Path("Holder", "spec.holderIdentity"), Age],
        ["customresourcedefinitions"] = [CreatedAt],
        ["apiservices"] = [Cell("Service", ServiceOfApi), Cell("Available", Availability), Age],
        ["serviceaccounts"] =
            [new("Secrets", "integer", o => (o["secrets"] as JsonArray)?.Count ?? 0), Age],
        ["endpoints"] = [Cell("Endpoints", NetworkCells.Addresses), Age],
        ["endpointslices"] =
        [
            Path("AddressType", "addressType"), Cell("Ports", NetworkCells.SlicePorts),
            Cell("Endpoints", NetworkCells.SliceAddresses), Age,
        ],
        ["ingresses"] =
        [
            Cell("Class", o => OrNone(o, "spec.ingressClassName")), Cell("Hosts", NetworkCells.Hosts),
            Cell("Address", NetworkCells.BalancerAddresses), Cell("Ports", NetworkCells.IngressPorts), Age,
        ],
        ["ingressclasses"] =
        [
            Path("Controller", "spec.controller"),
            Cell("Parameters", o => Or(
                Join("/", JsonPaths.Text(o, "spec.parameters.kind"), JsonPaths.Text(o, "spec.parameters.name")), "<none>")),
            Age,
        ],
        ["networkpolicies"] = [Cell("Pod-Selector", o => Pairs(JsonPaths.Find(o, "spec.podSelector.matchLabels"))), Age],
        ["poddisruptionbudgets"] =
        [
            Cell("Min Available", o => Or(JsonPaths.Text(o, "spec.minAvailable"), "N/A")),
            Cell("Max Unavailable", o => Or(JsonPaths.Text(o, "spec.maxUnavailable"), "N/A")),
            Count("Allowed Disruptions", "status.disruptionsAllowed"), Age,
        ],
        ["horizontalpodautoscalers"] =
        [
            Cell("Reference", o => Join(
                "/", JsonPaths.Text(o, "spec.scaleTargetRef.kind"), JsonPaths.Text(o, "spec.scaleTargetRef.name"))),
            Cell("Targets", WorkCells.Targets), Cell("MinPods", o => Or(JsonPaths.Text(o, "spec.minReplicas"), "<unset>")),
            Count("MaxPods", "spec.maxReplicas"), Count("Replicas", "status.currentReplicas"), Age,
        ],
        ["priorityclasses"] =
        [
            Count("Value", "value"), Flag("Global-Default", "globalDefault"), Path("PreemptionPolicy", "preemptionPolicy"), Age,
        ],
        ["storageclasses"] =
        [
            Path("Provisioner", "provisioner"), Path("ReclaimPolicy", "reclaimPolicy"),
            Path("VolumeBindingMode", "volumeBindingMode"), Flag("AllowVolumeExpansion", "allowVolumeExpansion"), Age,
        ],
        ["volumeattachments"] =
        [
            Path("Attacher", "spec.attacher"), Path("PV", "spec.source.persistentVolumeName"), Path("Node", "spec.nodeName"),
            Flag("Attached", "status.attached"), Age,
        ],
        ["csinodes"] = [new("Drivers", "integer", o => (JsonPaths.Find(o, "spec.drivers") as JsonArray)?.Count ?? 0), Age],
        ["runtimeclasses"] = [Path("Handler", "handler"), Age],
        ["mutatingwebhookconfigurations"] = [Webhooks, Age],
        ["validatingwebhookconfigurations"] = [Webhooks, Age],
        ["resourcequotas"] =
            [Cell("Request", o => WorkCells.Quota(o, limits: false)), Cell("Limit", o => WorkCells.Quota(o, limits: true)), Age],
        ["limitranges"] = [CreatedAt],
        ["roles"] = [CreatedAt],
        ["clusterroles"] = [CreatedAt],
        ["persistentvolumeclaims"] =
        [
            Path("Status", "status.phase"), Path("Volume", "spec.volumeName"), Path("Capacity", "status.capacity.storage"),
            Cell("Access Modes", o => AccessModes(o, "status.accessModes")), Path("StorageClass", "spec.storageClassName"),
            Cell("VolumeAttributesClass", o => Or(JsonPaths.Text(o, "spec.volumeAttributesClassName"), "<unset>")), Age,
            Cell("VolumeMode", o => Or(JsonPaths.Text(o, "spec.volumeMode"), "Filesystem"), 1),
        ],
        ["persistentvolumes"] =
        [
            Path("Capacity", "spec.capacity.storage"), Cell("Access Modes", o => AccessModes(o, "spec.accessModes")),
            Path("Reclaim Policy", "spec.persistentVolumeReclaimPolicy"),
            Path("Status", "status.phase"),
            Cell("Claim", o => Join("/", JsonPaths.Text(o, "spec.claimRef.namespace"), JsonPaths.Text(o, "spec.claimRef.name"))),
            Path("StorageClass", "spec.storageClassName"),
            Cell("VolumeAttributesClass", o => Or(JsonPaths.Text(o, "spec.volumeAttributesClassName"), "<unset>")),
            Path("Reason", "status.reason"), Age, Cell("VolumeMode", o => Or(JsonPaths.Text(o, "spec.volumeMode"), "Filesystem"), 1),
        ],
        ["rolebindings"] = Binding,
        ["clusterrolebindings"] = Binding,
        ["certificatesigningrequests"] =
        [
            Age, Path("SignerName", "spec.signerName"), Path("Requestor", "spec.username"),
            new("RequestedDuration", "string", WorkCells.RequestedDuration), Cell("Condition", RequestCondition),
        ],
    };

    public static IReadOnlyList<TableColumn> Of(ResourceKind kind) => ByResource.GetValueOrDefault(kind.Plural) ?? [];

    private static string Owner(JsonObject value) => (JsonPaths.Find(value, "metadata.ownerReferences") as JsonArray)
        ?.OfType<JsonObject>().FirstOrDefault(o => o["controller"]?.ToString() == "true") is { } owner
            ? $"{owner["kind"]?.ToString().ToLowerInvariant()}.{owner["apiVersion"]?.ToString().Split('/')[0]}/{owner["name"]}"
            : "<none>";

    private static string Subjects(JsonObject value, string kind) => string.Join(", ", (value["subjects"] as JsonArray ?? [])
        .OfType<JsonObject>().Where(s => s["kind"]?.ToString() == kind)
        .Select(s => s["namespace"] is { } space ? $"{space}/{s["name"]}" : $"{s["name"]}"));

    private static string ServiceOfApi(JsonObject value) => JsonPaths.Text(value, "spec.service.name") is { Length: > 0 } name
        ? $"{JsonPaths.Text(value, "spec.service.namespace")}/{name}"
        : "Local";

    private static string Availability(JsonObject value)
    {
        var status = ConditionStatus(value, "Available");
        var reason = (JsonPaths.Find(value, "status.conditions") as JsonArray)?.OfType<JsonObject>()
            .FirstOrDefault(c => c["type"]?.ToString() == "Available")?["reason"]?.ToString();
        return status is "True" || string.IsNullOrEmpty(reason) ? Or(status, "Unknown") : $"{Or(status, "Unknown")} ({reason})";
    }

    private static string ExternalAddresses(JsonObject value)
    {
        var given = Texts(value, "spec.externalIPs");
        return JsonPaths.Text(value, "spec.type") switch
        {
            "ExternalName" => JsonPaths.Text(value, "spec.externalName"),
            "LoadBalancer" => Or(Join(",", NetworkCells.BalancerAddresses(value), given), "<pending>"),
            _ => Or(given, "<none>"),
        };
    }
}
