using System.Net;
using System.Net.Sockets;
using Hortus.Objects;
using Hortus.Objects.Gardener.Operator;

namespace Hortus.Operator.Webhooks;

/// <summary>The networks of a Garden: each can be read, and none is in the way of another. Pure.</summary>
internal static class GardenNetworkRules
{
    private const int ServicesMax = 2;

    private static readonly FieldPath Runtime = FieldPath.Root["spec"]["runtimeCluster"]["networking"];
    private static readonly FieldPath Services = FieldPath.Root["spec"]["virtualCluster"]["networking"]["services"];

    public static void Check(Garden garden, FieldErrors errors)
    {
        var networking = garden.Spec.RuntimeCluster.Networking;
        var nodes = Read(networking.Nodes, Runtime["nodes"], errors);
        var pods = Read(networking.Pods, Runtime["pods"], errors);
        var services = Read(networking.Services, Runtime["services"], errors);
        var own = Read(garden.Spec.VirtualCluster.Networking.Services, Services, errors);
        Compare(nodes, "node network of runtime cluster", services, "service network of runtime cluster", errors);
        Compare(nodes, "node network of runtime cluster", pods, "pod network of runtime cluster", errors);
        Compare(pods, "pod network of runtime cluster", services, "service network of runtime cluster", errors);
        const string virtualServices = "service network of virtual cluster";
        Compare(own, virtualServices, pods, "pod network of runtime cluster", errors);
        Compare(own, virtualServices, services, "service network of runtime cluster", errors);
        Compare(own, virtualServices, nodes, "node network of runtime cluster", errors);
        if (garden.Spec.VirtualCluster.Networking.Services.Count > ServicesMax)
        {
            errors.Forbidden(Services, "at most two service ranges allowed");
        }
        else if (own is [var first, var second] && FamilyOf(first) == FamilyOf(second))
        {
            errors.Forbidden(Services, "service ranges must be of different IP families");
        }
    }

    private static AddressFamily FamilyOf((FieldPath Path, IPNetwork Range) network) => network.Range.BaseAddress.AddressFamily;

    private static List<(FieldPath Path, IPNetwork Range)> Read(IReadOnlyList<string>? ranges, FieldPath path, FieldErrors errors)
    {
        var networks = new List<(FieldPath, IPNetwork)>();
        for (var i = 0; i < (ranges?.Count ?? 0); i++)
        {
            if (IPNetwork.TryParse(ranges![i], out var range))
            {
                networks.Add((path[i], range));
            }
            else
            {
                errors.Invalid(path[i], ranges[i], "must be a network in CIDR form, such as 10.1.0.0/16");
            }
        }

        return networks;
    }

    private static void Compare(
        List<(FieldPath Path, IPNetwork Range)> ones,
        string what,
        List<(FieldPath Path, IPNetwork Range)> others,
        string with,
        FieldErrors errors)
    {
        foreach (var (one, other) in ones.SelectMany(one => others.Select(other => (one, other))))
        {
            if (one.Range.Contains(other.Range.BaseAddress) || other.Range.Contains(one.Range.BaseAddress))
            {
                errors.Invalid(one.Path, one.Range.ToString(), $"{what} intersects with {with} ({other.Path}: {other.Range})");
            }
        }
    }
}
