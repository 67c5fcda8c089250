using System.Net;

namespace Hortus.Host;

/// <summary>A pair of links: one end here, one in a namespace, with a routed address.</summary>
public sealed record RoutedLink
{
    /// <summary>Name of the end here, at most 15 characters.</summary>
    public required string Name { get; init; }

    /// <summary>Namespace of the other end, which is called <c>eth0</c>.</summary>
    public required string Namespace { get; init; }

    /// <summary>Addresses of the other end; each gets a host route here.</summary>
    public required IReadOnlyList<IPAddress> Addresses { get; init; }

    /// <summary>MTU in bytes.</summary>
    public int Mtu { get; init; } = 1500;
}

/// <summary>Network links, addresses and routes of this network namespace.</summary>
public interface ILinks
{
    /// <summary>Names of all links.</summary>
    Task<IReadOnlyList<string>> ListAsync(CancellationToken cancellationToken);

    /// <summary>Makes a routed link, replacing one of the same name.</summary>
    Task CreateRoutedAsync(RoutedLink link, CancellationToken cancellationToken);

    /// <summary>Removes a link; one that does not exist is a success.</summary>
    Task DeleteAsync(string name, CancellationToken cancellationToken);

    /// <summary>Gives a link an address that only this machine answers; nothing happens when it has it.</summary>
    Task AddLocalAddressAsync(string link, IPAddress address, CancellationToken cancellationToken);

    /// <summary>Takes an address away; one that is not there is a success.</summary>
    Task DeleteLocalAddressAsync(string link, IPAddress address, CancellationToken cancellationToken);

    /// <summary>
    /// Lets local programs send to addresses that packet rules translate, where no route leads to them.
    /// </summary>
    /// <param name="add">Addresses to add; one that is there is a success.</param>
    /// <param name="remove">Addresses to remove; one that is not there is a success.</param>
    /// <param name="source">Address that the programs send from.</param>
    Task ChangeLocalRoutesAsync(
        IReadOnlyCollection<IPAddress> add, IReadOnlyCollection<IPAddress> remove, IPAddress source,
            CancellationToken cancellationToken);

    /// <summary>The link of the default route, or null when there is none.</summary>
    Task<string?> FindDefaultLinkAsync(CancellationToken cancellationToken);
}

/// <summary>Links by the <c>ip</c> program.</summary>
public sealed class Links(IProcessRunner processes) : ILinks
{
    /// <summary>Where a routed namespace sends everything; no interface has this address, a fixed neighbour entry
    /// does.</summary>
    private const string Gateway = "169.254.1.1";
    private const string GatewayV6 = "fe80::ecee:eeff:feee:eeee";
    private const string GatewayMac = "ee:ee:ee:ee:ee:ee";
    private const string SysctlRoot = "/proc/sys/net/ipv4";

    public async Task<IReadOnlyList<string>> ListAsync(CancellationToken cancellationToken)
    {
        var lines = await File.ReadAllLinesAsync("/proc/self/net/dev", cancellationToken);
        return [.. lines.Skip(2).Select(line => line[..line.IndexOf(':', StringComparison.Ordinal)].Trim())];
    }

    public async Task CreateRoutedAsync(RoutedLink link, CancellationToken cancellationToken)
    {
        await DeleteAsync(link.Name, cancellationToken);
        var here = new List<string>
        {
            $"link add {link.Name} mtu {link.Mtu} address {GatewayMac} type veth peer name eth0 mtu {link.Mtu} netns {link.Namespace}",
            $"link set {link.Name} up",
        };
        var there = new List<string> { "link set lo up", "link set eth0 up" };
        foreach (var address in link.Addresses)
        {
            AddRoutes(here, there, link.Name, address);
        }

        await BatchAsync(here, null, cancellationToken);
        await BatchAsync(there, link.Namespace, cancellationToken);
        Sysctl("ip_forward", "1");
        Sysctl($"conf/{link.Name}/proxy_arp", "1");
        Sysctl($"conf/{link.Name}/rp_filter", "0");
        Sysctl($"neigh/{link.Name}/proxy_delay", "0");
    }

