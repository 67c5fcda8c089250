using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hortus.ApiServer.Registry;
using Hortus.ApiServer.Requests;
using Hortus.Objects;

namespace Hortus.ApiServer.Builtin;

/// <summary>Services: cluster IPs and node ports are given, kept and checked here.</summary>
internal sealed class ServiceStrategy(ServiceAllocator allocator) : ResourceStrategy
{
    private const string None = "None";
    private static readonly string[] Types = ["ClusterIP", "NodePort", "LoadBalancer", "ExternalName"];
    private static readonly FieldPath Spec = FieldPath.Root["spec"];

    /// <inheritdoc/>
    public override bool AllowCreateOnUpdate => true;

    /// <inheritdoc/>
    public override async ValueTask PrepareForCreateAsync(
        JsonObject created, StrategyContext context, CancellationToken cancellationToken)
    {
        created["status"] = new JsonObject { ["loadBalancer"] = new JsonObject() };
        var spec = created.Ensure("spec");
        DefaultSpec(spec);
        await AllocateAsync(created, context, cancellationToken);
    }

    /// <inheritdoc/>
    public override async ValueTask PrepareForUpdateAsync(
        JsonObject updated, JsonObject old, StrategyContext context, CancellationToken cancellationToken)
    {
        await base.PrepareForUpdateAsync(updated, old, context, cancellationToken);
        if (context.Subresource.Length > 0)
        {
            return;
        }

        var spec = updated.Ensure("spec");
        DefaultSpec(spec);
        KeepOld(spec, old.Map("spec") ?? []);
        await AllocateAsync(updated, context, cancellationToken);
    }

    /// <inheritdoc/>
    public override void Validate(JsonObject created, FieldErrors errors)
    {
        var spec = created.Map("spec") ?? [];
        var type = spec.Text("type") ?? "ClusterIP";
        if (!Types.Contains(type))
        {
            errors.NotSupported(Spec["type"], type, Types);
        }

        FieldChecks.OneOf(spec, "sessionAffinity", Spec, errors, "ClientIP", "None");
        FieldChecks.Labels(spec.Map("selector"), Spec["selector"], errors);
        var addresses = spec.TextList("externalIPs");
        for (var i = 0; i < addresses.Count; i++)
        {
            if (!IPAddress.TryParse(addresses[i], out _))
            {
                errors.Invalid(Spec["externalIPs"][i], addresses[i],
                    "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)");
            }
        }

        if (spec.Text("externalTrafficPolicy") is { Length: > 0 } policy)
        {
            FieldChecks.OneOf(spec, "externalTrafficPolicy", Spec, errors, "Cluster", "Local");
            if (!IsExternal(spec))
            {
                errors.Invalid(
                    Spec["externalTrafficPolicy"], policy, "may only be set for externally-accessible services");
            }
        }

        if (type == "ExternalName")
        {
            if (string.IsNullOrEmpty(spec.Text("externalName")))
            {
                errors.Required(Spec["externalName"]);
            }

            FieldChecks.Subdomain(spec.Text("externalName")?.TrimEnd('.'), Spec["externalName"], errors);

            return;
        }

        if (!spec.Items("ports").Any() && spec.Text("clusterIP") != None)
        {
            errors.Required(Spec["ports"]);
        }

        if (spec.Text("clusterIP") == None && type != "ClusterIP")
        {
            errors.Invalid(new FieldPath("spec.clusterIPs[0]"), None, $"may not be set to 'None' for {type} services");
        }

        ValidatePorts(spec, errors);
    }

    /// <inheritdoc/>
    public override void ValidateUpdate(JsonObject updated, JsonObject old, FieldErrors errors)
    {
        Validate(updated, errors);
        var before = old.Text("spec", "clusterIP");
        var after = updated.Text("spec", "clusterIP");
        if (!string.IsNullOrEmpty(before) && before != after
            && updated.Text("spec", "type") != "ExternalName" && old.Text("spec", "type") != "ExternalName")
        {
            errors.Invalid(new FieldPath("spec.clusterIPs[0]"), new[] { after }, "may not change once set");
        }
    }

    /// <inheritdoc/>
    public override void SetDefaults(JsonObject value) => DefaultSpec(value.Ensure("spec"));

