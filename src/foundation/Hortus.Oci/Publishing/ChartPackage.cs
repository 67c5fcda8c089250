using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using Hortus.Objects;

namespace Hortus.Oci;

/// <summary>A packed chart, as <c>helm package</c> makes it, and what its Chart.yaml says.</summary>
public sealed class ChartPackage
{
    private const string MetadataFile = "Chart.yaml";
    private const int MetadataBytesMax = 1024 * 1024;

    // Of what is looked through until Chart.yaml is found.
    private const long UnpackedBytesMax = 256L * 1024 * 1024;

    private ChartPackage(ReadOnlyMemory<byte> archive, JsonObject metadata, string name, string version)
    {
        Archive = archive;
        Metadata = metadata;
        Name = name;
        Version = version;
    }

    /// <summary>The archive, <c>.tgz</c>.</summary>
    public ReadOnlyMemory<byte> Archive { get; }

    public string Name { get; }

    public string Version { get; }

    /// <summary>Version as a tag: registries know no <c>+</c>, for which helm writes <c>_</c>.</summary>
    public string Tag => Version.Replace('+', '_');

    /// <summary>Chart.yaml.</summary>
    internal JsonObject Metadata { get; }

    /// <summary>Looks into an archive.</summary>
    /// <exception cref="InvalidDataException">It is no packed chart; the message says why.</exception>
    public static ChartPackage Read(ReadOnlyMemory<byte> archive)
    {
        try
        {
            var metadata = KubernetesYaml.Parse(FindMetadata(archive));
            var (name, version) = (Text(metadata, "name"), Text(metadata, "version"));
            return new ChartPackage(archive, metadata, name, version);
        }
        catch (Exception e) when (e is FormatException or IOException or InvalidDataException)
        {
            throw new InvalidDataException($"not a packed chart: {e.Message}", e);
        }
    }

    private static string FindMetadata(ReadOnlyMemory<byte> archive)
    {
        using var packed = new MemoryStream(archive.ToArray(), writable: false);
        using var gzip = new GZipStream(packed, CompressionMode.Decompress);
        using var tar = new TarReader(gzip);
        for (long passed = 0; tar.GetNextEntry() is { } entry; passed += entry.Length)
        {
            if (passed > UnpackedBytesMax)
            {
                throw new FormatException($"no {MetadataFile} within its first {UnpackedBytesMax} bytes");
            }

            // Charts inside charts have one of their own, deeper down.
            var parts = entry.Name.Split('/', StringSplitOptions.RemoveEmptyEntries);
            if (parts is [_, MetadataFile] && entry.DataStream is { } data)
            {
                return entry.Length <= MetadataBytesMax
                    ? new StreamReader(data, Encoding.UTF8).ReadToEnd()
                    : throw new FormatException($"{entry.Name} has {entry.Length} bytes");
            }
        }

        throw new FormatException($"it has no <name>/{MetadataFile}");
    }

    private static string Text(JsonObject metadata, string field) =>
        metadata[field] is JsonValue value && value.ToString() is { Length: > 0 } text
            ? text
            : throw new FormatException($"{MetadataFile} has no {field}");
}
