using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;
using Hortus.Components.Charts;

namespace Hortus.Components.Gardenlets;

/// <summary>The chart of the gardenlet that this program carries: of its own version, and there without any registry.</summary>
public static partial class BuiltInChart
{
    private const string Prefix = "gardenlet-chart/";
    private const string Description = "Chart.yaml";

    /// <summary>Packs the chart.</summary>
    /// <param name="version">Version of the chart and of the gardenlet in it, without <c>v</c>.</param>
    public static LoadedChart Load(string version)
    {
        var assembly = typeof(BuiltInChart).Assembly;
        using var packed = new MemoryStream();
        using (var zipped = new GZipStream(packed, CompressionLevel.Fastest))
        using (var tar = new TarWriter(zipped))
        {
            foreach (var name in assembly.GetManifestResourceNames()
                .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal))
            {
                using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
                var path = name[Prefix.Length..];
                var text = reader.ReadToEnd();
                tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, $"{GardenletRelease.ChartName}/{path}")
                {
                    // The digest of the archive must tell its content and nothing else.
                    ModificationTime = DateTimeOffset.UnixEpoch,
                    DataStream = new MemoryStream(Encoding.UTF8.GetBytes(path == Description ? WithVersion(text, version) : text)),
                });
            }
        }

        return ChartLoader.Load(packed.ToArray());
    }

    private static string WithVersion(string description, string version) => Versions.Replace(description, $"$1: {version}");

    [GeneratedRegex("^(version|appVersion): .*$", RegexOptions.Multiline)]
    private static partial Regex Versions { get; }
}
