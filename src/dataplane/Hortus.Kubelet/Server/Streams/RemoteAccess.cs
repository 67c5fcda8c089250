using Hortus.Kubelet.Server.Spdy;
using Hortus.Objects;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Hortus.Kubelet.Server.Streams;

/// <summary>Turns requests into streams: WebSocket or SPDY, whichever the client asks for.</summary>
internal static class RemoteAccess
{
    /// <summary>How often something that needs no answer is sent to clients. While a program does not read its input,
    /// nothing is received, and only sending tells that a client has gone.</summary>
    public static readonly TimeSpan SignPeriod = TimeSpan.FromSeconds(5);

    private const string Spdy = "SPDY/3.1";
    private const string OfferHeader = "X-Stream-Protocol-Version";
    private const string AcceptedHeader = "X-Accepted-Stream-Protocol-Versions";

    /// <summary>Accepts a request to run a command or to attach to one.</summary>
    /// <returns>Null when it was refused, after an answer that says why.</returns>
    public static async Task<RemoteStreams?> AcceptAsync(HttpContext context, StreamWish wish)
    {
        if (wish is { Input: false, Output: false, Error: false })
        {
            await RefuseAsync(context, "you must specify at least 1 of stdin, stdout, stderr");
            return null;
        }

        if (context.WebSockets.IsWebSocketRequest)
        {
            var offered = context.WebSockets.WebSocketRequestedProtocols;
            return StreamProtocol.ForWebSocket(offered) is { } chosen
                ? await OverWebSocketAsync(context, chosen, wish)
                : await RefuseProtocolsAsync<RemoteStreams>(context, offered, StreamProtocol.WebSocketNames);
        }

        if (!IsSpdy(context))
        {
            await RefuseUpgradeAsync(context);
            return null;
        }

        var versions = Offered(context);
        return StreamProtocol.ForSpdy(versions) is { } protocol
            ? await SpdyStreams.StartAsync(
                await UpgradeAsync(context, protocol.Name), protocol, wish, context.RequestAborted)
            : await RefuseProtocolsAsync<RemoteStreams>(context, versions, StreamProtocol.SpdyNames);
    }

    /// <summary>Whether a request asks for SPDY without WebSocket around it.</summary>
    public static bool IsSpdy(HttpContext context) =>
        context.Features.Get<IHttpUpgradeFeature>()?.IsUpgradableRequest == true
        && context.Request.Headers.Upgrade.ToString().Equals(Spdy, StringComparison.OrdinalIgnoreCase);

    /// <summary>Accepts SPDY when the client knows a protocol.</summary>
    /// <param name="context">The request.</param>
    /// <param name="protocol">The only protocol that is spoken in the streams.</param>
    /// <returns>Null when it was refused, after an answer that says why.</returns>
    public static async Task<SpdyConnection?> AcceptSpdyAsync(HttpContext context, string protocol)
    {
        var offered = Offered(context);
        return offered.Count == 0 || offered.Contains(protocol)
            ? await UpgradeAsync(context, protocol)
            : await RefuseProtocolsAsync<SpdyConnection>(context, offered, [protocol]);
    }

    /// <summary>Refuses a request that asks for neither WebSocket nor SPDY.</summary>
    public static Task RefuseUpgradeAsync(HttpContext context)
    {
        var asked = context.Request.Headers.Upgrade.ToString();
        return RefuseAsync(context, asked.Length == 0
            ? "unable to upgrade: this needs an upgraded connection, WebSocket or SPDY/3.1"
            : $"unable to upgrade: want websocket or SPDY/3.1, found \"{asked}\"");
    }

    /// <summary>Refuses a client that offers only protocols that are not spoken here.</summary>
    /// <returns>Null.</returns>
    public static async Task<T?> RefuseProtocolsAsync<T>(
        HttpContext context, IEnumerable<string> offered, IReadOnlyList<string> known)
        where T : class
    {
        context.Response.Headers[AcceptedHeader] = known.ToArray();
        await Answers.RefuseAsync(
            context, StatusCodes.Status403Forbidden, StatusReason.Forbidden,
            $"unable to upgrade: unable to negotiate protocol: client supports [{string.Join(' ', offered)}], "
            + $"server accepts [{string.Join(' ', known)}]");
        return null;
    }

    private static async Task<RemoteStreams> OverWebSocketAsync(
        HttpContext context, StreamProtocol protocol, StreamWish wish)
    {
        var socket = await context.WebSockets.AcceptWebSocketAsync(protocol.Name.Length == 0 ? null : protocol.Name);
        return await WebSocketStreams.StartAsync(
            new WebSocketChannels(socket, protocol.IsBase64), protocol, wish, context.RequestAborted);
    }

    private static async Task<SpdyConnection> UpgradeAsync(HttpContext context, string protocol)
    {
        context.Response.Headers.Upgrade = Spdy;
        if (protocol.Length > 0)
        {
            context.Response.Headers[OfferHeader] = protocol;
        }

        return new SpdyConnection(await context.Features.GetRequiredFeature<IHttpUpgradeFeature>().UpgradeAsync());
    }

    private static List<string> Offered(HttpContext context) =>
        [.. context.Request.Headers[OfferHeader].OfType<string>()
            .SelectMany(v => v.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))];

    private static Task RefuseAsync(HttpContext context, string message) =>
        Answers.RefuseAsync(context, StatusCodes.Status400BadRequest, StatusReason.BadRequest, message);
}
