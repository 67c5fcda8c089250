using System.Globalization;
using System.Net;
using System.Text;
using Hortus.Objects.Kubernetes;

namespace Hortus.Kubelet.Services;

/// <summary>What the packet rules of a node are made of.</summary>
internal sealed record RuleInputs
{
    public required string Table { get; init; }

    public IReadOnlyList<Service> Services { get; init; } = [];

    public IReadOnlyList<EndpointSlice> Slices { get; init; } = [];

    /// <summary>Cluster addresses that this process answers itself.</summary>
    public IReadOnlySet<string> OwnAddresses { get; init; } = new HashSet<string>();

    /// <summary>Range of the node's pods; null when not known.</summary>
    public IPNetwork? PodRange { get; init; }

    /// <summary>Pod addresses outside of the range.</summary>
    public IReadOnlyList<IPAddress> OtherPods { get; init; } = [];

    /// <summary>Link of the default route; null when there is none.</summary>
    public string? DefaultLink { get; init; }
}

/// <summary>Writes the packet rules of a node: services to their endpoints, and pods behind the node's
/// address.</summary>
internal static class ServiceRules
{
    /// <summary>The whole table as one transaction: it replaces the table of before.</summary>
    public static string Render(RuleInputs inputs)
    {
        var nat = new StringBuilder();
        var reject = new StringBuilder();
        var hairpins = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var service in inputs.Services.OrderBy(s => s.Key.ToString(), StringComparer.Ordinal))
        {
            AddService(service, inputs, nat, reject, hairpins);
        }

        return $$"""
            table inet {{inputs.Table}}
            delete table inet {{inputs.Table}}
            table inet {{inputs.Table}} {
              chain services {
            {{nat}}  }
              chain dead-services {
            {{reject}}  }
              chain prerouting { type nat hook prerouting priority dstnat; jump services; }
              chain output { type nat hook output priority -100; jump services; }
              chain dead-prerouting { type filter hook prerouting priority -110; jump dead-services; }
              chain dead-output { type filter hook output priority -110; jump dead-services; }
              chain postrouting {
                type nat hook postrouting priority srcnat;
            {{Hairpins(hairpins)}}{{Masquerade(inputs)}}  }
            }

            """;
    }

    private static void AddService(
        Service service, RuleInputs inputs, StringBuilder nat, StringBuilder reject, SortedSet<string> hairpins)
    {
        var addresses = Addresses(service).Where(a => !inputs.OwnAddresses.Contains(a)).ToList();
        if (service.Spec.Type == "ExternalName" || addresses.Count == 0)
        {
            return;
        }

        foreach (var port in service.Spec.Ports ?? [])
        {
            var protocol = (port.Protocol ?? "TCP").ToLowerInvariant();
            if (protocol is not ("tcp" or "udp" or "sctp"))
            {
                continue;
            }

            var endpoints = Endpoints(service, port, inputs.Slices);
            foreach (var address in addresses)
            {
                var match = $"{Family(address)} daddr {address} {protocol} dport {port.Port}";
                Add(nat, reject, match, protocol, endpoints, Family(address));
            }

            if (port.NodePort is > 0 and var nodePort)
            {
                Add(nat, reject, $"fib daddr type local {protocol} dport {nodePort}", protocol, endpoints, "ip");
            }

            hairpins.UnionWith(
                endpoints.Where(e => !e.Address.Contains(':', StringComparison.Ordinal)).Select(e => e.Address));
        }
    }

    private static void Add(
        StringBuilder nat, StringBuilder reject, string match, string protocol,
            IReadOnlyList<(string Address, int Port)> endpoints, string family)
    {
        var fitting = endpoints.Where(e => Family(e.Address) == family).ToList();
        if (fitting.Count == 0)
        {
            var with = protocol == "tcp" ? "tcp reset" : "icmpx type port-unreachable";
            reject.Append($"    {match} reject with {with}\n");
        }
        else if (fitting.Count == 1)
        {
            nat.Append($"    {match} dnat {family} to {Bracket(fitting[0].Address)}:{fitting[0].Port}\n");
        }
        else
        {
            var choices = fitting.Select(
                (e, i) => string.Create(CultureInfo.InvariantCulture, $"{i} : {e.Address} . {e.Port}"));
            nat.Append(
                $"    {match} dnat {family} to numgen random mod {fitting.Count} map {{ {string.Join(", ", choices)} }}\n");
        }
    }

    private static IReadOnlyList<(string Address, int Port)> Endpoints(
        Service service, ServicePort port, IReadOnlyList<EndpointSlice> slices)
    {
        var result = new SortedSet<(string, int)>();
        foreach (var slice in ServiceEndpoints.Of(service, slices))
        {
            var target = slice.Ports?.FirstOrDefault(
                p => (p.Name ?? "") == (port.Name ?? "") && (p.Protocol ?? "TCP") == (port.Protocol ?? "TCP"));
            if (target?.Port is not { } number)
            {
                continue;
            }

            foreach (var endpoint in slice.Endpoints.Where(
                e => service.Spec.PublishNotReadyAddresses == true || e.Conditions?.Ready != false))
            {
                result.UnionWith(endpoint.Addresses.Take(1).Select(a => (a, number)));
            }
        }

        return [.. result];
    }

    private static IEnumerable<string> Addresses(Service service)
    {
        var own = service.Spec.ClusterIPs is { Count: > 0 } list ? list : service.Spec.ClusterIP is { Length: > 0 } one
            ? [one] : [];
        var external = (service.Spec.ExternalIPs ?? []).Concat(
            (service.Status.LoadBalancer?.Ingress ?? []).Select(i => i.Ip).OfType<string>());
        return own.Concat(external).Where(a => IPAddress.TryParse(a, out _)).Distinct();
    }

    /// <summary>A pod that reaches itself through a service must get the answer through the node.</summary>
    private static string Hairpins(SortedSet<string> addresses) => addresses.Count == 0
        ? ""
        : $"    ct status dnat ip saddr . ip daddr {{ {string.Join(", ", addresses.Select(a => $"{a} . {a}"))} }} masquerade\n";

    private static string Masquerade(RuleInputs inputs)
    {
        var pods = inputs.OtherPods.Where(a => a.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork)
            .Select(a => a.ToString()).ToList();
        if (inputs.PodRange is { } range &&
            range.BaseAddress.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork)
        {
            pods.Add(range.ToString());
        }

        return inputs.DefaultLink is not { } link || pods.Count == 0
            ? ""
            : $"    ip saddr {{ {string.Join(", ", pods)} }} oifname \"{link}\" masquerade\n";
    }

    private static string Family(string address) => address.Contains(':', StringComparison.Ordinal) ? "ip6" : "ip";

    private static string Bracket(string address) =>
        address.Contains(':', StringComparison.Ordinal) ? $"[{address}]" : address;
}
