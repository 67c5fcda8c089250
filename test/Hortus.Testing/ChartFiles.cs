using System.Formats.Tar;
using System.IO.Compression;
using System.Text;

namespace Hortus.Testing;

/// <summary>Makes chart archives in memory.</summary>
public static class ChartFiles
{
    public const string Description = "apiVersion: v2\nname: demo\nversion: 1.2.3\nappVersion: v7\n";

    /// <summary>A chart of Chart.yaml and other files, by path below its folder.</summary>
    public static byte[] Chart(params (string Path, string Text)[] files) =>
        Archive([
            .. files.Any(f => f.Path == "Chart.yaml") ? [] : new[] { File("demo/Chart.yaml", Description) },
            .. files.Select(f => File($"demo/{f.Path}", f.Text)),
        ]);

    public static byte[] Archive(params IEnumerable<TarEntry> entries)
    {
        using var bytes = new MemoryStream();
        using (var zipped = new GZipStream(bytes, CompressionLevel.Fastest))
        using (var tar = new TarWriter(zipped))
        {
            foreach (var entry in entries)
            {
                tar.WriteEntry(entry);
            }
        }

        return bytes.ToArray();
    }

    public static TarEntry File(string path, string text) => File(path, Encoding.UTF8.GetBytes(text));

    public static TarEntry File(string path, byte[] content) =>
        new PaxTarEntry(TarEntryType.RegularFile, path) { DataStream = new MemoryStream(content) };

    public static TarEntry Link(TarEntryType type, string path, string target) => new PaxTarEntry(type, path) { LinkName = target };
}
