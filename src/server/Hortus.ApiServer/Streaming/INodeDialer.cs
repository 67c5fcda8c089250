using System.Net.Sockets;

namespace Hortus.ApiServer.Streaming;

/// <summary>Opens connections from the API server to nodes; a tunnel may take the place of a direct
/// connection.</summary>
public interface INodeDialer
{
    /// <summary>Connects to a port of a node.</summary>
    /// <param name="host">IP address or name of the node.</param>
    /// <param name="port">TCP port.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>A stream that the caller closes.</returns>
    /// <exception cref="IOException">The node cannot be reached.</exception>
    ValueTask<Stream> DialAsync(string host, int port, CancellationToken cancellationToken);
}

/// <summary>Connects directly over TCP.</summary>
public sealed class DirectNodeDialer : INodeDialer
{
    /// <inheritdoc/>
    public async ValueTask<Stream> DialAsync(string host, int port, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(host, port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw new IOException($"cannot connect to {host}:{port}: {e.Message}", e);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
