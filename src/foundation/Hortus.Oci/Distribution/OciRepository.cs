using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;

namespace Hortus.Oci;

/// <summary>One repository of a registry: manifests and blobs, read and written. Whatever is read has been hashed.</summary>
public sealed class OciRepository
{
    private const string DigestHeader = "Docker-Content-Digest";

    // A transfer that comes on is not given up as soon as one that does not.
    private const int TransfersMax = 10;

    private readonly OciReference reference;
    private readonly RepositoryChannel channel;

    internal OciRepository(OciReference reference, RepositoryChannel channel)
    {
        this.reference = reference;
        this.channel = channel;
    }

    /// <summary>The digest that a tag stands for; of a digest, whether the registry has it for the caller.</summary>
    /// <param name="target">Tag or digest.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="OciException">It cannot be determined; the message has the causes of both ways to ask.</exception>
    public async Task<string> ResolveAsync(string target, CancellationToken cancellationToken)
    {
        OciException head;
        try
        {
            return await HeadAsync(target, cancellationToken);
        }
        catch (OciException e) when (e.Failure is OciFailure.Unavailable or OciFailure.Untrusted)
        {
            throw Undetermined(target, e.Failure, $"HEAD: {e.Message}", e);
        }
        catch (OciException e)
        {
            head = e;
        }

        try
        {
            return (await GetManifestAsync(target, cancellationToken)).Digest;
        }
        catch (OciException e)
        {
            throw Undetermined(target, e.Failure, $"HEAD: {head.Message}; GET: {e.Message}", e);
        }
    }

    /// <summary>A manifest or index.</summary>
    /// <param name="target">Tag or digest.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="OciException">There is none, it is too large, or it is not what the digest says.</exception>
    public async Task<OciManifest> GetManifestAsync(string target, CancellationToken cancellationToken)
    {
        using var response = await channel.SendAsync(ManifestCall(HttpMethod.Get, target), cancellationToken);
        if (response.StatusCode != HttpStatusCode.OK)
        {
            throw await channel.FailureAsync(response, cancellationToken);
        }

        var bytes = await ResponseBody.ReadAsync(
            response, channel.Options.ManifestBytesMax, channel.Options, channel.Clock, cancellationToken);
        var wanted = OciGrammar.DigestFault(target) is null ? target : DigestOf(response);
        if (wanted is not null && ContentDigest.Of(bytes) is var digest && digest != wanted)
        {
            throw new OciException(
                OciFailure.BadContent, $"the manifest of {Subject(target)} was changed: its digest is {digest}, and should be {wanted}");
        }

        return OciManifest.Read(bytes, response.Content.Headers.ContentType?.MediaType, Subject(target));
    }

    /// <summary>All bytes of a blob.</summary>
    /// <param name="blob">What its manifest says of it.</param>
    /// <param name="bytesMax">Most bytes it may have.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="OciException">It is not there, too large, or not what its digest says.</exception>
    public async Task<byte[]> GetBlobAsync(OciDescriptor blob, long bytesMax, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(blob);
        if (blob.Size > bytesMax)
        {
            throw new OciException(
                OciFailure.BadContent,
                $"the blob {blob.Digest} of {reference.Name} has {blob.Size} bytes, of which {bytesMax} are allowed");
        }

        var bytes = new byte[blob.Size];
        using var stream = new MemoryStream(bytes);
        await CopyBlobAsync(blob, stream, cancellationToken);
        return bytes;
    }

    /// <summary>Writes a blob to a stream. A transfer that breaks goes on where it broke.</summary>
    /// <exception cref="OciException">It is not there, or not what its digest and size say; then what was written is not to be
    /// used.</exception>
    public async Task CopyBlobAsync(OciDescriptor blob, Stream destination, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(blob);
        ArgumentNullException.ThrowIfNull(destination);
        using var copy = new BlobCopy(blob, reference, destination);
        for (var (tries, transfers) = (1, 1); ; transfers++)
        {
            var before = copy.Done;
            using var response = await channel.SendAsync(
                new RegistryCall(HttpMethod.Get, PathOf("blobs", blob.Digest)) { From = copy.Done }, cancellationToken);
            if (response.StatusCode is not (HttpStatusCode.OK or HttpStatusCode.PartialContent))
            {
                throw await channel.FailureAsync(response, cancellationToken);
            }

            try
            {
                await copy.TakeAsync(
                    response, ResponseBody.ChunksAsync(response, channel.Options, channel.Clock, cancellationToken), cancellationToken);
                return;
            }
            catch (OciException e) when (e.Failure == OciFailure.Unavailable)
            {
                tries = copy.Done > before ? 1 : tries + 1;
                if (!channel.Retries.MayTryAfter(tries) || transfers == TransfersMax)
                {
                    throw;
                }

                await channel.Retries.WaitAsync(tries, asked: null, cancellationToken);
            }
        }
    }

