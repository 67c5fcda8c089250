using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using Hortus.Kubelet.Server.Spdy;
using Hortus.Objects;

namespace Hortus.Kubelet.Server.Streams;

/// <summary>A remote user's streams as streams of a SPDY connection.</summary>
internal sealed class SpdyStreams : RemoteStreams
{
    private const string TypeHeader = "streamtype";
    private const int SizeBytesMax = 1024;
    private static readonly TimeSpan OpenMax = TimeSpan.FromSeconds(30);
    private readonly SpdyConnection connection;
    private readonly StreamProtocol protocol;
    private readonly Dictionary<string, SpdyStream> streams = [];
    private readonly PipeReader nothing = PipeReader.Create(Stream.Null);
    private Task resizing = Task.CompletedTask;

    private SpdyStreams(SpdyConnection connection, StreamProtocol protocol, CancellationToken aborted)
        : base(aborted)
    {
        this.connection = connection;
        this.protocol = protocol;
    }

    public override PipeReader Input => streams.TryGetValue("stdin", out var stream) ? stream.Input : nothing;

    /// <summary>Waits until the client has opened the streams that it asked for.</summary>
    /// <returns>Null when it did not.</returns>
    public static async Task<SpdyStreams?> StartAsync(
        SpdyConnection connection, StreamProtocol protocol, StreamWish wish, CancellationToken cancellationToken)
    {
        var remote = new SpdyStreams(connection, protocol, cancellationToken);
        remote.Begin();
        if (!await remote.OpenAsync(Expected(protocol, wish), cancellationToken))
        {
            await connection.GoAwayAsync(cancellationToken);
            await remote.DisposeAsync();
            return null;
        }

        if (remote.streams.TryGetValue("resize", out var sizes))
        {
            remote.resizing = remote.ReadSizesAsync(sizes.Input);
        }

        return remote;
    }

    public override async ValueTask WriteAsync(
        OutputKind kind, ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        if (streams.TryGetValue(kind == OutputKind.Output ? "stdout" : "stderr", out var stream))
        {
            await stream.WriteAsync(data, cancellationToken);
        }
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await resizing;
        await connection.DisposeAsync();
    }

    protected override Task ReceiveAsync(CancellationToken cancellationToken) => connection.RunAsync(cancellationToken);

    protected override async Task SendOutcomeAsync(Status status, CancellationToken cancellationToken)
    {
        var outcome = protocol.HasStatus
            ? KubernetesJson.Serialize(status)
            : Encoding.UTF8.GetBytes(PlainOutcome(status));
        if (outcome.Length > 0)
        {
            await streams["error"].WriteAsync(outcome, cancellationToken);
        }

        foreach (var stream in streams.Values)
        {
            await stream.CloseAsync(cancellationToken);
        }

        await connection.GoAwayAsync(cancellationToken);
    }

    private static HashSet<string> Expected(StreamProtocol protocol, StreamWish wish)
    {
        HashSet<string> expected = ["error"];
        expected.UnionWith(wish.Input ? ["stdin"] : []);
        expected.UnionWith(wish.Output ? ["stdout"] : []);
        expected.UnionWith(wish.Error && !wish.Terminal ? ["stderr"] : []);
        expected.UnionWith(wish.Terminal && protocol.HasResize ? ["resize"] : []);
        return expected;
    }

    private async Task<bool> OpenAsync(HashSet<string> expected, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(OpenMax);
        try
        {
            while (streams.Count < expected.Count)
            {
                var stream = await connection.Opened.ReadAsync(deadline.Token);
                var type = stream.Headers.GetValueOrDefault(TypeHeader, "");
                if (expected.Contains(type) && streams.TryAdd(type, stream))
                {
                    await stream.ReplyAsync(cancellationToken);
                }
                else
                {
                    await stream.ResetAsync(SpdyResetReason.RefusedStream, cancellationToken);
                }
            }

            return true;
        }
        catch (Exception e) when (e is System.Threading.Channels.ChannelClosedException or OperationCanceledException)
        {
            return false;
        }
    }

    // The sizes follow one another as JSON objects without further objects in them.
    private async Task ReadSizesAsync(PipeReader source)
    {
        try
        {
            while (true)
            {
                var read = await source.ReadAsync(CancellationToken.None);
                var rest = read.Buffer;
                while (rest.PositionOf((byte)'}') is { } end)
                {
                    var next = rest.GetPosition(1, end);
                    if (TerminalSize.Read(rest.Slice(0, next).ToArray()) is { } size)
                    {
                        Sizes.Writer.TryWrite(size);
                    }

                    rest = rest.Slice(next);
                }

                if (read.IsCompleted || rest.Length > SizeBytesMax)
                {
                    break;
                }

                source.AdvanceTo(rest.Start, rest.End);
            }
        }
        catch (IOException)
        {
            // The client has left.
        }

        await source.CompleteAsync();
    }
}
