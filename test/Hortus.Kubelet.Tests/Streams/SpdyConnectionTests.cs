using System.Text;
using Hortus.Kubelet.Server.Spdy;

namespace Hortus.Kubelet.Tests.Streams;

public sealed class SpdyConnectionTests : IAsyncLifetime
{
    private SpdyPeer peer = null!;

    public async Task InitializeAsync() => peer = await SpdyPeer.ConnectAsync();

    public async Task DisposeAsync() => await peer.DisposeAsync();

    [Fact]
    public async Task Stream_is_opened_with_headers_and_answered()
    {
        // SYN_STREAM, no flags, 40 bytes; stream 1, no other stream, priority 0; {streamtype: error} by zlib.
        await peer.SendAsync(
            "80030001" + "00000028" + "00000001" + "00000000" + "0000"
            + "78f9e3c6a7c202a62346703a2b294a4dcc851625aca9a08006000000ffff");
        var stream = await peer.Server.Opened.ReadAsync(peer.Deadline);

        (stream.Id, stream.Headers["streamtype"]).ShouldBe((1, "error"));
        await stream.ReplyAsync(peer.Deadline);
        var (head, body) = await peer.ReceiveAsync();
        head.ShouldBe(new SpdyFrameHead(true, 3, SpdyFrameType.SynReply, 0, 0, 20));
        Convert.ToHexString(body).ShouldBe("00000001" + "7801" + "000400FBFF" + "00000000" + "000000FFFF");
    }

    [Fact]
    public async Task Data_goes_both_ways_until_each_side_closes_its_own()
    {
        var stream = await peer.OpenAsync(1, ("streamtype", "stdin"));
        await peer.SendDataAsync(1, "hel"u8.ToArray());
        await peer.SendDataAsync(1, "lo"u8.ToArray(), final: true);
        using var reader = new StreamReader(stream.Input.AsStream());

        (await reader.ReadToEndAsync(peer.Deadline)).ShouldBe("hello");
        await stream.WriteAsync("hi"u8.ToArray(), peer.Deadline);
        await stream.CloseAsync(peer.Deadline);
        var (data, text) = await peer.ReceiveAsync();
        (data.StreamId, data.IsFinal, Encoding.ASCII.GetString(text)).ShouldBe((1, false, "hi"));
        var (end, nothing) = await peer.ReceiveAsync();
        (end.StreamId, end.IsFinal, nothing.Length).ShouldBe((1, true, 0));
        await Should.ThrowAsync<IOException>(stream.WriteAsync("late"u8.ToArray(), peer.Deadline));
    }

    [Fact]
    public async Task Ping_is_answered_and_what_needs_no_answer_gets_none()
    {
        await peer.SendAsync("80030004" + "0000000c" + "00000001" + "00000004" + "00010000"); // SETTINGS
        await peer.SendAsync("80030009" + "00000008" + "00000000" + "00010000"); // WINDOW_UPDATE
        await peer.SendAsync("800300ff" + "00000003" + "010203"); // a kind of frame that does not exist
        await peer.SendAsync("80030006" + "00000004" + "00000002"); // the answer to a ping that was never sent
        await peer.SendAsync("80030007" + "00000008" + "00000000" + "00000000"); // GOAWAY
        await peer.SendAsync("80030006" + "00000004" + "00000007"); // PING

        var (head, body) = await peer.ReceiveAsync();
        (head.Type, SpdyPeer.Number(body)).ShouldBe((SpdyFrameType.Ping, 7));
    }

    [Fact]
    public async Task Reset_breaks_a_stream_and_no_other()
    {
        var first = await peer.OpenAsync(1);
        var second = await peer.OpenAsync(3);
        await peer.SendAsync("80030003" + "00000008" + "00000001" + "00000005");
        await peer.SendDataAsync(3, "x"u8.ToArray(), final: true);

        (await new StreamReader(second.Input.AsStream()).ReadToEndAsync(peer.Deadline)).ShouldBe("x");
        first.Reset.IsCancellationRequested.ShouldBeTrue();
        second.Reset.IsCancellationRequested.ShouldBeFalse();
        await Should.ThrowAsync<IOException>(async () => await first.Input.ReadAsync(peer.Deadline));
    }

    [Fact]
    public async Task Data_for_a_stream_that_was_never_opened_is_told_and_skipped()
    {
        await peer.SendDataAsync(9, new byte[1000]);
        var (head, body) = await peer.ReceiveAsync();

        (head.Type, SpdyPeer.Number(body), SpdyPeer.Number(body, 4)).ShouldBe((SpdyFrameType.ResetStream, 9, 2));
        (await peer.OpenAsync(11)).Id.ShouldBe(11);
    }

    [Theory]
    [InlineData("80020006" + "00000004" + "00000007", "version 2")]
    [InlineData("80030006" + "00000002" + "0000", "too short")]
    [InlineData("80030006" + "00ffffff", "65536")]
    [InlineData("80030001" + "00000015" + "00000002" + "00000000" + "0000" + "7801000400fbff00000000", "stream 2")]
    [InlineData("80030001" + "0000000c" + "00000001" + "00000000" + "0000" + "0000", "zlib")]
    public async Task Broken_protocol_ends_the_connection_with_a_farewell(string frame, string why)
    {
        await peer.SendAsync(frame);
        var (head, body) = await peer.ReceiveAsync();

        (head.Type, SpdyPeer.Number(body, 4)).ShouldBe((SpdyFrameType.GoAway, 1));
        (await Should.ThrowAsync<SpdyException>(peer.Running)).Message.ShouldContain(why);
    }

    [Fact]
    public async Task Client_that_leaves_breaks_all_streams()
    {
        var stream = await peer.OpenAsync(1);
        peer.Leave();
        await peer.Running;

        stream.Reset.IsCancellationRequested.ShouldBeTrue();
        await Should.ThrowAsync<IOException>(async () => await stream.Input.ReadAsync(peer.Deadline));
        (await peer.Server.Opened.WaitToReadAsync(peer.Deadline)).ShouldBeFalse();
    }

    [Fact]
    public async Task Reader_that_is_behind_holds_up_the_sender()
    {
        const int Chunk = 64 * 1024;
        const int Chunks = 1024;
        var stream = await peer.OpenAsync(1);
        var sent = 0;
        var sending = Task.Run(async () =>
        {
            for (; sent < Chunks; sent++)
            {
                await peer.SendDataAsync(1, new byte[Chunk], final: sent == Chunks - 1);
            }
        });
        var windows = Task.Run(async () =>
        {
            long told = 0;
            while (told < (long)Chunk * (Chunks - 2))
            {
                var (head, body) = await peer.ReceiveAsync();
                head.Type.ShouldBe(SpdyFrameType.WindowUpdate);
                told += SpdyPeer.Number(body) == 1 ? SpdyPeer.Number(body, 4) : 0;
            }
        });

        // Nothing is read yet: the sender comes to rest once the buffers of stream and sockets are full.
        var before = -1;
        while (before != Volatile.Read(ref sent))
        {
            before = Volatile.Read(ref sent);
            await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, peer.Deadline);
        }

        before.ShouldBeLessThan(Chunks);
        long received = 0;
        var buffer = new byte[Chunk];
        await using var input = stream.Input.AsStream();
        int read;
        while ((read = await input.ReadAsync(buffer, peer.Deadline)) > 0)
        {
            received += read;
        }

        received.ShouldBe((long)Chunk * Chunks);
        await sending;
        await windows;
    }
}
