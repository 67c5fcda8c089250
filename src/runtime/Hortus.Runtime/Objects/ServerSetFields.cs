using System.Text.Json.Nodes;
using Hortus.Objects;

namespace Hortus.Runtime;

/// <summary>What a replacement of an object takes over from the live one: values that the server or other controllers set.</summary>
public static class ServerSetFields
{
    private const string OpenStackPrefix = "loadbalancer.openstack.org";

    /// <summary>Takes addresses, ports of nodes and annotations of cloud providers over into a Service.</summary>
    public static void OfService(JsonObject live, JsonObject value)
    {
        ArgumentNullException.ThrowIfNull(value);
        foreach (var (key, annotation) in live.Texts("metadata", "annotations"))
        {
            if (key.StartsWith(OpenStackPrefix, StringComparison.Ordinal))
            {
                value.Ensure("metadata", "annotations").TryAdd(key, annotation);
            }
        }

        var spec = value.Ensure("spec");
        var (was, type) = (live.Text("spec", "type"), spec.Text("type") ?? "ClusterIP");
        if (type == "ExternalName")
        {
            return;
        }

        if (type is "LoadBalancer" or "NodePort")
        {
            NodePorts(live, spec);
            KeepUnlessSet(live, spec, "loadBalancerIP");
        }

        if (spec.Text("clusterIP") != "None" && was != "ExternalName")
        {
            Keep(live, spec, "clusterIP");
            foreach (var field in new[] { "clusterIPs", "ipFamilies", "ipFamilyPolicy" })
            {
                KeepUnlessSet(live, spec, field);
            }
        }

        if (was == "LoadBalancer" && type == "LoadBalancer" && IsLocal(live["spec"]) && IsLocal(spec))
        {
            KeepUnlessSet(live, spec, "healthCheckNodePort");
        }
    }

    private static bool IsLocal(JsonNode? spec) => spec.Text("externalTrafficPolicy") == "Local";

    // By name first: numbers may have been swapped between ports.
    private static void NodePorts(JsonObject live, JsonObject spec)
    {
        var before = live.Items("spec", "ports").ToArray();
        foreach (var port in spec.Items("ports").Where(p => p.Number("nodePort") is null or 0))
        {
            var same = before.FirstOrDefault(p => port.Text("name") is { } name && p.Text("name") == name)
                ?? before.FirstOrDefault(p => p.Number("port") == port.Number("port")
                    && (p.Text("protocol") ?? "TCP") == (port.Text("protocol") ?? "TCP"));
            if (same?.Number("nodePort") is { } number)
            {
                port["nodePort"] = number;
            }
        }
    }

    private static void KeepUnlessSet(JsonObject live, JsonObject spec, string field)
    {
        if (spec[field] is null)
        {
            Keep(live, spec, field);
        }
    }

    /// <summary>Takes the Secrets that were made for a service account over.</summary>
    public static void OfServiceAccount(JsonObject live, JsonObject value)
    {
        ArgumentNullException.ThrowIfNull(value);
        Put(value, "secrets", live["secrets"]?.DeepClone());
        Put(value, "imagePullSecrets", live["imagePullSecrets"]?.DeepClone());
    }

    private static void Keep(JsonObject live, JsonObject spec, string field) => Put(spec, field, live.At("spec", field)?.DeepClone());

    private static void Put(JsonObject into, string field, JsonNode? value)
    {
        if (value is null)
        {
            into.Remove(field);
        }
        else
        {
            into[field] = value;
        }
    }
}
