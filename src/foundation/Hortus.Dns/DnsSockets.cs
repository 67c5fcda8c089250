using System.Net;
using System.Net.Sockets;

namespace Hortus.Dns;

/// <summary>The two sockets of a name server, on one address.</summary>
/// <param name="Udp">A bound socket.</param>
/// <param name="Tcp">A bound, listening socket on the same port.</param>
public sealed record DnsSockets(Socket Udp, Socket Tcp) : IDisposable
{
    private const int Backlog = 128;
    private const int TriesMax = 16;

    /// <summary>Where the server is reached.</summary>
    public IPEndPoint EndPoint => (IPEndPoint)Udp.LocalEndPoint!;

    /// <summary>Binds both; port 0 takes one that is free for both.</summary>
    /// <exception cref="SocketException">The address or the port cannot be used.</exception>
    public static DnsSockets Bind(IPEndPoint endpoint) => Bind(endpoint, (type, protocol) => new(endpoint.AddressFamily, type, protocol));

    /// <summary>Binds sockets that the caller opens, such as in another network namespace.</summary>
    /// <exception cref="SocketException">The address or the port cannot be used.</exception>
    public static DnsSockets Bind(IPEndPoint endpoint, Func<SocketType, ProtocolType, Socket> open)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        ArgumentNullException.ThrowIfNull(open);
        for (var tries = 1; ; tries++)
        {
            var tcp = open(SocketType.Stream, ProtocolType.Tcp);
            var udp = open(SocketType.Dgram, ProtocolType.Udp);
            try
            {
                tcp.Bind(endpoint);
                udp.Bind(tcp.LocalEndPoint!);
                tcp.Listen(Backlog);
                return new DnsSockets(udp, tcp);
            }
            catch (SocketException e)
            {
                tcp.Dispose();
                udp.Dispose();

                // A free TCP port may be taken for UDP.
                if (endpoint.Port != 0 || e.SocketErrorCode != SocketError.AddressAlreadyInUse || tries == TriesMax)
                {
                    throw;
                }
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Udp.Dispose();
        Tcp.Dispose();
    }
}
