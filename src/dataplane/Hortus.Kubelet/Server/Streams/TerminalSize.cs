using System.Text.Json;

namespace Hortus.Kubelet.Server.Streams;

/// <summary>Size of a terminal in characters.</summary>
internal readonly record struct TerminalSize(ushort Width, ushort Height)
{
    /// <summary>Reads <c>{"Width":80,"Height":24}</c>.</summary>
    /// <returns>Null when it is something else.</returns>
    public static TerminalSize? Read(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var size = JsonDocument.Parse(json);
            return new TerminalSize(
                size.RootElement.GetProperty(nameof(Width)).GetUInt16(),
                size.RootElement.GetProperty(nameof(Height)).GetUInt16());
        }
        catch (Exception e)
            when (e is JsonException or KeyNotFoundException or FormatException or InvalidOperationException)
        {
            // A size that cannot be read leaves the terminal as it is.
            return null;
        }
    }
}
