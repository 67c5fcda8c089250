using System.Net;
using System.Net.Sockets;
using Hortus.Host;
using Hortus.Objects;

namespace Hortus.Kubelet.Server.Streams;

/// <summary>Connects to the ports of one pod, as its own programs would by <c>localhost</c>.</summary>
/// <param name="pod">For messages.</param>
/// <param name="networkNamespace">File of the pod's network namespace; null for the node's own.</param>
internal sealed class PodPorts(ObjectKey pod, string? networkNamespace)
{
    /// <summary>Connects.</summary>
    /// <exception cref="IOException">Nobody listens, or the pod is gone; the message is for the user.</exception>
    public async Task<NetworkStream> ConnectAsync(int port, CancellationToken cancellationToken)
    {
        try
        {
            return await ConnectAsync(IPAddress.Loopback, port, cancellationToken);
        }
        catch (IOException e) when (e.InnerException is SocketException)
        {
            try
            {
                return await ConnectAsync(IPAddress.IPv6Loopback, port, cancellationToken);
            }
            catch (IOException)
            {
                throw e;
            }
        }
    }

    private async Task<NetworkStream> ConnectAsync(IPAddress address, int port, CancellationToken cancellationToken)
    {
        try
        {
            var socket = await NetworkNamespaces.ConnectAsync(
                networkNamespace, new IPEndPoint(address, port), cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch (Exception e) when (e is SocketException or HostException)
        {
            throw new IOException($"error forwarding port {port} to pod {pod}: connect to localhost:{port}: {e.Message}", e);
        }
    }
}
