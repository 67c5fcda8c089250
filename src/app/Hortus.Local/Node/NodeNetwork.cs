using System.Net;
using System.Net.Sockets;
using Hortus.Host;

namespace Hortus.Local.Node;

/// <summary>The network namespace that stands for the machine of a cluster: all its addresses, routes and rules live there, the host's stay
/// untouched.</summary>
public sealed class NodeNetwork(ClusterDirectory folder)
{
    private const string Uplink = "uplink";

    private readonly ProcessRunner processes = new();
    private readonly LocalCluster cluster = folder.Cluster;

    /// <summary>File that stands for the namespace.</summary>
    public string Path => new NetworkNamespaces(processes).PathOf(Name);

    private string Name { get; } = folder.NetworkNamespace;

    // Of the link to a further seed, at the runtime cluster's end.
    private string LinkName => "seed" + cluster.Number;

    /// <summary>Makes the namespace with its one address; nothing happens when it is there.</summary>
    public async Task EnsureAsync(CancellationToken cancellationToken)
    {
        await new NetworkNamespaces(processes).CreateAsync(Name, cancellationToken);
        await InsideAsync(["ip", "link", "set", "lo", "up"], cancellationToken);
        await InsideAsync(["ip", "address", "replace", cluster.NodeAddress + "/32", "dev", "lo"], cancellationToken);
    }

    /// <summary>Links the node of a further seed to this one, by which it reaches all others. Nodes and Services are reached from the
    /// other end; pods are not, they hide behind their node.</summary>
    public async Task LinkAsync(NodeNetwork seed, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(seed);
        var (link, hub, node) = (seed.LinkName, cluster.NodeAddress, seed.cluster.NodeAddress);
        if (!await seed.HasUplinkAsync(cancellationToken))
        {
            await InsideAsync(["ip", "link", "add", link, "type", "veth", "peer", "name", Uplink, "netns", seed.Name], cancellationToken);
        }

        await IpAsync(
            [
                $"link set {link} up",
                $"route replace {node}/32 dev {link} src {hub}",
                $"route replace {seed.cluster.Services} via {node} dev {link} src {hub} onlink",
            ],
            cancellationToken);
        await seed.IpAsync(
            [
                $"link set {Uplink} up",
                $"route replace {hub}/32 dev {Uplink} src {node}",
                $"route replace default via {hub} dev {Uplink} src {node} onlink",
            ],
            cancellationToken);
        await HideAsync(link, hub, cancellationToken);
    }

    /// <summary>Removes the namespace, and with it every link, route and rule of the cluster.</summary>
    public Task DeleteAsync(CancellationToken cancellationToken) =>
        new NetworkNamespaces(processes).DeleteAsync(Name, cancellationToken);

    /// <summary>Connects to an address inside the garden's network.</summary>
    public Task<Socket> ConnectAsync(IPEndPoint endpoint, CancellationToken cancellationToken) =>
        NetworkNamespaces.ConnectAsync(Path, endpoint, cancellationToken);

    /// <summary>The words that run a program inside the network but with the host's mounts.</summary>
    public IReadOnlyList<string> Enter(params IReadOnlyList<string> command) => ["nsenter", "--net=" + Path, "--", .. command];

    private async Task<bool> HasUplinkAsync(CancellationToken cancellationToken) =>
        (await InsideAsync(["ip", "-oneline", "link", "show"], cancellationToken)).Contains($" {Uplink}@", StringComparison.Ordinal);

    // The kubelet of the seed does the same for its pods, since it has a default route. Shoots of both may use the same addresses.
    private Task HideAsync(string link, string address, CancellationToken cancellationToken) => InsideAsync(
        ["nft", "-f", "-"],
        cancellationToken,
        $$"""
        table inet hortus-{{link}}
        delete table inet hortus-{{link}}
        table inet hortus-{{link}} {
          chain postrouting {
            type nat hook postrouting priority srcnat;
            oifname "{{link}}" snat ip to {{address}}
          }
        }

        """);

    private Task IpAsync(IReadOnlyList<string> lines, CancellationToken cancellationToken) =>
        InsideAsync(["ip", "-batch", "-"], cancellationToken, string.Join('\n', lines) + "\n");

    private async Task<string> InsideAsync(IReadOnlyList<string> command, CancellationToken cancellationToken, string? input = null)
    {
        var entered = Enter(command);
        return await processes.RequireAsync(
            new ProcessCommand(entered[0], [.. entered.Skip(1)]) { Input = input }, cancellationToken);
    }
}
