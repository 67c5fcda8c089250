using System.Net.Sockets;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Hortus.Host;

/// <summary>A terminal made of two ends: a program uses the one at <see cref="Path"/>, we hold the other.</summary>
public sealed class PseudoTerminal : IDisposable
{
    private const int ReadWriteNoControllingCloseOnExec = 0x2 | 0x100 | 0x80000;
    private readonly SafeFileHandle handle;
    private readonly Socket descriptor;

    private PseudoTerminal(SafeFileHandle handle, string path)
    {
        this.handle = handle;
        Path = path;
        // A socket object over something else than a socket waits without holding a thread.
        descriptor = new Socket(new SafeSocketHandle(handle.DangerousGetHandle(), ownsHandle: false));
    }

    /// <summary>The program's end, for example <c>/dev/pts/3</c>.</summary>
    public string Path { get; }

    /// <summary>Reads what the program prints.</summary>
    /// <exception cref="IOException">The program's end is closed.</exception>
    public ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken) =>
        UseAsync(() => descriptor.ReceiveAsync(buffer, cancellationToken));

    /// <summary>Writes what the program reads; waits while the program is behind.</summary>
    /// <exception cref="IOException">The program's end is closed.</exception>
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        while (data.Length > 0)
        {
            var rest = data;
            data = data[await UseAsync(() => descriptor.SendAsync(rest, cancellationToken))..];
        }
    }

    /// <summary>Makes a terminal.</summary>
    /// <exception cref="HostException">The system has no free terminal, or no devpts is mounted.</exception>
    public static unsafe PseudoTerminal Open()
    {
        var descriptor = Native.OpenTerminal(ReadWriteNoControllingCloseOnExec);
        if (descriptor < 0)
        {
            throw new HostException($"cannot open a terminal: {Native.LastError()}");
        }

        var handle = new SafeFileHandle(descriptor, ownsHandle: true);
        const int NameMax = 64;
        var name = stackalloc byte[NameMax];
        if (Native.GrantTerminal(descriptor) != 0 || Native.UnlockTerminal(descriptor) != 0 ||
            Native.TerminalName(descriptor, name, NameMax) != 0)
        {
            handle.Dispose();
            throw new HostException($"cannot prepare a terminal: {Native.LastError()}");
        }

        var length = new ReadOnlySpan<byte>(name, NameMax).IndexOf((byte)0);
        return new PseudoTerminal(handle, Encoding.UTF8.GetString(name, length));
    }

    /// <summary>Sets the size in characters; the program gets a signal.</summary>
    public void Resize(int columns, int rows)
    {
        var size = new Native.WindowSize { Columns = (ushort)columns, Rows = (ushort)rows };
        _ = Native.SetTerminalSize(handle, Native.SetWindowSize, ref size);
    }

    public void Dispose()
    {
        descriptor.Dispose();
        handle.Dispose();
    }

    private static async ValueTask<int> UseAsync(Func<ValueTask<int>> use)
    {
        try
        {
            return await use();
        }
        catch (SocketException e)
        {
            throw new IOException($"the terminal is closed: {e.Message}", e);
        }
    }
}
