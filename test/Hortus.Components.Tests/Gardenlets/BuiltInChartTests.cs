using System.Formats.Tar;
using System.IO.Compression;
using Hortus.Components.Gardenlets;
using Hortus.Testing;

namespace Hortus.Components.Tests.Gardenlets;

public sealed class BuiltInChartTests
{
    [Fact]
    public void It_is_the_chart_of_the_repository_with_the_version_that_is_asked_for()
    {
        var folder = BuiltTools.Chart("hortus-gardenlet");
        var files = Unpack(BuiltInChart.Load("1.2.3").Archive);

        files.Keys.Order().ShouldBe(Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Select(file => "gardenlet/" + Path.GetRelativePath(folder, file)).Order());
        files["gardenlet/Chart.yaml"].ShouldContain("\nversion: 1.2.3\nappVersion: 1.2.3\n");
        files["gardenlet/values.yaml"].ShouldBe(File.ReadAllText(Path.Combine(folder, "values.yaml")));
    }

    [Fact]
    public void Its_digest_tells_the_version_and_nothing_else()
    {
        BuiltInChart.Load("1.2.3").Digest.ShouldBe(BuiltInChart.Load("1.2.3").Digest);
        BuiltInChart.Load("1.2.3").Digest.ShouldNotBe(BuiltInChart.Load("1.2.4").Digest);
    }

    private static Dictionary<string, string> Unpack(ReadOnlyMemory<byte> archive)
    {
        using var zipped = new GZipStream(new MemoryStream(archive.ToArray()), CompressionMode.Decompress);
        using var tar = new TarReader(zipped);
        var files = new Dictionary<string, string>();
        while (tar.GetNextEntry() is { } entry)
        {
            using var reader = new StreamReader(entry.DataStream!);
            files[entry.Name] = reader.ReadToEnd();
        }

        return files;
    }
}
