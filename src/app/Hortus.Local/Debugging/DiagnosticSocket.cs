using System.Buffers.Binary;
using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Hortus.Local.Debugging;

/// <summary>What a .NET process says of itself.</summary>
/// <param name="ProcessId">As the process sees it: in a container it counts from 1.</param>
/// <param name="CommandLine">Its program and arguments.</param>
/// <param name="RuntimeVersion">Of .NET.</param>
public sealed record DiagnosticAnswer(long ProcessId, string CommandLine, string RuntimeVersion);

/// <summary>The socket by which the .NET tools attach to a process, found from outside of its container.</summary>
public sealed class DiagnosticSocket
{
    // Magic word, size, command set and number, reserved; then the payload.
    private const int HeaderBytes = 20;
    private const byte ProcessSet = 4;
    private const byte ProcessInfo2 = 4;
    private const byte ServerSet = 0xff;
    private const byte Success = 0;
    private static readonly byte[] Magic = Encoding.ASCII.GetBytes("DOTNET_IPC_V1\0");

    private DiagnosticSocket(string path)
    {
        Path = path;
    }

    /// <summary>Where it is, as this machine sees it.</summary>
    public string Path { get; }

    /// <summary>The socket of a process; null when it has none: it is no .NET program, or still starts.</summary>
    /// <param name="id">As this machine numbers it.</param>
    public static DiagnosticSocket? Find(int id)
    {
        var folder = string.Create(CultureInfo.InvariantCulture, $"/proc/{id}/root/tmp");
        try
        {
            var found = Directory.EnumerateFiles(folder, $"dotnet-diagnostic-{NumberInside(id)}-*-socket").ToArray();

            // A former process with the number may have left its socket behind.
            return found.Length == 0 ? null : new DiagnosticSocket(found.MaxBy(File.GetLastWriteTimeUtc)!);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The number that a process has in its own PID namespace.</summary>
    public static int NumberInside(int id)
    {
        var line = File.ReadLines(string.Create(CultureInfo.InvariantCulture, $"/proc/{id}/status"))
            .FirstOrDefault(l => l.StartsWith("NSpid:", StringComparison.Ordinal));
        return int.Parse(line!.Split('\t', StringSplitOptions.RemoveEmptyEntries)[^1], CultureInfo.InvariantCulture);
    }

    /// <summary>Attaches, and asks the process who it is.</summary>
    /// <exception cref="IOException">It does not answer as a .NET process does.</exception>
    public async Task<DiagnosticAnswer> AskAsync(CancellationToken cancellationToken)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(Path), cancellationToken);
        }
        catch (SocketException failure)
        {
            throw new IOException($"{Path}: {failure.Message}", failure);
        }

        await using var stream = new NetworkStream(socket);
        await stream.WriteAsync(Request(), cancellationToken);
        var header = new byte[HeaderBytes];
        await stream.ReadExactlyAsync(header, cancellationToken);
        if (!header.AsSpan(0, Magic.Length).SequenceEqual(Magic) || header[16] != ServerSet || header[17] != Success)
        {
            throw new IOException($"{Path}: the answer is none of .NET's diagnostics");
        }

        var payload = new byte[BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(14)) - HeaderBytes];
        await stream.ReadExactlyAsync(payload, cancellationToken);
        return Read(payload);
    }

    private static byte[] Request()
    {
        var request = new byte[HeaderBytes];
        Magic.CopyTo(request, 0);
        BinaryPrimitives.WriteUInt16LittleEndian(request.AsSpan(14), HeaderBytes);
        request[16] = ProcessSet;
        request[17] = ProcessInfo2;
        return request;
    }

    // Process number, 16 bytes of a cookie, then texts: command line, system, architecture, main assembly, version of the runtime.
    private static DiagnosticAnswer Read(ReadOnlySpan<byte> payload)
    {
        var id = BinaryPrimitives.ReadInt64LittleEndian(payload);
        var rest = payload[24..];
        var texts = new string[5];
        for (var i = 0; i < texts.Length; i++)
        {
            var bytes = 2 * checked((int)BinaryPrimitives.ReadUInt32LittleEndian(rest));
            texts[i] = Encoding.Unicode.GetString(rest.Slice(4, bytes)).TrimEnd('\0');
            rest = rest[(4 + bytes)..];
        }

        return new DiagnosticAnswer(id, texts[0], texts[4]);
    }
}
