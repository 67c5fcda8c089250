namespace Hortus.Kubelet.Server.Spdy;

/// <summary>The peer breaks the SPDY/3.1 protocol; the connection cannot go on.</summary>
internal sealed class SpdyException(string message, Exception? inner = null) : IOException(message, inner);
