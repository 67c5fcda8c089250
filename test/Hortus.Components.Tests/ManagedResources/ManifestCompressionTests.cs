using System.IO.Compression;
using System.Text;
using FsCheck;
using FsCheck.Xunit;

namespace Hortus.Components.Tests;

public sealed class ManifestCompressionTests
{
    private static readonly byte[] Text = Encoding.UTF8.GetBytes(
        string.Concat(Enumerable.Range(0, 500).Select(i => $"line {i}: {i * 7919 % 1000}\n")));

    [Property(MaxTest = 50)]
    public void What_is_compressed_comes_back(NonNull<byte[]> content) =>
        ManifestCompression.Decompress(ManifestCompression.Compress(content.Get)).ShouldBe(content.Get);

    [Fact]
    public void The_quality_is_the_decided_one_and_not_the_default_of_the_library()
    {
        var wanted = new byte[Text.Length];
        BrotliEncoder.TryCompress(Text, wanted, out var length, 6, 22).ShouldBeTrue();

        ManifestCompression.Compress(Text).ShouldBe(wanted[..length]);
    }

    [Fact]
    public void A_stream_cut_anywhere_is_refused()
    {
        var whole = ManifestCompression.Compress(Text);
        for (var length = 0; length < whole.Length; length++)
        {
            Should.Throw<ManifestFormatException>(() => ManifestCompression.Decompress(whole.AsSpan(0, length)));
        }
    }

    [Fact]
    public void Bytes_behind_the_stream_are_refused()
    {
        byte[] longer = [.. ManifestCompression.Compress(Text), 1, 2, 3];

        Should.Throw<ManifestFormatException>(() => ManifestCompression.Decompress(longer)).Message.ShouldContain("3 more bytes follow");
    }

    [Fact]
    public void Plain_text_in_place_of_a_stream_is_refused()
    {
        Should.Throw<ManifestFormatException>(() => ManifestCompression.Decompress("apiVersion: v1\nkind: Secret\n"u8));
    }

    [Fact]
    public void A_bomb_is_refused_at_the_limit_and_takes_no_more_memory()
    {
        var bomb = ManifestCompression.Compress(new byte[256 * 1024 * 1024]);
        bomb.Length.ShouldBeLessThan(2000);
        var before = GC.GetAllocatedBytesForCurrentThread();

        Should.Throw<ManifestFormatException>(() => ManifestCompression.Decompress(bomb, 1024 * 1024))
            .Message.ShouldContain("limit of 1048576 bytes");

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(8 * 1024 * 1024);
    }

    [Fact]
    public void Content_of_exactly_the_limit_is_read()
    {
        ManifestCompression.Decompress(ManifestCompression.Compress(Text), Text.Length).ShouldBe(Text);
        Should.Throw<ManifestFormatException>(() => ManifestCompression.Decompress(ManifestCompression.Compress(Text), Text.Length - 1));
    }
}
