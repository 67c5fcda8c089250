namespace Hortus.Kubelet.Server.Streams;

/// <summary>One of the protocols by which clients run commands.</summary>
/// <param name="Name">As it stands in the request; empty for the first one, which had no name.</param>
/// <param name="HasStatus">Whether the outcome is told as a Status; older ones tell a text.</param>
/// <param name="HasClose">Whether a client can end its input over WebSocket.</param>
/// <param name="IsBase64">Whether WebSocket messages are text.</param>
internal sealed record StreamProtocol(string Name, bool HasStatus, bool HasClose, bool IsBase64)
{
    private static readonly StreamProtocol[] OverWebSocket =
    [
        new("v5.channel.k8s.io", HasStatus: true, HasClose: true, IsBase64: false),
        new("v4.channel.k8s.io", HasStatus: true, HasClose: false, IsBase64: false),
        new("v4.base64.channel.k8s.io", HasStatus: true, HasClose: false, IsBase64: true),
        new("channel.k8s.io", HasStatus: false, HasClose: false, IsBase64: false),
        new("base64.channel.k8s.io", HasStatus: false, HasClose: false, IsBase64: true),
        new("", HasStatus: false, HasClose: false, IsBase64: false),
    ];

    private static readonly StreamProtocol[] OverSpdy =
    [
        new("v4.channel.k8s.io", HasStatus: true, HasClose: false, IsBase64: false),
        new("v3.channel.k8s.io", HasStatus: false, HasClose: false, IsBase64: false),
        new("v2.channel.k8s.io", HasStatus: false, HasClose: false, IsBase64: false),
        new("channel.k8s.io", HasStatus: false, HasClose: false, IsBase64: false),
        new("", HasStatus: false, HasClose: false, IsBase64: false),
    ];

    /// <summary>Names of the protocols that forward ports over WebSocket, one channel pair a port.</summary>
    public static IReadOnlyList<string> PortForwardNames { get; } =
        ["v4.channel.k8s.io", "v4.base64.channel.k8s.io", ""];

    public static IReadOnlyList<string> SpdyNames { get; } = Names(OverSpdy);

    public static IReadOnlyList<string> WebSocketNames { get; } = Names(OverWebSocket);

    /// <summary>Whether the terminal's size may change; the first two versions had no way to say so.</summary>
    public bool HasResize => Name is not ("" or "channel.k8s.io" or "v2.channel.k8s.io");

    /// <summary>The first of a client's protocols that is spoken here; null when there is none.</summary>
    public static StreamProtocol? ForWebSocket(IEnumerable<string> offered) => First(OverWebSocket, offered);

    /// <inheritdoc cref="ForWebSocket"/>
    public static StreamProtocol? ForSpdy(IEnumerable<string> offered) => First(OverSpdy, offered);

    private static IReadOnlyList<string> Names(StreamProtocol[] protocols) =>
        [.. protocols.Select(p => p.Name).Where(n => n.Length > 0)];

    private static StreamProtocol? First(StreamProtocol[] known, IEnumerable<string> offered) =>
        offered.DefaultIfEmpty("").Select(name => Array.Find(known, p => p.Name == name)).FirstOrDefault(p => p is not null);
}
