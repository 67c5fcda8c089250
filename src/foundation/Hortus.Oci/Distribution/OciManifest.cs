using System.Text.Json;

namespace Hortus.Oci;

/// <summary>A manifest, or an index of manifests, as it came from the registry.</summary>
public sealed class OciManifest
{
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 32, AllowDuplicateProperties = false };

    private OciManifest(string digest, ReadOnlyMemory<byte> bytes)
    {
        Digest = digest;
        Bytes = bytes;
    }

    /// <summary>Hash of <see cref="Bytes"/>.</summary>
    public string Digest { get; }

    public ReadOnlyMemory<byte> Bytes { get; }

    public required string MediaType { get; init; }

    /// <summary>Kind of the artifact; null when only the config's media type tells.</summary>
    public string? ArtifactType { get; private init; }

    /// <summary>Null in an index.</summary>
    public OciDescriptor? Config { get; private init; }

    /// <summary>Empty in an index.</summary>
    public IReadOnlyList<OciDescriptor> Layers { get; private init; } = [];

    /// <summary>The manifests of an index; empty in a manifest.</summary>
    public IReadOnlyList<OciDescriptor> Manifests { get; private init; } = [];

    public IReadOnlyDictionary<string, string> Annotations { get; private init; } = new Dictionary<string, string>();

    public bool IsIndex => MediaTypes.IsIndex(MediaType);

    /// <summary>Reads a document.</summary>
    /// <param name="bytes">The document; its digest is taken here.</param>
    /// <param name="contentType">What the registry calls it; null when it is not known.</param>
    /// <param name="subject">What was asked for, for messages.</param>
    /// <exception cref="OciException">It is no manifest.</exception>
    public static OciManifest Read(ReadOnlyMemory<byte> bytes, string? contentType, string subject)
    {
        var digest = ContentDigest.Of(bytes.Span);
        try
        {
            using var document = JsonDocument.Parse(bytes, Strict);
            var root = document.RootElement;
            var mediaType = MediaTypeOf(root, contentType, subject);
            return new OciManifest(digest, bytes)
            {
                MediaType = mediaType,
                ArtifactType = Text(root, "artifactType"),
                Config = root.TryGetProperty("config", out var config) ? Descriptor(config) : null,
                Layers = Descriptors(root, "layers"),
                Manifests = Descriptors(root, "manifests"),
                Annotations = Annotated(root),
            };
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or KeyNotFoundException)
        {
            throw new OciException(OciFailure.BadContent, $"the manifest of {subject} ({digest}) cannot be read: {e.Message}", e);
        }
    }

    private static string MediaTypeOf(JsonElement root, string? contentType, string subject)
    {
        if (root.TryGetProperty("schemaVersion", out var version) && version.TryGetInt32(out var number) && number != 2)
        {
            throw new OciException(
                OciFailure.BadContent, $"the manifest of {subject} has the schema version {number}; only 2 is supported: push it anew");
        }

        // A document that is both would be understood as one thing here and as another elsewhere.
        var hasManifests = root.TryGetProperty("manifests", out _);
        if (hasManifests && (root.TryGetProperty("layers", out _) || root.TryGetProperty("config", out _)))
        {
            throw new FormatException("it has both manifests, as an index, and layers or a config, as a manifest");
        }

        var said = Text(root, "mediaType") ?? (MediaTypes.Manifests.Contains(contentType) ? contentType : null)
            ?? (hasManifests ? MediaTypes.OciIndex : MediaTypes.OciManifest);
        if (!MediaTypes.Manifests.Contains(said))
        {
            throw new FormatException($"its media type {said} is none of {string.Join(", ", MediaTypes.Manifests)}");
        }

        if (MediaTypes.Manifests.Contains(contentType) && contentType != said)
        {
            throw new FormatException($"the registry calls it {contentType}, it calls itself {said}");
        }

        return MediaTypes.IsIndex(said) == hasManifests
            ? said
            : throw new FormatException($"it calls itself {said}, and does not look so");
    }

    private static List<OciDescriptor> Descriptors(JsonElement root, string name) =>
        root.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array
            ? [.. list.EnumerateArray().Select(Descriptor)]
            : [];

    private static OciDescriptor Descriptor(JsonElement element)
    {
        var digest = Text(element, "digest");
        if (OciGrammar.DigestFault(digest) is { } fault)
        {
            throw new FormatException(fault);
        }

        var size = element.GetProperty("size").GetInt64();
        return new OciDescriptor(
            Text(element, "mediaType") ?? MediaTypes.Bytes, digest!, size >= 0 ? size : throw new FormatException($"the size {size}"))
        {
            ArtifactType = Text(element, "artifactType"),
            Platform = element.TryGetProperty("platform", out var platform)
                ? $"{Text(platform, "os")}/{Text(platform, "architecture")}"
                : null,
            Annotations = Annotated(element),
        };
    }

    private static Dictionary<string, string> Annotated(JsonElement element) =>
        element.TryGetProperty("annotations", out var map) && map.ValueKind == JsonValueKind.Object
            ? map.EnumerateObject()
                .Where(a => a.Value.ValueKind == JsonValueKind.String)
                .ToDictionary(a => a.Name, a => a.Value.GetString()!)
            : [];

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
        && value.GetString() is { Length: > 0 } text
            ? text
            : null;
}
