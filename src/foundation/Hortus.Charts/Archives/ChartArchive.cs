using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hortus.Objects;

namespace Hortus.Charts;

/// <summary>
/// Looks through a chart archive before anything unpacks it: it must be small once unpacked, have plain files in one folder only,
/// and a Chart.yaml. Archives of charts in it are looked through too, against the same limits.
/// </summary>
public static class ChartArchive
{
    private const string DescriptionFile = "Chart.yaml";

    /// <summary>Checks an archive.</summary>
    /// <returns>What the chart says of itself.</returns>
    /// <exception cref="ChartException">It is no chart archive, exceeds a limit or has an entry that no chart has; the message names
    /// the entry.</exception>
    public static ChartDescription Inspect(ReadOnlyMemory<byte> archive, ChartArchiveLimits? limits = null)
    {
        limits ??= new ChartArchiveLimits();
        return archive.Length <= limits.PackedMax
            ? new Inspection(limits).Run(archive, "", 0)
            : throw new ChartException($"the chart archive has {archive.Length} bytes, at most {limits.PackedMax} are taken");
    }

    private static Stream Read(ReadOnlyMemory<byte> bytes) =>
        System.Runtime.InteropServices.MemoryMarshal.TryGetArray(bytes, out var part)
            ? new MemoryStream(part.Array!, part.Offset, part.Count, writable: false)
            : new MemoryStream(bytes.ToArray(), writable: false);

    private static ChartDescription Describe(byte[] content, string place)
    {
        JsonObject root;
        try
        {
            root = KubernetesYaml.Parse(Encoding.UTF8.GetString(content), new List<string>());
        }
        catch (YamlFormatException e)
        {
            throw new ChartException($"{place}: {e.Message}", e) { Template = place };
        }

        return new ChartDescription(Text(root, "name", place)!, Text(root, "version", place)!, Text(root, "appVersion", place));
    }

    private static string? Text(JsonObject root, string field, string place) => root[field] switch
    {
        null when field == "appVersion" => null,
        JsonValue value when value.GetValueKind() == JsonValueKind.String && value.GetValue<string>().Length > 0 =>
            value.GetValue<string>(),
        // Numbers such as 1.0 are common mistakes in optional fields and mean their own text.
        JsonValue value when field == "appVersion" => value.ToJsonString(),
        _ => throw new ChartException($"{place}: {field}: want a text") { Template = place },
    };

    private sealed class Inspection(ChartArchiveLimits limits)
    {
        private long unpacked;
        private int entries;

        public ChartDescription Run(ReadOnlyMemory<byte> archive, string within, int depth)
        {
            ChartDescription? description = null;
            string? folder = null;
            try
            {
                using var zipped = Read(archive);
                using var unzipped = new GZipStream(zipped, CompressionMode.Decompress);
                using var bounded = new BoundedStream(unzipped, Allowance(), () => TooLarge(within));
                using var tar = new TarReader(bounded);
                while (tar.GetNextEntry() is { } entry)
                {
                    if (entry.EntryType is TarEntryType.GlobalExtendedAttributes)
                    {
                        continue;
                    }

                    var file = Place(within, entry.Name);
                    Count(file);
                    folder = Folder(entry, file, folder);
                    if (entry.EntryType is TarEntryType.Directory)
                    {
                        continue;
                    }

                    var content = Content(entry, file, within);
                    var path = Normal(entry.Name)[(folder.Length + 1)..];
                    description = path == DescriptionFile ? Describe(content, file) : description;
                    if (IsChart(path))
                    {
                        Run(content, file, depth + 1 <= limits.NestingMax ? depth + 1 : throw TooDeep(file));
                    }
                }
            }
            catch (Exception e) when (e is InvalidDataException or EndOfStreamException or FormatException or IOException)
            {
                throw new ChartException($"{Archive(within)} is no gzipped tar archive, or a damaged one: {e.Message}", e);
            }

            return description ?? throw new ChartException($"{Archive(within)} has no {DescriptionFile} in its folder");
        }

        // The headers and padding of each entry take room too.
        private long Allowance() => (limits.UnpackedMax - unpacked) + (1536L * (limits.EntriesMax + 2));

        private void Count(string file)
        {
            if (++entries > limits.EntriesMax)
            {
                throw new ChartException($"the chart archive has more than {limits.EntriesMax} entries; the next is {file}");
            }
        }

        private static string Folder(TarEntry entry, string file, string? folder)
        {
            var name = Normal(entry.Name);
            var fault = entry.EntryType switch
            {
                TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.Directory => PathFault(entry.Name, name),
                TarEntryType.SymbolicLink or TarEntryType.HardLink => $"is a link to {entry.LinkName}",
                _ => $"is neither file nor folder but a {entry.EntryType}",
            };
            var top = name.Split('/')[0];
            fault ??= folder is not null && top != folder ? $"is outside of the chart's folder {folder}" : null;
            fault ??= entry.EntryType != TarEntryType.Directory && top == name ? "is outside of the chart's folder" : null;
            return fault is null ? top : throw new ChartException($"the chart archive's entry {file} {fault}") { Template = file };
        }

        private static string? PathFault(string raw, string name) =>
            raw.StartsWith('/') || (raw.Length > 1 && raw[1] == ':') ? "has an absolute path"
            : raw.Contains('\\', StringComparison.Ordinal) || raw.Any(char.IsControl) ? "has a name that no file of a chart has"
            : name.Split('/').Any(part => part is "..") ? "leads out of the archive"
            : name.Split('/').Any(part => part is "" or ".") ? "has a name that no file of a chart has"
            : null;

        private byte[] Content(TarEntry entry, string file, string within)
        {
            if (entry.Length > limits.FileMax)
            {
                throw new ChartException(
                    $"the chart archive's entry {file} has {entry.Length} bytes, a file may have at most {limits.FileMax}")
                {
                    Template = file,
                };
            }

            unpacked += entry.Length;
            if (unpacked > limits.UnpackedMax)
            {
                throw TooLarge(within);
            }

            var content = new byte[entry.Length];
            entry.DataStream?.ReadExactly(content);
            return content;
        }

        private static bool IsChart(string path) =>
            path.StartsWith("charts/", StringComparison.Ordinal)
            && (path.EndsWith(".tgz", StringComparison.Ordinal) || path.EndsWith(".tar.gz", StringComparison.Ordinal))
            && !Path.GetFileName(path).StartsWith('_') && !Path.GetFileName(path).StartsWith('.');

        private static string Normal(string name) =>
            (name.StartsWith("./", StringComparison.Ordinal) ? name[2..] : name).TrimEnd('/');

        private static string Place(string within, string name) => within.Length == 0 ? name : $"{within}:{name}";

        private static string Archive(string within) => within.Length == 0 ? "the chart archive" : $"the chart archive {within}";

        private ChartException TooLarge(string within) =>
            new($"{Archive(within)} unpacks to more than {limits.UnpackedMax} bytes");

        private ChartException TooDeep(string file) =>
            new($"the chart archive's entry {file} is an archive more than {limits.NestingMax} levels deep") { Template = file };
    }
}
