using System.Net.Sockets;
using System.Text.Json.Nodes;
using Hortus.ApiServer.Authorization;
using Hortus.Objects;

namespace Hortus.ApiServer.Builtin;

/// <summary>The objects that every cluster starts with; what is there already stays as it is, missing permissions are
/// added.</summary>
internal sealed class SystemObjects(ApiServerServices services, ServiceAllocator allocator, PublishedTrust trust)
{
    private const int PortDefault = 6443;
    private const string AutoUpdate = "rbac.authorization.kubernetes.io/autoupdate";

    public async Task EnsureAsync(CancellationToken cancellationToken)
    {
        await Task.WhenAll(new[] { "default", "kube-system", "kube-public", "kube-node-lease" }
            .Select(n => CreateAsync(EnsuredObjects.New("v1", "Namespace", null, n), cancellationToken)));
        await Task.WhenAll(
            BootstrapPolicy.Objects().Select(o => EnsureRbacAsync(o, cancellationToken))
                .Append(CreateAsync(PriorityClass("system-cluster-critical", 2_000_000_000), cancellationToken))
                .Append(CreateAsync(PriorityClass("system-node-critical", 2_000_001_000), cancellationToken))
                .Append(EnsureServiceAsync(cancellationToken))
                .Append(trust.PublishAsync(cancellationToken)));
    }

    private static JsonObject PriorityClass(string name, int value)
    {
        var created = EnsuredObjects.New("scheduling.k8s.io/v1", "PriorityClass", null, name);
        created["value"] = value;
        created["description"] = "Used for system critical pods.";
        created["preemptionPolicy"] = "PreemptLowerPriority";
        return created;
    }

    private Task<bool> CreateAsync(JsonObject created, CancellationToken cancellationToken) =>
        services.Objects.CreateIfAbsentAsync(created, cancellationToken);

    private Task EnsureAsync(ResourceKind kind, JsonObject wanted, string field, CancellationToken cancellationToken) =>
        services.Objects.EnsureFieldAsync(kind, wanted, field, cancellationToken);

    private async Task EnsureRbacAsync(JsonObject wanted, CancellationToken cancellationToken)
    {
        var kind = wanted.Text("kind") switch
        {
            "ClusterRole" => Kinds.ClusterRole,
            "Role" => Kinds.Role,
            "ClusterRoleBinding" => Kinds.ClusterRoleBinding,
            _ => Kinds.RoleBinding,
        };
        var key = new ObjectKey(wanted.Namespace, wanted.Name);
        var rules = wanted["rules"] is JsonArray ? wanted.Items("rules").Select(RbacRule.Parse).ToList() : [];
        var subjects = wanted.Items("subjects").Select(s => s.DeepClone()).ToList();
        if (!await CreateAsync(wanted, cancellationToken) && rules.Count + subjects.Count > 0)
        {
            await services.Objects.UpdateAsync(
                kind, key, "", current => AddSubjects(AddRules(current, rules) ?? current, subjects), cancellationToken);
        }
    }

    private static JsonObject AddSubjects(JsonObject binding, List<JsonNode> wanted)
    {
        if (binding.Text("metadata", "annotations", AutoUpdate) != "false")
        {
            foreach (var missing in wanted.Where(w => !binding.Items("subjects").Any(s => JsonNode.DeepEquals(s, w))))
            {
                binding.List("subjects").Add(missing.DeepClone());
            }
        }

        return binding;
    }

    private static JsonObject? AddRules(JsonObject role, List<RbacRule> wanted)
    {
        if (role.Text("metadata", "annotations", AutoUpdate) == "false")
        {
            return null;
        }

        var held = role.Items("rules").Select(RbacRule.Parse).ToList();
        var missing = wanted.Where(w => !w.Pieces().All(p => held.Exists(h => h.Covers(p)))).ToList();
        foreach (var rule in missing)
        {
            role.List("rules").Add((JsonNode)rule.ToJson());
        }

        return missing.Count > 0 ? role : null;
    }

    private async Task EnsureServiceAsync(CancellationToken cancellationToken)
    {
        var address = allocator.Ranges[0].First.ToString();
        var targetPort = services.Options.SecurePort > 0 ? services.Options.SecurePort : PortDefault;
        var service = EnsuredObjects.New("v1", "Service", "default", "kubernetes");
        service.Ensure("metadata", "labels")["component"] = "apiserver";
        service.Ensure("metadata", "labels")["provider"] = "kubernetes";
        service["spec"] = new JsonObject
        {
            ["type"] = "ClusterIP",
            ["clusterIP"] = address,
            ["clusterIPs"] = new JsonArray(address),
            ["ports"] = new JsonArray(Port(443, ("targetPort", targetPort))),
        };
        await CreateAsync(service, cancellationToken);

        var advertised = BuiltinParts.AdvertisedAddress(services.Options);
        var endpoints = EnsuredObjects.New("v1", "Endpoints", "default", "kubernetes");
        endpoints.Ensure("metadata", "labels")["endpointslice.kubernetes.io/skip-mirror"] = "true";
        endpoints["subsets"] = new JsonArray(new JsonObject
        {
            ["addresses"] = new JsonArray(new JsonObject { ["ip"] = advertised.ToString() }),
            ["ports"] = new JsonArray(Port(targetPort)),
        });
        await EnsureAsync(Kinds.Endpoints, endpoints, "subsets", cancellationToken);

        var slice = EnsuredObjects.New("discovery.k8s.io/v1", "EndpointSlice", "default", "kubernetes");
        slice.Ensure("metadata", "labels")["kubernetes.io/service-name"] = "kubernetes";
        slice["addressType"] = advertised.AddressFamily == AddressFamily.InterNetworkV6 ? "IPv6" : "IPv4";
        slice["endpoints"] = new JsonArray(new JsonObject
        {
            ["addresses"] = new JsonArray(advertised.ToString()),
            ["conditions"] = new JsonObject { ["ready"] = true },
        });
        slice["ports"] = new JsonArray(Port(targetPort));
        await EnsureAsync(Kinds.EndpointSlice, slice, "endpoints", cancellationToken);
        await EnsureAsync(Kinds.EndpointSlice, slice, "ports", cancellationToken);
    }

    private static JsonObject Port(int port, params ReadOnlySpan<(string Name, JsonNode Value)> more)
    {
        var json = new JsonObject { ["name"] = "https", ["port"] = port, ["protocol"] = "TCP" };
        foreach (var (name, value) in more)
        {
            json[name] = value;
        }

        return json;
    }
}
