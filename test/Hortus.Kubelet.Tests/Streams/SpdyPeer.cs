using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Hortus.Kubelet.Server.Spdy;

namespace Hortus.Kubelet.Tests.Streams;

/// <summary>A connection over loopback: this side speaks in raw frames.</summary>
internal sealed class SpdyPeer : IAsyncDisposable
{
    private readonly CancellationTokenSource deadline = new(TimeSpan.FromSeconds(60));
    private readonly SpdyHeaderEncoder headers = new();
    private readonly NetworkStream own;
    private readonly NetworkStream other;

    private SpdyPeer(Socket own, Socket other)
    {
        this.own = new NetworkStream(own, ownsSocket: true);
        this.other = new NetworkStream(other, ownsSocket: true);
        Server = new SpdyConnection(this.other);
        Running = Server.RunAsync(deadline.Token);
    }

    public SpdyConnection Server { get; }

    public Task Running { get; }

    public CancellationToken Deadline => deadline.Token;

    public static async Task<SpdyPeer> ConnectAsync()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var own = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await own.ConnectAsync(listener.LocalEndpoint);
        return new SpdyPeer(own, await listener.AcceptSocketAsync());
    }

    public Task SendAsync(string hex) => SendAsync(Convert.FromHexString(hex));

    public async Task SendAsync(byte[] frame) => await own.WriteAsync(frame, Deadline);

    /// <summary>Opens a stream and reads the answer.</summary>
    public async Task<SpdyStream> OpenAsync(int id, params (string Name, string Value)[] names)
    {
        await SendAsync(SpdyFrameHead.Control(SpdyFrameType.SynStream, [id, 0], [0, 0, .. headers.Encode(names)]));
        var stream = await Server.Opened.ReadAsync(Deadline);
        stream.Id.ShouldBe(id);
        return stream;
    }

    public Task SendDataAsync(int id, byte[] data, bool final = false)
    {
        var frame = new byte[SpdyFrameHead.Size + data.Length];
        SpdyFrameHead.WriteData(frame, id, data.Length, final);
        data.CopyTo(frame, SpdyFrameHead.Size);
        return SendAsync(frame);
    }

    /// <summary>The next frame: its first eight bytes and what follows. Signs of life do not count.</summary>
    public async Task<(SpdyFrameHead Head, byte[] Body)> ReceiveAsync()
    {
        while (true)
        {
            var bytes = new byte[SpdyFrameHead.Size];
            await own.ReadExactlyAsync(bytes, Deadline);
            var head = SpdyFrameHead.Read(bytes);
            var body = new byte[head.Length];
            await own.ReadExactlyAsync(body, Deadline);
            if (head.Type != SpdyFrameType.Settings)
            {
                return (head, body);
            }
        }
    }

    public void Leave() => own.Socket.Shutdown(SocketShutdown.Send);

    public static int Number(byte[] body, int at = 0) => BinaryPrimitives.ReadInt32BigEndian(body.AsSpan(at));

    public async ValueTask DisposeAsync()
    {
        await own.DisposeAsync();
        await Running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Server.DisposeAsync();
        await other.DisposeAsync();
        deadline.Dispose();
    }
}
