using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Hortus.Dns;
using Hortus.Host;
using Hortus.ProviderLocal.Dns;
using Hortus.Runtime;
using Microsoft.Extensions.Logging;

namespace Hortus.Local.Node;

/// <summary>Answers the zones that provider-local writes, twice: to users on a port of 127.0.0.1, and to pods (through the
/// cluster DNS) on the first node's address inside the garden's network.</summary>
internal sealed class ZoneServers
{
    private readonly LocalGardenOptions options;
    private readonly StateDirectory state;
    private readonly NodeNetwork network;
    private readonly DnsServer server;

    /// <summary>Adds the controllers that keep the zones to the managers of all clusters.</summary>
    public ZoneServers(
        LocalGardenOptions options,
        NodeNetwork network,
        IReadOnlyList<IControllerManager> managers,
        TimeProvider time,
        ILoggerFactory loggers)
    {
        this.options = options;
        this.network = network;
        state = new StateDirectory(options.StateDirectory);
        var zones = ZoneDirectory.AddTo(managers, time, loggers.CreateLogger<ZoneDirectory>());
        server = new DnsServer(zones, null, loggers.CreateLogger<DnsServer>());
    }

    /// <summary>Serves until cancelled.</summary>
    /// <exception cref="LocalGardenException">The port was asked for and is in use.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var toUsers = BindForUsers();
        await File.WriteAllTextAsync(
            state.DnsPortFile, toUsers.EndPoint.Port.ToString(CultureInfo.InvariantCulture), cancellationToken);
        using var toPods = DnsSockets.Bind(
            IPEndPoint.Parse(LocalNetwork.ZoneServer),
            (type, protocol) => NetworkNamespaces.OpenSocket(network.Path, AddressFamily.InterNetwork, type, protocol));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task[] serving = [server.RunAsync(toUsers, stop.Token), server.RunAsync(toPods, stop.Token)];
        try
        {
            await await Task.WhenAny(serving);
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll(serving).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private DnsSockets BindForUsers()
    {
        try
        {
            return DnsSockets.Bind(new IPEndPoint(IPAddress.Loopback, options.DnsPort > 0 ? options.DnsPort : LastPort()));
        }
        catch (SocketException) when (options.DnsPort == 0)
        {
            // Somebody took the last one meanwhile.
            return DnsSockets.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        }
        catch (SocketException failure)
        {
            throw new LocalGardenException(
                $"port 127.0.0.1:{options.DnsPort} cannot be used for DNS: {failure.Message}; choose another one with --dns-port", failure);
        }
    }

    private int LastPort()
    {
        try
        {
            return int.TryParse(File.ReadAllText(state.DnsPortFile), CultureInfo.InvariantCulture, out var port) ? port : 0;
        }
        catch (IOException)
        {
            return 0;
        }
    }
}