    public async Task DeleteAsync(string name, CancellationToken cancellationToken)
    {
        if ((await ListAsync(cancellationToken)).Contains(name))
        {
            var result = await processes.RunAsync(new ProcessCommand("ip", "link", "delete", name), cancellationToken);
            // The link dies by itself when the other end's namespace does, perhaps just now.
            if (result.ExitCode != 0 && (await ListAsync(cancellationToken)).Contains(name))
            {
                throw new HostException($"cannot delete link {name}: {result.Error.Trim()}");
            }
        }
    }

    public async Task AddLocalAddressAsync(string link, IPAddress address, CancellationToken cancellationToken)
    {
        var result = await processes.RunAsync(
            new ProcessCommand("ip", "addr", "replace", Single(address), "dev", link), cancellationToken);
        if (result.ExitCode != 0)
        {
            throw new HostException($"cannot add address {address} to {link}: {result.Error.Trim()}");
        }

        await processes.RequireAsync(new ProcessCommand("ip", "link", "set", link, "up"), cancellationToken);
    }

    public async Task DeleteLocalAddressAsync(string link, IPAddress address, CancellationToken cancellationToken) =>
        await processes.RunAsync(
            new ProcessCommand("ip", "addr", "delete", Single(address), "dev", link), cancellationToken);

    public async Task ChangeLocalRoutesAsync(
        IReadOnlyCollection<IPAddress> add, IReadOnlyCollection<IPAddress> remove, IPAddress source,
            CancellationToken cancellationToken)
    {
        if (add.Count > 0)
        {
            await BatchAsync(
                [.. add.Select(a => $"route replace {Single(a)} dev lo src {source}")], null, cancellationToken);
        }

        foreach (var address in remove)
        {
            await processes.RunAsync(
                new ProcessCommand("ip", "route", "delete", Single(address), "dev", "lo"), cancellationToken);
        }
    }

    public async Task<string?> FindDefaultLinkAsync(CancellationToken cancellationToken)
    {
        var routes = await processes.RequireAsync(
            new ProcessCommand("ip", "-4", "route", "show", "default"), cancellationToken);
        var words = routes.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
        var device = Array.IndexOf(words, "dev");
        return device >= 0 && device + 1 < words.Length ? words[device + 1] : null;
    }

    private static void AddRoutes(List<string> here, List<string> there, string name, IPAddress address)
    {
        here.Add($"route replace {Single(address)} dev {name}");
        var v6 = address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6;
        var gateway = v6 ? GatewayV6 : Gateway;
        there.Add($"addr add {Single(address)} dev eth0{(v6 ? " nodad" : "")}");
        there.Add($"neigh replace {gateway} lladdr {GatewayMac} dev eth0 nud permanent");
        there.Add($"route add {gateway} dev eth0 {(v6 ? "" : "scope link")}");
        there.Add($"route add default via {gateway} dev eth0");
    }

    private static string Single(IPAddress address) =>
        address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? $"{address}/128" : $"{address}/32";

    private static void Sysctl(string name, string value)
    {
        try
        {
            var path = Path.Combine(SysctlRoot, name);
            if (File.ReadAllText(path).Trim() != value)
            {
                File.WriteAllText(path, value);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new HostException($"cannot set net.ipv4.{name.Replace('/', '.')} to {value}: {e.Message}", e);
        }
    }

    private async Task BatchAsync(IReadOnlyList<string> lines, string? inNamespace, CancellationToken cancellationToken)
    {
        string[] place = inNamespace is null ? [] : ["-netns", inNamespace];
        string[] arguments = [.. place, "-batch", "-"];
        await processes.RequireAsync(
            new ProcessCommand("ip", arguments) { Input = string.Join('\n', lines) + "\n" }, cancellationToken);
    }
}
