using System.Runtime.CompilerServices;

namespace Hortus.Oci;

/// <summary>Reads answers in parts; none may take longer than the options allow.</summary>
internal static class ResponseBody
{
    private const int ChunkBytes = 64 * 1024;

    /// <summary>The bytes of an answer, in a buffer that is used again for the next part.</summary>
    /// <exception cref="OciException">The connection broke or stalled.</exception>
    public static async IAsyncEnumerable<ReadOnlyMemory<byte>> ChunksAsync(
        HttpResponseMessage response, RegistryOptions options, TimeProvider clock,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var place = response.RequestMessage is { RequestUri: { } uri } ? RegistryConnection.Place(uri) : "";
        using var deadline = new CancellationTokenSource(options.ResponseTimeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        await using var stream = await response.Content.ReadAsStreamAsync(either.Token);
        var buffer = new byte[ChunkBytes];
        while (true)
        {
            int read;
            try
            {
                deadline.CancelAfter(options.ResponseTimeout);
                read = await stream.ReadAsync(buffer, either.Token);
            }
            catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
            {
                throw Broken(place, $"the transfer stalled for {options.ResponseTimeout.TotalSeconds:0.#} s", e);
            }
            catch (Exception e) when (e is IOException or HttpRequestException)
            {
                throw Broken(place, $"the transfer broke: {e.Message}", e);
            }

            if (read == 0)
            {
                yield break;
            }

            yield return buffer.AsMemory(0, read);
        }
    }

    /// <summary>All bytes of a small answer.</summary>
    /// <exception cref="OciException">It is larger than allowed, or the connection broke or stalled.</exception>
    public static async Task<byte[]> ReadAsync(
        HttpResponseMessage response, int bytesMax, RegistryOptions options, TimeProvider clock, CancellationToken cancellationToken)
    {
        using var bytes = new MemoryStream();
        await foreach (var chunk in ChunksAsync(response, options, clock, cancellationToken))
        {
            if (bytes.Length + chunk.Length > bytesMax)
            {
                var place = RegistryConnection.Place(response.RequestMessage!.RequestUri!);
                throw new OciException(OciFailure.BadContent, $"{place}: the answer has more than the {bytesMax} bytes allowed");
            }

            bytes.Write(chunk.Span);
        }

        return bytes.ToArray();
    }

    private static OciException Broken(string place, string why, Exception cause) =>
        new(OciFailure.Unavailable, $"{place}: {why}", cause);
}
