using System.Diagnostics;
using System.Text;

namespace Hortus.Components.Tests;

/// <summary>The stream is brotli's and nobody else's: the command line tool and Node read ours, and we read theirs.</summary>
[Trait("Category", "RealParts")]
public sealed class BrotliToolTests
{
    private static readonly byte[] Text = Encoding.UTF8.GetBytes(
        string.Concat(Enumerable.Range(0, 2000).Select(i => $"name: object-{i}\nvalue: \"{i * 7919 % 100_003}\"\n")));

    [Fact]
    public async Task The_tool_reads_what_we_write()
    {
        (await RunAsync("brotli", "-c -d", ManifestCompression.Compress(Text))).ShouldBe(Text);
    }

    [Fact]
    public async Task Node_reads_what_we_write_and_we_read_what_it_writes()
    {
        (await RunNodeAsync("brotliDecompressSync", ManifestCompression.Compress(Text))).ShouldBe(Text);
        ManifestCompression.Decompress(await RunNodeAsync("brotliCompressSync", Text)).ShouldBe(Text);
    }

    [Theory]
    [InlineData("-q 0")]
    [InlineData("-q 6")]
    [InlineData("-q 11")]
    [InlineData("-q 9 -w 24")]
    [InlineData("-q 5 -w 10")]
    public async Task We_read_what_the_tool_writes(string arguments)
    {
        ManifestCompression.Decompress(await RunAsync("brotli", "-c " + arguments, Text)).ShouldBe(Text);
    }

    private static Task<byte[]> RunNodeAsync(string function, byte[] input) => RunAsync(
        "node", $"-e \"process.stdout.write(require('zlib').{function}(require('fs').readFileSync(0)))\"", input);

    private static async Task<byte[]> RunAsync(string program, string arguments, byte[] input)
    {
        using var deadline = ClusterFixture.Deadline();
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        using var output = new MemoryStream();
        var reading = process.StandardOutput.BaseStream.CopyToAsync(output, deadline.Token);
        await process.StandardInput.BaseStream.WriteAsync(input, deadline.Token);
        process.StandardInput.Close();
        await reading;
        await process.WaitForExitAsync(deadline.Token);
        process.ExitCode.ShouldBe(0);
        return output.ToArray();
    }
}
