using System.Net.Security;
using FsCheck.Xunit;
using Hortus.Local.FrontDoor;

namespace Hortus.Local.Tests;

public sealed class ClientHelloTests
{
    private const string Name = "api.local.garden-local.external.local.gardener.cloud";
    private static readonly byte[] Hello = Record(Name);

    [Fact]
    public void The_server_name_of_a_real_client_is_found()
    {
        ClientHello.Read(Hello, out var name).ShouldBe(ClientHelloResult.Found);

        name.ShouldBe(Name);
    }

    [Fact]
    public void Every_beginning_of_it_asks_for_more()
    {
        for (var length = 0; length < Hello.Length; length++)
        {
            ClientHello.Read(Hello.AsSpan(0, length), out var name).ShouldBe(ClientHelloResult.Incomplete, $"{length} bytes");
            name.ShouldBeNull();
        }
    }

    [Fact]
    public void Bytes_after_it_do_not_matter()
    {
        ClientHello.Read([.. Hello, 1, 2, 3], out var name).ShouldBe(ClientHelloResult.Found);

        name.ShouldBe(Name);
    }

    [Fact]
    public void A_client_that_names_no_server_is_told_apart()
    {
        ClientHello.Read(Record("127.0.0.1"), out var name).ShouldBe(ClientHelloResult.NoServerName);

        name.ShouldBeNull();
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\n\r\n")]
    [InlineData("G")]
    [InlineData("SSH-2.0-OpenSSH_9.2\r\n")]
    public void Other_protocols_are_told_at_the_first_byte(string text)
    {
        ClientHello.Read(System.Text.Encoding.ASCII.GetBytes(text), out _).ShouldBe(ClientHelloResult.NotTls);
    }

    [Fact]
    public void A_record_longer_than_allowed_is_refused_before_it_has_arrived()
    {
        ClientHello.Read([22, 3, 1, 0xff, 0xff], out _).ShouldBe(ClientHelloResult.NotTls);
    }

    [Fact]
    public void Another_handshake_message_has_no_name()
    {
        ClientHello.Read([22, 3, 1, 0, 4, 2, 0, 0, 0], out _).ShouldBe(ClientHelloResult.NoServerName);
    }

    [Property(MaxTest = 2000)]
    public bool Arbitrary_bytes_never_throw_and_never_make_up_a_name(byte[] received) =>
        ClientHello.Read(received, out var name) == ClientHelloResult.Found == (name is not null);

    [Property(MaxTest = 2000)]
    public bool A_record_of_arbitrary_bytes_is_answered(byte[] body)
    {
        byte[] record = [22, 3, 1, (byte)(body.Length >> 8), (byte)body.Length, .. body];
        return ClientHello.Read(record, out _) is not ClientHelloResult.Incomplete;
    }

    [Property(MaxTest = 2000)]
    public bool A_hello_with_broken_bytes_is_answered((ushort Position, byte Value)[] changes)
    {
        var broken = (byte[])Hello.Clone();
        foreach (var (position, value) in changes)
        {
            broken[5 + (position % (broken.Length - 5))] = value;
        }

        return ClientHello.Read(broken, out _) is ClientHelloResult.Found or ClientHelloResult.NoServerName;
    }

    [Property(MaxTest = 500)]
    public bool A_record_that_ends_early_is_answered(ushort cut)
    {
        var length = cut % (Hello.Length - 5);
        byte[] record = [22, 3, 1, (byte)(length >> 8), (byte)length, .. Hello.AsSpan(5, length)];
        return ClientHello.Read(record, out var name) == ClientHelloResult.Found == (name is not null);
    }

    /// <summary>What the platform's TLS client sends first.</summary>
    private static byte[] Record(string host)
    {
        using var wire = new HalfWire();
        using var client = new SslStream(wire);
        Should.Throw<IOException>(() => client.AuthenticateAsClient(host));
        return wire.Sent.ToArray();
    }

    /// <summary>Keeps what is written and has nothing to read.</summary>
    private sealed class HalfWire : Stream
    {
        public MemoryStream Sent { get; } = new();

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => 0;

        public override void Write(byte[] buffer, int offset, int count) => Sent.Write(buffer, offset, count);

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
