using System.IO.Pipelines;
using System.Threading.Channels;
using Hortus.Objects;

namespace Hortus.Kubelet.Server.Streams;

/// <summary>Which streams a client asked for.</summary>
internal sealed record StreamWish
{
    public bool Input { get; init; }

    public bool Output { get; init; }

    public bool Error { get; init; }

    /// <summary>Input and outputs are one terminal; then there is no stream for errors.</summary>
    public bool Terminal { get; init; }
}

/// <summary>Where output of a program goes.</summary>
internal enum OutputKind : byte
{
    Output = 1,
    Error = 2,
}

/// <summary>The streams between a program and a remote user, whatever protocol carries them.</summary>
internal abstract class RemoteStreams : IAsyncDisposable
{
    private const int SizesKept = 8;

    // Whoever has sent everything waits this long for the client to leave first: closing over unread data would destroy
    // what the client has not read yet.
    private static readonly TimeSpan ClientLeaveMax = TimeSpan.FromSeconds(2);
    private readonly CancellationTokenSource gone;
    private readonly CancellationTokenSource stopping;
    private Task receiving = Task.CompletedTask;

    /// <param name="aborted">Cancelled when the connection breaks.</param>
    protected RemoteStreams(CancellationToken aborted)
    {
        // While the input is not read, nothing is received that would tell that the user has left.
        gone = CancellationTokenSource.CreateLinkedTokenSource(aborted);
        stopping = CancellationTokenSource.CreateLinkedTokenSource(aborted);
    }

    /// <summary>What the user types; ends when the user closes it. Empty when input was not asked for.</summary>
    public abstract PipeReader Input { get; }

    /// <summary>Sizes of the user's terminal.</summary>
    public Channel<TerminalSize> Sizes { get; } = Channel.CreateBounded<TerminalSize>(
        new BoundedChannelOptions(SizesKept) { FullMode = BoundedChannelFullMode.DropOldest });

    /// <summary>Cancelled when the user has left.</summary>
    public CancellationToken Gone => gone.Token;

    /// <summary>Sends what a program printed. What was not asked for is dropped.</summary>
    /// <exception cref="IOException">The user has left.</exception>
    public abstract ValueTask WriteAsync(OutputKind kind, ReadOnlyMemory<byte> data, CancellationToken cancellationToken);

    /// <summary>Sends how it ended, and ends.</summary>
    public async Task FinishAsync(Status status, CancellationToken cancellationToken)
    {
        try
        {
            await SendOutcomeAsync(status, cancellationToken);
            await Input.CompleteAsync();
            await receiving.WaitAsync(ClientLeaveMax, TimeProvider.System, cancellationToken)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        catch (IOException)
        {
            // The user left before it ended.
        }
    }

    public virtual async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await Input.CompleteAsync();
        await receiving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stopping.Dispose();
        gone.Dispose();
    }

    /// <summary>Reads what the client sends until it leaves.</summary>
    protected abstract Task ReceiveAsync(CancellationToken cancellationToken);

    /// <summary>Begins <see cref="ReceiveAsync"/>.</summary>
    protected void Begin() => receiving = ReceiveUntilGoneAsync();

    /// <summary>Sends how it ended and that nothing more will come.</summary>
    protected abstract Task SendOutcomeAsync(Status status, CancellationToken cancellationToken);

    /// <summary>How an outcome is put for clients older than the fourth version of the protocol: nothing for
    /// success.</summary>
    protected static string PlainOutcome(Status status) =>
        status.Outcome == "Success" ? "" : $"error executing command in container: {status.Message}";

    private async Task ReceiveUntilGoneAsync()
    {
        try
        {
            await ReceiveAsync(stopping.Token);
        }
        finally
        {
            await gone.CancelAsync();
        }
    }
}
