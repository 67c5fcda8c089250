namespace Hortus.Oci;

/// <summary>What a manifest says of one of its parts.</summary>
/// <param name="MediaType">What the part is.</param>
/// <param name="Digest">Hash of its bytes.</param>
/// <param name="Size">Number of its bytes.</param>
public sealed record OciDescriptor(string MediaType, string Digest, long Size)
{
    /// <summary>Annotation with the file name of a part.</summary>
    public const string TitleAnnotation = "org.opencontainers.image.title";

    /// <summary>In an index: what kind of artifact the manifest describes; null when it does not say.</summary>
    public string? ArtifactType { get; init; }

    /// <summary>In an index: <c>os/architecture</c> of an image; null for none.</summary>
    public string? Platform { get; init; }

    public IReadOnlyDictionary<string, string> Annotations { get; init; } = new Dictionary<string, string>();

    /// <summary>Describes bytes.</summary>
    public static OciDescriptor Of(string mediaType, ReadOnlySpan<byte> bytes) =>
        new(mediaType, ContentDigest.Of(bytes), bytes.Length);
}
