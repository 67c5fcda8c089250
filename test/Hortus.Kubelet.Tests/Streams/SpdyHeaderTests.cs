using System.IO.Compression;
using Hortus.Kubelet.Server.Spdy;

namespace Hortus.Kubelet.Tests.Streams;

public sealed class SpdyHeaderTests
{
    // Three header blocks of one connection, as zlib 1.2 compresses them with the dictionary of SPDY/3:
    // {streamtype: error}, {streamtype: stdin}, {port: 8080, requestid: 0, streamtype: data}.
    private const string First = "78f9e3c6a7c202a62346703a2b294a4dcc851625aca9a08006000000ffff";
    private const string Second = "c22e555c02cc2e00000000ffff";
    private const string Third = "02255548a95d04ce2016061606409ab30812cb99a0d4cf6880a11954442502000000ffff";

    [Fact]
    public void Dictionary_has_the_checksum_that_the_specification_names()
    {
        uint a = 1, b = 0;
        foreach (var value in SpdyDictionary.Bytes.Span)
        {
            a = (a + value) % 65521;
            b = (b + a) % 65521;
        }

        ((b << 16) | a).ShouldBe(SpdyDictionary.Id);
        SpdyDictionary.Bytes.Length.ShouldBe(1423);
    }

    [Fact]
    public void Blocks_compressed_one_after_the_other_are_read()
    {
        using var decoder = new SpdyHeaderDecoder();

        decoder.Decode(Convert.FromHexString(First))["streamType"].ShouldBe("error");
        decoder.Decode(Convert.FromHexString(Second))["streamtype"].ShouldBe("stdin");
        var third = decoder.Decode(Convert.FromHexString(Third));
        third.Count.ShouldBe(3);
        (third["port"], third["requestid"], third["streamtype"]).ShouldBe(("8080", "0", "data"));
    }

    [Fact]
    public void Blocks_that_are_not_compressed_are_read()
    {
        var encoder = new SpdyHeaderEncoder();
        using var decoder = new SpdyHeaderDecoder();

        decoder.Decode(encoder.Encode(("streamtype", "stdout"))).ShouldBe(
            new Dictionary<string, string> { ["streamtype"] = "stdout" });
        decoder.Decode(encoder.Encode()).ShouldBeEmpty();
    }

    [Fact]
    public void Written_blocks_are_one_zlib_stream()
    {
        var encoder = new SpdyHeaderEncoder();
        Convert.ToHexString(encoder.Encode()).ShouldBe("7801" + "00" + "0400" + "FBFF" + "00000000" + "000000FFFF");
        byte[] both = [.. new SpdyHeaderEncoder().Encode(), .. encoder.Encode(("a", "bc"))];

        using var plain = new MemoryStream();
        using var inflate = new ZLibStream(new MemoryStream(both), CompressionMode.Decompress);
        inflate.CopyTo(plain);

        Convert.ToHexString(plain.ToArray()).ShouldBe("00000000" + "00000001" + "0000000161" + "000000026263");
    }

    [Theory]
    [InlineData("", "too early or no zlib stream")]
    [InlineData("78", "half a zlib head")]
    [InlineData("0000", "no zlib stream")]
    [InlineData("78f900000000", "another dictionary")]
    [InlineData("7801000400fbff00000001", "one header announced, none there")]
    [InlineData("7801000500faff0000000000", "a byte after the last header")]
    [InlineData("7801000800f7ff00000001ffffffff", "a name of 4 GiB")]
    [InlineData("7801ffffff", "no compressed block")]
    public void Wrong_blocks_are_refused(string hex, string why)
    {
        using var decoder = new SpdyHeaderDecoder();

        Should.Throw<SpdyException>(() => decoder.Decode(Convert.FromHexString(hex)), why);
    }

    [Fact]
    public void A_block_that_grows_beyond_all_measure_is_refused()
    {
        using var compressed = new MemoryStream();
        using (var deflate = new ZLibStream(compressed, CompressionLevel.Optimal, leaveOpen: true))
        {
            deflate.Write(new byte[10 << 20]);
        }

        using var decoder = new SpdyHeaderDecoder();

        Should.Throw<SpdyException>(() => decoder.Decode(compressed.ToArray())).Message.ShouldContain("65536");
    }
}
