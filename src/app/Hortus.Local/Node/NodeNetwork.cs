using System.Net;
using System.Net.Sockets;
using Hortus.Host;

namespace Hortus.Local.Node;

/// <summary>The network namespace that stands for the machine of the local garden: all its addresses, routes and rules
/// live there, the host's stay untouched.</summary>
public sealed class NodeNetwork(StateDirectory state)
{
    private readonly ProcessRunner processes = new();

    /// <summary>File that stands for the namespace.</summary>
    public string Path => new NetworkNamespaces(processes).PathOf(state.NetworkNamespace);

    /// <summary>Makes the namespace with its one address; nothing happens when it is there.</summary>
    public async Task EnsureAsync(CancellationToken cancellationToken)
    {
        await new NetworkNamespaces(processes).CreateAsync(state.NetworkNamespace, cancellationToken);
        await InsideAsync(cancellationToken, "ip", "link", "set", "lo", "up");
        await InsideAsync(cancellationToken, "ip", "address", "replace", LocalNetwork.NodeAddress + "/32", "dev", "lo");
    }

    /// <summary>Removes the namespace, and with it every link, route and rule of the garden.</summary>
    public Task DeleteAsync(CancellationToken cancellationToken) =>
        new NetworkNamespaces(processes).DeleteAsync(state.NetworkNamespace, cancellationToken);

    /// <summary>Connects to an address inside the garden's network.</summary>
    public Task<Socket> ConnectAsync(IPEndPoint endpoint, CancellationToken cancellationToken) =>
        NetworkNamespaces.ConnectAsync(Path, endpoint, cancellationToken);

    /// <summary>The words that run a program inside the network but with the host's mounts.</summary>
    public IReadOnlyList<string> Enter(params IReadOnlyList<string> command) => ["nsenter", "--net=" + Path, "--", .. command];

    private async Task InsideAsync(CancellationToken cancellationToken, params string[] command)
    {
        var entered = Enter(command);
        await processes.RequireAsync(new ProcessCommand(entered[0], [.. entered.Skip(1)]), cancellationToken);
    }
}
