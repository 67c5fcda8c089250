using System.IO.Pipelines;
using System.Text;
using Hortus.Objects;

namespace Hortus.Kubelet.Server.Streams;

/// <summary>A remote user's streams as channels of a WebSocket.</summary>
internal sealed class WebSocketStreams : RemoteStreams
{
    private const byte InputChannel = 0;
    private const byte OutcomeChannel = 3;
    private const byte SizeChannel = 4;
    private const byte CloseChannel = 255;
    private const int SizeBytesMax = 1024;
    private const int BufferBytesMax = 256 * 1024;
    private readonly WebSocketChannels channels;
    private readonly StreamProtocol protocol;
    private readonly StreamWish wish;
    private readonly MemoryStream size = new();
    private readonly Pipe input = new(new PipeOptions(
        pauseWriterThreshold: BufferBytesMax, resumeWriterThreshold: BufferBytesMax / 2, useSynchronizationContext: false));

    private bool hasInputEnded;

    private WebSocketStreams(
        WebSocketChannels channels, StreamProtocol protocol, StreamWish wish, CancellationToken aborted)
        : base(aborted)
    {
        this.channels = channels;
        this.protocol = protocol;
        this.wish = wish;
    }

    public override PipeReader Input => input.Reader;

    /// <summary>Begins to read what the client sends.</summary>
    public static async Task<WebSocketStreams> StartAsync(
        WebSocketChannels channels, StreamProtocol protocol, StreamWish wish, CancellationToken cancellationToken)
    {
        var streams = new WebSocketStreams(channels, protocol, wish, cancellationToken);
        if (!wish.Input)
        {
            streams.EndInput();
        }

        // Clients wait for a first message, however empty, to know that all is well.
        var first = wish.Output ? (byte)OutputKind.Output : wish.Error ? (byte)OutputKind.Error : OutcomeChannel;
        await channels.SendAsync(first, default, cancellationToken);
        streams.Begin();
        return streams;
    }

    public override async ValueTask WriteAsync(
        OutputKind kind, ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        if (kind == OutputKind.Output ? wish.Output : wish.Error && !wish.Terminal)
        {
            await channels.SendAsync((byte)kind, data, cancellationToken);
        }
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await size.DisposeAsync();
        channels.Dispose();
    }

    protected override async Task SendOutcomeAsync(Status status, CancellationToken cancellationToken)
    {
        var outcome = protocol.HasStatus
            ? KubernetesJson.Serialize(status)
            : Encoding.UTF8.GetBytes(PlainOutcome(status));
        if (outcome.Length > 0)
        {
            await channels.SendAsync(OutcomeChannel, outcome, cancellationToken);
        }

        await channels.CloseAsync(cancellationToken);
    }

    protected override async Task ReceiveAsync(CancellationToken cancellationToken)
    {
        try
        {
            await channels.ReceiveAsync(TakeAsync, cancellationToken);
        }
        finally
        {
            EndInput();
        }
    }

    private void EndInput()
    {
        hasInputEnded = true;
        input.Writer.Complete();
    }

    private async ValueTask TakeAsync(byte channel, ReadOnlyMemory<byte> data, bool isLast)
    {
        switch (channel)
        {
            case InputChannel when !hasInputEnded:
                await input.Writer.WriteAsync(data, CancellationToken.None);
                break;
            case SizeChannel:
                TakeSize(data, isLast);
                break;
            case CloseChannel when protocol.HasClose && data.Span.Contains(InputChannel):
                EndInput();
                break;
        }
    }

    private void TakeSize(ReadOnlyMemory<byte> data, bool isLast)
    {
        if (size.Length + data.Length <= SizeBytesMax)
        {
            size.Write(data.Span);
        }

        if (isLast)
        {
            if (TerminalSize.Read(size.ToArray()) is { } read)
            {
                Sizes.Writer.TryWrite(read);
            }

            size.SetLength(0);
        }
    }
}
