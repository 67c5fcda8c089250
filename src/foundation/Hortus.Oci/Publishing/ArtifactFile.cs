using System.Security.Cryptography;

namespace Hortus.Oci;

/// <summary>A file that is to become part of an artifact.</summary>
public sealed class ArtifactFile
{
    private ArtifactFile(string? name, OciDescriptor descriptor, Func<Stream> open)
    {
        Name = name;
        Descriptor = descriptor;
        Open = open;
    }

    /// <summary>Name that readers give the file; null for none.</summary>
    public string? Name { get; }

    public OciDescriptor Descriptor { get; }

    /// <summary>Opens its bytes; more than once when a transfer is repeated.</summary>
    internal Func<Stream> Open { get; }

    /// <summary>Bytes without a name.</summary>
    public static ArtifactFile Of(string mediaType, ReadOnlyMemory<byte> content) =>
        new(null, OciDescriptor.Of(mediaType, content.Span), () => new MemoryStream(content.ToArray(), writable: false));

    /// <summary>A file of the disk; it is hashed here and must not change until it was pushed.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static async Task<ArtifactFile> FromDiskAsync(string path, string mediaType, CancellationToken cancellationToken)
    {
        await using var file = File.OpenRead(path);
        var hash = await SHA256.HashDataAsync(file, cancellationToken);
        var descriptor = new OciDescriptor(mediaType, ContentDigest.Prefix + Convert.ToHexStringLower(hash), file.Length);
        return new ArtifactFile(Path.GetFileName(path), descriptor, () => File.OpenRead(path));
    }
}
