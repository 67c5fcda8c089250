using System.Net.Sockets;

namespace Hortus.Host;

/// <summary>The writing end of a pipe that has a name in the file system, so that a program may open the other end by
/// itself.</summary>
public sealed class NamedPipe : IDisposable
{
    private const uint OwnerOnly = 0x180;
    private readonly Socket descriptor;

    private NamedPipe(int descriptor) =>
        // A socket object over something else than a socket waits without holding a thread.
        this.descriptor = new Socket(new SafeSocketHandle(descriptor, ownsHandle: true));

    /// <summary>Opens the pipe, and makes it when it does not exist. Readers do not wait for a writer as long as this is
    /// open.</summary>
    /// <exception cref="HostException">The pipe cannot be made or opened.</exception>
    public static NamedPipe Open(string path)
    {
        if (!File.Exists(path) && Native.MakeNamedPipe(path, OwnerOnly) != 0)
        {
            throw new HostException($"cannot make the pipe {path}: {Native.LastError()}");
        }

        var opened = Native.Open(path, Native.OpenReadWriteNonBlockingCloseOnExec);
        return opened >= 0
            ? new NamedPipe(opened)
            : throw new HostException($"cannot open the pipe {path}: {Native.LastError()}");
    }

    /// <summary>Writes; waits while the reader is behind.</summary>
    /// <exception cref="IOException">This end was closed meanwhile.</exception>
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        try
        {
            while (data.Length > 0)
            {
                data = data[await descriptor.SendAsync(data, cancellationToken)..];
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            throw new IOException($"the pipe is closed: {e.Message}", e);
        }
    }

    /// <summary>Closes this end: when no other writer is left, the reader reads the rest and then the end.</summary>
    public void Dispose() => descriptor.Dispose();
}