    /// <summary>Whether the registry has a blob.</summary>
    /// <exception cref="OciException">The registry does not say.</exception>
    public async Task<bool> HasBlobAsync(OciDescriptor blob, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(blob);
        using var response = await channel.SendAsync(
            new RegistryCall(HttpMethod.Head, PathOf("blobs", blob.Digest)) { Writes = true }, cancellationToken);
        return response.StatusCode switch
        {
            HttpStatusCode.OK => true,
            HttpStatusCode.NotFound => false,
            _ => throw await channel.FailureAsync(response, cancellationToken),
        };
    }

    /// <summary>Puts a blob into the repository, unless it is there.</summary>
    /// <param name="blob">Its digest and size.</param>
    /// <param name="open">Opens its bytes, anew for each try.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="OciException">The registry does not take it.</exception>
    public async Task PushBlobAsync(OciDescriptor blob, Func<Stream> open, CancellationToken cancellationToken)
    {
        if (await HasBlobAsync(blob, cancellationToken))
        {
            return;
        }

        using var begun = await channel.SendAsync(
            new RegistryCall(HttpMethod.Post, PathOf("blobs", "uploads/"))
            {
                Writes = true,
                Content = () => new ByteArrayContent([]),
            },
            cancellationToken);
        if (begun.StatusCode != HttpStatusCode.Accepted || begun.Headers.Location is not { } location)
        {
            throw await channel.FailureAsync(begun, cancellationToken);
        }

        var address = new Uri(begun.RequestMessage!.RequestUri!, location);
        var separator = address.Query.Length > 1 ? "&" : "?";
        var call = new RegistryCall(HttpMethod.Put, "")
        {
            Address = new Uri($"{address.AbsoluteUri}{separator}digest={Uri.EscapeDataString(blob.Digest)}"),
            Writes = true,
            Content = () => Body(open(), blob.Size, MediaTypes.Bytes),
        };
        using var done = await channel.SendAsync(call, cancellationToken);
        if (done.StatusCode != HttpStatusCode.Created)
        {
            throw await channel.FailureAsync(done, cancellationToken);
        }
    }

    /// <summary>Puts a manifest or index into the repository; what it names must be there.</summary>
    /// <param name="target">Tag; null stores it under its digest alone.</param>
    /// <param name="mediaType">What it is.</param>
    /// <param name="bytes">The document.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>Its digest.</returns>
    /// <exception cref="OciException">The registry does not take it.</exception>
    public async Task<string> PushManifestAsync(
        string? target, string mediaType, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        var digest = ContentDigest.Of(bytes.Span);
        var call = new RegistryCall(HttpMethod.Put, PathOf("manifests", target ?? digest))
        {
            Writes = true,
            Content = () => Body(new MemoryStream(bytes.ToArray()), bytes.Length, mediaType),
        };
        using var response = await channel.SendAsync(call, cancellationToken);
        if (response.StatusCode != HttpStatusCode.Created)
        {
            throw await channel.FailureAsync(response, cancellationToken);
        }

        return DigestOf(response) is { } said && said != digest
            ? throw new OciException(
                OciFailure.BadContent, $"the registry took {Subject(target ?? digest)} as {said}, but what was sent is {digest}")
            : digest;
    }

    private async Task<string> HeadAsync(string target, CancellationToken cancellationToken)
    {
        using var response = await channel.SendAsync(ManifestCall(HttpMethod.Head, target), cancellationToken);
        if (response.StatusCode != HttpStatusCode.OK)
        {
            throw await channel.FailureAsync(response, cancellationToken);
        }

        var isDigest = OciGrammar.DigestFault(target) is null;
        return DigestOf(response) switch
        {
            { } digest when isDigest && digest != target => throw new OciException(
                OciFailure.BadContent, $"the registry says that the digest of {Subject(target)} is {digest}"),
            { } digest => digest,
            _ => throw new OciException(OciFailure.BadContent, $"the answer has no header {DigestHeader} with a sha256 digest"),
        };
    }

    private RegistryCall ManifestCall(HttpMethod method, string target) =>
        new(method, PathOf("manifests", target)) { Accept = MediaTypes.Manifests };

    private string PathOf(string kind, string name) => $"v2/{reference.Repository}/{kind}/{name}";

    private string Subject(string target) => reference.Name + (OciGrammar.DigestFault(target) is null ? "@" : ":") + target;

    private OciException Undetermined(string target, OciFailure failure, string causes, OciException cause) =>
        new(failure, $"cannot determine digest of {Subject(target)}: {causes}", cause) { RetryAfter = cause.RetryAfter };

    private static string? DigestOf(HttpResponseMessage response) =>
        response.Headers.TryGetValues(DigestHeader, out var values) && values.FirstOrDefault() is { } digest
        && OciGrammar.DigestFault(digest) is null
            ? digest
            : null;

    private static StreamContent Body(Stream bytes, long length, string mediaType)
    {
        var content = new StreamContent(bytes);
        content.Headers.ContentType = new MediaTypeHeaderValue(mediaType);
        content.Headers.ContentLength = length;
        return content;
    }
}
