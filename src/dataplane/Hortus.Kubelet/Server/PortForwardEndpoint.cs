using System.Globalization;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using Hortus.Kubelet.Server.Spdy;
using Hortus.Kubelet.Server.Streams;
using Hortus.Objects;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Hortus.Kubelet.Server;

/// <summary>Connects a remote user to ports inside a pod, by whichever protocol the user's client speaks.</summary>
internal static class PortForwardEndpoint
{
    private const string Tunnel = "SPDY/3.1+" + SpdyPortForward.Protocol;
    private static readonly TimeSpan LeaveMax = TimeSpan.FromSeconds(2);

    public static async Task RunAsync(HttpContext context, PodPorts ports, CancellationToken cancellationToken)
    {
        if (context.WebSockets.IsWebSocketRequest)
        {
            await OverWebSocketAsync(context, ports, cancellationToken);
        }
        else if (!RemoteAccess.IsSpdy(context))
        {
            await RemoteAccess.RefuseUpgradeAsync(context);
        }
        else if (await RemoteAccess.AcceptSpdyAsync(context, SpdyPortForward.Protocol) is { } connection)
        {
            await using (connection)
            {
                await new SpdyPortForward(connection, ports).RunAsync(cancellationToken);
            }
        }
    }

    private static async Task OverWebSocketAsync(
        HttpContext context, PodPorts ports, CancellationToken cancellationToken)
    {
        var offered = context.WebSockets.WebSocketRequestedProtocols;
        if (offered.Contains(Tunnel))
        {
            using var socket = await AcceptTunnelAsync(context);
            await using var transport = WebSocketStream.Create(socket, WebSocketMessageType.Binary);
            await using var connection = new SpdyConnection(transport);
            await new SpdyPortForward(connection, ports).RunAsync(cancellationToken);
            return;
        }

        var chosen = offered.DefaultIfEmpty("").FirstOrDefault(StreamProtocol.PortForwardNames.Contains);
        if (chosen is null)
        {
            await RemoteAccess.RefuseProtocolsAsync<SpdyConnection>(
                context, offered, [Tunnel, .. StreamProtocol.PortForwardNames.Where(n => n.Length > 0)]);
            return;
        }

        if (await PortsAsync(context) is { } numbers)
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync(chosen.Length == 0 ? null : chosen);
            using var channels = new WebSocketChannels(
                socket, chosen.Contains("base64", StringComparison.Ordinal));
            await new WebSocketPortForward(channels, numbers, ports).RunAsync(LeaveMax, cancellationToken);
        }
    }

    // By hand: the class library takes no protocol with a slash in its name.
    private static async Task<WebSocket> AcceptTunnelAsync(HttpContext context)
    {
        const string Suffix = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
        var headers = context.Response.Headers;
        headers.Upgrade = "websocket";
        headers.SecWebSocketProtocol = Tunnel;
#pragma warning disable CA5350 // RFC 6455 prescribes the hash; nothing depends on its strength.
        headers.SecWebSocketAccept = Convert.ToBase64String(
            SHA1.HashData(Encoding.ASCII.GetBytes(context.Request.Headers.SecWebSocketKey + Suffix)));
#pragma warning restore CA5350
        var stream = await context.Features.GetRequiredFeature<IHttpUpgradeFeature>().UpgradeAsync();
        return WebSocket.CreateFromStream(stream, new WebSocketCreationOptions
        {
            IsServer = true,
            KeepAliveInterval = RemoteAccess.SignPeriod,
        });
    }

    private static async Task<IReadOnlyList<int>?> PortsAsync(HttpContext context)
    {
        const int PortsMax = 100;
        int[] ports = [.. context.Request.Query["port"].Concat(context.Request.Query["ports"]).OfType<string>()
            .SelectMany(p => p.Split(',')).Select(
                p => ushort.TryParse(p, NumberStyles.None, CultureInfo.InvariantCulture, out var port) ? port : 0)];
        if (ports.Length is > 0 and <= PortsMax && !ports.Contains(0))
        {
            return ports;
        }

        await Answers.RefuseAsync(
            context, StatusCodes.Status400BadRequest, StatusReason.BadRequest,
            $"query parameter \"port\": want 1 to {PortsMax} ports, each from 1 to 65535");
        return null;
    }
}