    private static void DefaultSpec(JsonObject spec)
    {
        spec.Default("type", "ClusterIP");
        spec.Default("sessionAffinity", "None");
        var type = spec.Text("type");
        foreach (var port in spec.Items("ports"))
        {
            port.Default("protocol", "TCP");
            if (port["targetPort"] is null || port.Text("targetPort") is { Length: 0 }
                || port.Number("targetPort") == 0)
            {
                port["targetPort"] = port["port"]?.DeepClone();
            }
        }

        if (type == "ExternalName")
        {
            return;
        }

        spec.Default("internalTrafficPolicy", "Cluster");
        if (IsExternal(spec))
        {
            spec.Default("externalTrafficPolicy", "Cluster");
        }

        if (type == "LoadBalancer")
        {
            spec.Default("allocateLoadBalancerNodePorts", true);
        }
        else
        {
            spec.Remove("allocateLoadBalancerNodePorts");
        }
    }

    private static bool IsExternal(JsonObject spec) =>
        spec.Text("type") is "NodePort" or "LoadBalancer"
        || (spec.Text("type") == "ClusterIP" && spec.TextList("externalIPs").Count > 0);

    // Clients replace the whole object without knowing what was allocated: absent means "as before".
    private static void KeepOld(JsonObject spec, JsonObject old)
    {
        var type = spec.Text("type");
        if (!IsExternal(spec) && IsExternal(old) && spec.Text("externalTrafficPolicy") == old.Text("externalTrafficPolicy"))
        {
            spec.Remove("externalTrafficPolicy");
        }

        if (type == "ExternalName")
        {
            foreach (var field in new[] { "clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy" })
            {
                if (JsonNode.DeepEquals(spec[field], old[field]))
                {
                    spec.Remove(field);
                }
            }
        }
        else if (string.IsNullOrEmpty(spec.Text("clusterIP")) && old.Text("type") != "ExternalName")
        {
            Keep(spec, old, "clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy");
        }
        else if (spec.Text("clusterIP") == old.Text("clusterIP"))
        {
            Keep(spec, old, "clusterIPs", "ipFamilies", "ipFamilyPolicy");
        }

        var keepsPorts = HasNodePorts(spec);
        foreach (var port in spec.Items("ports"))
        {
            var same = old.Items("ports").FirstOrDefault(p =>
                p.Number("port") == port.Number("port") && p.Text("protocol") == port.Text("protocol"));
            if (keepsPorts && (port.Number("nodePort") ?? 0) == 0 && same?.Number("nodePort") is { } known)
            {
                port["nodePort"] = known;
            }
            else if (!keepsPorts && port["nodePort"] is not null && old.Items("ports").Any(p =>
                p.Number("nodePort") == port.Number("nodePort")))
            {
                port.Remove("nodePort");
            }
        }
    }

    private static void Keep(JsonObject spec, JsonObject old, params ReadOnlySpan<string> fields)
    {
        foreach (var field in fields)
        {
            if (spec[field] is null && old[field] is { } value)
            {
                spec[field] = value.DeepClone();
            }
        }
    }

    private static bool HasNodePorts(JsonObject spec) => spec.Text("type") switch
    {
        "NodePort" => true,
        "LoadBalancer" => spec.Flag("allocateLoadBalancerNodePorts") ?? true,
        _ => false,
    };

    private static void ValidatePorts(JsonObject spec, FieldErrors errors)
    {
        var ports = spec.Items("ports").ToList();
        var seen = new HashSet<(long, string)>();
        var names = new HashSet<string>();
        for (var i = 0; i < ports.Count; i++)
        {
            var path = Spec["ports"][i];
            var name = ports[i].Text("name") ?? "";
            var number = ports[i].Number("port") ?? 0;
            if (name.Length == 0 && ports.Count > 1)
            {
                errors.Required(path["name"]);
            }
            else if (name.Length > 0 && !Names.IsLabel(name))
            {
                errors.Invalid(path["name"], name, Names.LabelRule);
            }
            else if (name.Length > 0 && !names.Add(name))
            {
                errors.Duplicate(path["name"], name);
            }

            if (number is < 1 or > 65535)
            {
                errors.Invalid(path["port"], number, "must be between 1 and 65535, inclusive");
            }

            if (ports[i]["targetPort"]?.GetValueKind() == JsonValueKind.String && ports[i].Text("targetPort") is { } named
                && !Names.IsPort(named))
            {
                errors.Invalid(path["targetPort"], named, Names.PortRule);
            }

            if (ports[i].Number("targetPort") is { } target and (< 1 or > 65535))
            {
                errors.Invalid(path["targetPort"], target, "must be between 1 and 65535, inclusive");
            }

            if (ports[i].Text("protocol") is not ("TCP" or "UDP" or "SCTP"))
            {
                errors.NotSupported(path["protocol"], ports[i].Text("protocol"), ["SCTP", "TCP", "UDP"]);
            }

            if (!seen.Add((number, ports[i].Text("protocol") ?? "")))
            {
                errors.Duplicate(path, number);
            }

            if (ports[i].Number("nodePort") is > 0 and { } nodePort && !HasNodePorts(spec))
            {
                errors.Forbidden(
                    path["nodePort"], $"may not be used when `type` is '{spec.Text("type")}', found {nodePort}");
            }
        }
    }

