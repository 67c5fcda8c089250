using Hortus.Host;

namespace Hortus.Kubelet.Containers;

/// <summary>The input of a running container: a terminal, or a pipe.</summary>
/// <remarks>A terminal belongs to the kubelet that made it: when that ends, the container gets the signal of a
/// terminal that hangs up, as at the end of a remote login.</remarks>
internal sealed class ContainerConsole : IAsyncDisposable
{
    private const int BufferBytes = 32 * 1024;
    private readonly PseudoTerminal? terminal;
    private readonly NamedPipe? pipe;
    private readonly bool endsInput;
    private readonly CancellationTokenSource stop = new();
    private readonly Task copying;

    private ContainerConsole(PseudoTerminal? terminal, NamedPipe? pipe, bool endsInput, string output)
    {
        this.terminal = terminal;
        this.pipe = pipe;
        this.endsInput = endsInput;
        copying = terminal is null ? Task.CompletedTask : CopyAsync(terminal, output, stop.Token);
    }

    /// <summary>File of the terminal; null when there is none.</summary>
    public string? TerminalPath => terminal?.Path;

    /// <summary>Makes what a new container needs; null when that is nothing.</summary>
    /// <exception cref="HostException">The system refuses a terminal or a pipe.</exception>
    public static ContainerConsole? Open(ContainerSpec spec, string folder) => spec switch
    {
        { HasTerminal: true } => new ContainerConsole(
            PseudoTerminal.Open(), null, endsInput: false, Path.Combine(folder, "stdout")),
        { HasInput: true } => new ContainerConsole(
            null, NamedPipe.Open(LaunchScript.InputPipe(folder)), spec.EndsInput, ""),
        _ => null,
    };

    /// <summary>Finds the input of a container that an earlier kubelet started.</summary>
    public static ContainerConsole? Reopen(ContainerRecord record, string folder) =>
        record is { HasInput: true, HasTerminal: false } && File.Exists(LaunchScript.InputPipe(folder))
            ? new ContainerConsole(null, NamedPipe.Open(LaunchScript.InputPipe(folder)), record.EndsInput, "")
            : null;

    /// <summary>Types.</summary>
    /// <exception cref="IOException">The program does not read any more.</exception>
    public ValueTask WriteAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken) =>
        terminal?.WriteAsync(data, cancellationToken) ?? pipe!.WriteAsync(data, cancellationToken);

    /// <summary>Sets the terminal's size, if there is one.</summary>
    public void Resize(int width, int height) => terminal?.Resize(width, height);

    /// <summary>A user who typed has left or has said that nothing more comes.</summary>
    public void LeaveInput()
    {
        if (endsInput)
        {
            pipe?.Dispose();
        }
    }

    public async ValueTask DisposeAsync()
    {
        // The program's last words are still in the terminal: they end with its last process.
        await copying.WaitAsync(TimeSpan.FromSeconds(1), TimeProvider.System, CancellationToken.None)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await stop.CancelAsync();
        await copying;
        terminal?.Dispose();
        pipe?.Dispose();
        stop.Dispose();
    }

    private static async Task CopyAsync(PseudoTerminal terminal, string output, CancellationToken cancellationToken)
    {
        await using var file = new FileStream(
            output, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        var buffer = new byte[BufferBytes];
        try
        {
            int read;
            while ((read = await terminal.ReadAsync(buffer, cancellationToken)) > 0)
            {
                await file.WriteAsync(buffer.AsMemory(0, read), CancellationToken.None);
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // The other end is closed: the program has ended.
        }
    }
}
