using Hortus.ApiServer.Access;
using Hortus.ApiServer.Services;
using Hortus.ApiServer.Streaming;

namespace Hortus.ApiServer.Webhooks;

/// <summary>Connects to webhooks behind Services; the endpoints of one take turns.</summary>
internal sealed class WebhookServices(IObjectReader objects, INodeDialer dialer)
{
    private readonly ServiceResolver resolver = new(objects, ServiceRoute.EndpointsOrClusterIP);
    private int turn = -1;

    /// <summary>Connects to one of the ready endpoints.</summary>
    /// <exception cref="IOException">There is no such Service or port, or nothing is ready behind it.</exception>
    public async ValueTask<Stream> ConnectAsync(ServiceTarget target, CancellationToken cancellationToken)
    {
        var found = await resolver.ResolveAsync(target, cancellationToken);
        if (found.Fault is { } fault)
        {
            throw new IOException(fault.Reason switch
            {
                ServiceFault.NoService => $"service \"{target.Name}\" not found",
                ServiceFault.NoPort => $"no service port {target.Port} found for service \"{target.Name}\"",
                _ => $"no endpoints available for service \"{target.Name}\"",
            });
        }

        var (host, port) = found.Addresses[(int)((uint)Interlocked.Increment(ref turn) % (uint)found.Addresses.Count)];
        return await dialer.DialAsync(host, port, cancellationToken);
    }
}