    private async ValueTask AllocateAsync(
        JsonObject service, StrategyContext context, CancellationToken cancellationToken)
    {
        var spec = service.Ensure("spec");
        if (spec.Text("type") == "ExternalName")
        {
            return;
        }

        var owner = $"{service.Namespace}/{service.Name}";
        await AllocateAddressAsync(service, spec, owner, context, cancellationToken);
        if (HasNodePorts(spec))
        {
            await AllocatePortsAsync(service, spec, owner, context, cancellationToken);
        }
    }

    private async ValueTask AllocateAddressAsync(
        JsonObject service, JsonObject spec, string owner, StrategyContext context, CancellationToken cancellationToken)
    {
        var wanted = spec.Text("clusterIP") is { Length: > 0 } one ? one : First(spec, "clusterIPs");
        if (wanted == None)
        {
            Set(spec, None, First(spec, "ipFamilies") ?? allocator.Ranges[0].Family);
            return;
        }

        if (!string.IsNullOrEmpty(wanted))
        {
            var why = IPAddress.TryParse(wanted, out var address)
                ? await allocator.TakeAddressAsync(address, owner, context.DryRun, cancellationToken)
                : "must be a valid IP address or 'None'";
            if (why is not null)
            {
                throw Invalid(context, service, new FieldPath("spec.clusterIPs"), new[] { wanted }, why);
            }

            Set(spec, wanted, allocator.Ranges.First(r => r.Contains(address!)).Family);
            return;
        }

        var family = First(spec, "ipFamilies");
        var range = allocator.Ranges.FirstOrDefault(r => family is null || r.Family == family)
            ?? throw Invalid(
                context, service, new FieldPath("spec.ipFamilies[0]"), family!, "not configured on this cluster");
        var given = await allocator.AllocateAddressAsync(range, owner, context.DryRun, cancellationToken)
            ?? throw ApiErrors.Internal(
                $"failed to allocate a serviceIP: range {range} is full; delete services or widen the range");
        Set(spec, given.ToString(), range.Family);
    }

    private static string? First(JsonObject spec, string list) => spec.TextList(list) is [var first, ..] ? first : null;

    private static void Set(JsonObject spec, string address, string family)
    {
        spec["clusterIP"] = address;
        spec["clusterIPs"] = new JsonArray(address);
        spec["ipFamilies"] = new JsonArray(family);
        spec["ipFamilyPolicy"] = "SingleStack";
    }

    private async ValueTask AllocatePortsAsync(
        JsonObject service, JsonObject spec, string owner, StrategyContext context, CancellationToken cancellationToken)
    {
        var index = 0;
        foreach (var port in spec.Items("ports"))
        {
            if (port.Number("nodePort") is > 0 and { } wanted)
            {
                var why = await allocator.TakePortAsync((int)wanted, owner, context.DryRun, cancellationToken);
                if (why is not null)
                {
                    throw Invalid(context, service, Spec["ports"][index]["nodePort"], wanted, why);
                }
            }
            else
            {
                port["nodePort"] = await FreePortAsync(spec, owner, context, cancellationToken);
            }

            index++;
        }
    }

    private async ValueTask<int> FreePortAsync(
        JsonObject spec, string owner, StrategyContext context, CancellationToken cancellationToken)
    {
        int? given;
        do
        {
            given = await allocator.AllocatePortAsync(owner, context.DryRun, cancellationToken);
        }
        while (given is not null && spec.Items("ports").Any(p => p.Number("nodePort") == given));
        return given ?? throw ApiErrors.Internal(
            $"failed to allocate a nodePort: all of {allocator.Ports.First}-{allocator.Ports.Last} are in use");
    }

    private static ApiStatusException Invalid(
        StrategyContext context, JsonObject service, FieldPath path, object value, string why)
    {
        var errors = new FieldErrors();
        errors.Invalid(path, value, why);
        return ApiErrors.Invalid(context.Definition.Kind, service.Name, errors);
    }
}
