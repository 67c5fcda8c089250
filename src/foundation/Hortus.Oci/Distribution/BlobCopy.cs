using System.Net;
using System.Security.Cryptography;

namespace Hortus.Oci;

/// <summary>Writes the parts of one blob to a stream and hashes them, over one or more transfers.</summary>
internal sealed class BlobCopy(OciDescriptor blob, OciReference repository, Stream destination) : IDisposable
{
    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <summary>Bytes written so far.</summary>
    public long Done { get; private set; }

    /// <summary>Takes what a transfer brings.</summary>
    /// <param name="response">All of the blob, or the part from <see cref="Done"/> on.</param>
    /// <param name="chunks">Its bytes.</param>
    /// <param name="cancellationToken">Ends the copy.</param>
    /// <exception cref="OciException">Unavailable: the transfer broke and may go on; else the blob is not what it should
    /// be.</exception>
    public async Task TakeAsync(
        HttpResponseMessage response, IAsyncEnumerable<ReadOnlyMemory<byte>> chunks, CancellationToken cancellationToken)
    {
        var known = Known(response);
        await foreach (var chunk in chunks.WithCancellation(cancellationToken))
        {
            // A server that cannot begin in the middle sends again what is here already.
            var repeated = (int)Math.Min(known, chunk.Length);
            known -= repeated;
            var news = chunk[repeated..];
            if (Done + news.Length > blob.Size)
            {
                throw Bad($"has more than the {blob.Size} bytes that its manifest says");
            }

            hash.AppendData(news.Span);
            await destination.WriteAsync(news, cancellationToken);
            Done += news.Length;
        }

        if (Done < blob.Size)
        {
            throw new OciException(
                OciFailure.Unavailable,
                $"the transfer of the blob {blob.Digest} of {repository.Name} ended after {Done} of {blob.Size} bytes");
        }

        if (ContentDigest.Of(hash) is var digest && digest != blob.Digest)
        {
            throw Bad($"was changed: its digest is {digest}");
        }
    }

    public void Dispose() => hash.Dispose();

    /// <summary>How many bytes at the beginning of the answer are here already.</summary>
    private long Known(HttpResponseMessage response)
    {
        if (response.StatusCode != HttpStatusCode.PartialContent)
        {
            return Done;
        }

        return response.Content.Headers.ContentRange?.From == Done
            ? 0
            : throw Bad($"came from byte {response.Content.Headers.ContentRange?.From} on, where {Done} was asked for");
    }

    private OciException Bad(string what) =>
        new(OciFailure.BadContent, $"the blob {blob.Digest} of {repository.Name} {what}");
}
