using System.Net;
using System.Text.Json.Nodes;
using Hortus.ApiServer.Access;
using Hortus.Objects;

namespace Hortus.ApiServer.Builtin;

/// <summary>
/// Gives cluster IPs and node ports to Services. What is in use follows from the stored Services alone, so deleting a
/// Service, or losing the process, frees and keeps what it should.
/// </summary>
/// <param name="objects">The server's objects.</param>
/// <param name="ranges">Ranges of cluster IPs, one per IP family; the first is the default.</param>
/// <param name="ports">Node ports, first and last.</param>
/// <param name="time">Clock.</param>
/// <param name="random">Picks where the search for a free value starts.</param>
internal sealed class ServiceAllocator(
    IObjectReader objects,
    IReadOnlyList<AddressRange> ranges,
    (int First, int Last) ports,
    TimeProvider time,
    Random random)
{
    // The lower part of a range is left to Services that ask for a fixed address, such as cluster DNS.
    private const int ReservedDivisor = 16;
    private const int ReservedMin = 16;
    private const int ReservedMax = 256;

    private readonly Lock gate = new();
    private readonly Reservations<IPAddress> addresses = new(time);
    private readonly Reservations<int> nodePorts = new(time);

    public IReadOnlyList<AddressRange> Ranges => ranges;

    public (int First, int Last) Ports => ports;

    /// <summary>A free address of a family; null when the range is used up.</summary>
    public async ValueTask<IPAddress?> AllocateAddressAsync(
        AddressRange range, string owner, bool dryRun, CancellationToken cancellationToken)
    {
        var used = await UsedAddressesAsync(owner, cancellationToken);
        lock (gate)
        {
            var offset = ReservedOf(range.Size);
            foreach (var (from, count) in new[] { (offset, range.Size - offset), (0, offset) })
            {
                var start = count > 0 ? random.Next(count) : 0;
                for (var i = 0; i < count; i++)
                {
                    var candidate = range[from + ((start + i) % count)];
                    if (!used.Contains(candidate) && Take(addresses, candidate, owner, dryRun))
                    {
                        return candidate;
                    }
                }
            }

            return null;
        }
    }

    /// <summary>Takes a certain address; null, or why it cannot be had.</summary>
    public async ValueTask<string?> TakeAddressAsync(
        IPAddress address, string owner, bool dryRun, CancellationToken cancellationToken)
    {
        if (!ranges.Any(r => r.Contains(address)))
        {
            var text = string.Join(", ", ranges.Select(r => r.ToString()));
            return $"the provided IP ({address}) is not in the valid range. The range of valid IPs is {text}";
        }

        var used = await UsedAddressesAsync(owner, cancellationToken);
        lock (gate)
        {
            return used.Contains(address) || !Take(addresses, address, owner, dryRun)
                ? $"failed to allocate IP {address}: provided IP is already allocated"
                : null;
        }
    }

    /// <summary>A free node port; null when all are used.</summary>
    public async ValueTask<int?> AllocatePortAsync(string owner, bool dryRun, CancellationToken cancellationToken)
    {
        var used = await UsedPortsAsync(owner, cancellationToken);
        lock (gate)
        {
            var count = ports.Last - ports.First + 1;
            var start = random.Next(count);
            for (var i = 0; i < count; i++)
            {
                var candidate = ports.First + ((start + i) % count);
                if (!used.Contains(candidate) && !nodePorts.IsTaken(candidate, "")
                    && Take(nodePorts, candidate, owner, dryRun))
                {
                    return candidate;
                }
            }

            return null;
        }
    }

    /// <summary>Takes a certain node port; null, or why it cannot be had.</summary>
    public async ValueTask<string?> TakePortAsync(
        int port, string owner, bool dryRun, CancellationToken cancellationToken)
    {
        if (port < ports.First || port > ports.Last)
        {
            return $"provided port is not in the valid range. The range of valid ports is {ports.First}-{ports.Last}";
        }

        var used = await UsedPortsAsync(owner, cancellationToken);
        lock (gate)
        {
            return used.Contains(port) || !Take(nodePorts, port, owner, dryRun)
                ? "provided port is already allocated"
                : null;
        }
    }

    private static int ReservedOf(int size) =>
        size < ReservedMin * 2 ? 0 : Math.Clamp(size / ReservedDivisor, ReservedMin, ReservedMax);

    private static bool Take<T>(Reservations<T> reservations, T value, string owner, bool dryRun) where T : notnull =>
        dryRun ? !reservations.IsTaken(value, owner) : reservations.TryTake(value, owner);

    private async ValueTask<HashSet<IPAddress>> UsedAddressesAsync(string owner, CancellationToken cancellationToken)
    {
        var used = new HashSet<IPAddress> { ranges[0].First };
        if (owner == "default/kubernetes")
        {
            used.Clear();
        }

        foreach (var service in await OthersAsync(owner, cancellationToken))
        {
            foreach (var text in service.TextList("spec", "clusterIPs").Append(service.Text("spec", "clusterIP")))
            {
                if (IPAddress.TryParse(text, out var address))
                {
                    used.Add(address);
                }
            }
        }

        return used;
    }

    private async ValueTask<HashSet<int>> UsedPortsAsync(string owner, CancellationToken cancellationToken)
    {
        var used = new HashSet<int>();
        foreach (var service in await OthersAsync(owner, cancellationToken))
        {
            used.UnionWith(service.Items("spec", "ports").Select(p => (int)(p.Number("nodePort") ?? 0)));
            used.Add((int)(service.Number("spec", "healthCheckNodePort") ?? 0));
        }

        return used;
    }

    private async ValueTask<IEnumerable<JsonObject>> OthersAsync(string owner, CancellationToken cancellationToken) =>
        (await objects.ListAsync(Kinds.Service, null, cancellationToken))
            .Where(s => $"{s.Namespace}/{s.Name}" != owner);
}
