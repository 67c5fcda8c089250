using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using Hortus.Testing;

namespace Hortus.Charts.Tests;

public sealed class ChartArchiveTests
{
    [Fact]
    public void A_chart_says_its_name_and_versions() =>
        ChartArchive.Inspect(ChartFiles.Chart(("templates/a.yaml", "a: b"))).ShouldBe(new ChartDescription("demo", "1.2.3", "v7"));

    [Fact]
    public void An_app_version_that_looks_like_a_number_is_its_text() =>
        ChartArchive.Inspect(ChartFiles.Chart(("Chart.yaml", "name: demo\nversion: 1.0.0\nappVersion: 1.5\n")))
            .AppVersion.ShouldBe("1.5");

    [Theory]
    [InlineData("../etc/passwd", "leads out of the archive")]
    [InlineData("demo/../../etc/passwd", "leads out of the archive")]
    [InlineData("/etc/passwd", "has an absolute path")]
    [InlineData("C:/windows", "has an absolute path")]
    [InlineData("demo\\..\\x", "has a name that no file of a chart has")]
    [InlineData("demo//x", "has a name that no file of a chart has")]
    [InlineData("other/x", "is outside of the chart's folder demo")]
    [InlineData("x", "is outside of the chart's folder")]
    public void An_entry_that_leaves_the_charts_folder_is_named(string path, string reason)
    {
        var archive = ChartFiles.Archive(ChartFiles.File("demo/Chart.yaml", ChartFiles.Description), ChartFiles.File(path, "x"));

        Refusal(archive).ShouldSatisfyAllConditions(m => m.ShouldContain(path), m => m.ShouldContain(reason));
    }

    [Theory]
    [InlineData(TarEntryType.SymbolicLink, "is a link to /etc/shadow")]
    [InlineData(TarEntryType.HardLink, "is a link to /etc/shadow")]
    public void A_link_is_named(TarEntryType type, string reason)
    {
        var archive = ChartFiles.Archive(
            ChartFiles.File("demo/Chart.yaml", ChartFiles.Description), ChartFiles.Link(type, "demo/files/key", "/etc/shadow"));

        Refusal(archive).ShouldBe($"the chart archive's entry demo/files/key {reason}");
    }

    [Fact]
    public void A_device_is_named()
    {
        var archive = ChartFiles.Archive(
            ChartFiles.File("demo/Chart.yaml", ChartFiles.Description), new PaxTarEntry(TarEntryType.CharacterDevice, "demo/null"));

        Refusal(archive).ShouldBe("the chart archive's entry demo/null is neither file nor folder but a CharacterDevice");
    }

    [Fact]
    public void A_file_beyond_the_limit_is_named()
    {
        var archive = ChartFiles.Chart(("files/big", new string('x', 5000)));

        Refusal(archive, new ChartArchiveLimits { FileMax = 4999 })
            .ShouldBe("the chart archive's entry demo/files/big has 5000 bytes, a file may have at most 4999");
    }

    [Fact]
    public void Many_files_are_too_many()
    {
        var archive = ChartFiles.Chart([.. Enumerable.Range(0, 20).Select(i => ($"files/{i}", "x"))]);

        Refusal(archive, new ChartArchiveLimits { EntriesMax = 10 })
            .ShouldBe("the chart archive has more than 10 entries; the next is demo/files/9");
    }

    [Fact]
    public void Files_that_are_too_large_together_are_refused()
    {
        var archive = ChartFiles.Chart([.. Enumerable.Range(0, 20).Select(i => ($"files/{i}", new string('x', 1000)))]);

        Refusal(archive, new ChartArchiveLimits { UnpackedMax = 10_000 }).ShouldBe("the chart archive unpacks to more than 10000 bytes");
    }

    [Fact]
    public void A_stream_that_unpacks_without_end_is_not_read_to_its_end()
    {
        using var bytes = new MemoryStream();
        using (var zipped = new GZipStream(bytes, CompressionLevel.Fastest, leaveOpen: true))
        {
            // One entry whose header says nothing of the gigabyte of padding behind it.
            zipped.Write(new byte[512]);
            var zeros = new byte[1024 * 1024];
            for (var i = 0; i < 200; i++)
            {
                zipped.Write(zeros);
            }
        }

        Should.Throw<ChartException>(() => ChartArchive.Inspect(bytes.ToArray()));
    }

    [Fact]
    public void A_bomb_inside_a_chart_of_a_chart_counts_too()
    {
        var inner = ChartFiles.Chart([.. Enumerable.Range(0, 9).Select(i => ($"files/{i}", new string('x', 1000)))]);
        var archive = ChartFiles.Archive(
            ChartFiles.File("demo/Chart.yaml", ChartFiles.Description),
            ChartFiles.File("demo/charts/inner.tgz", inner),
            ChartFiles.File("demo/charts/other.tgz", inner));

        Refusal(archive, new ChartArchiveLimits { UnpackedMax = 15_000 })
            .ShouldBe("the chart archive demo/charts/other.tgz unpacks to more than 15000 bytes");
    }

    [Fact]
    public void Archives_in_archives_have_a_depth()
    {
        var archive = ChartFiles.Chart();
        for (var i = 0; i < 6; i++)
        {
            archive = ChartFiles.Archive(
                ChartFiles.File("demo/Chart.yaml", ChartFiles.Description), ChartFiles.File("demo/charts/inner.tgz", archive));
        }

        Refusal(archive).ShouldContain("is an archive more than 5 levels deep");
    }

    [Fact]
    public void A_link_inside_a_chart_of_a_chart_is_named_with_its_way()
    {
        var inner = ChartFiles.Archive(ChartFiles.Link(TarEntryType.SymbolicLink, "demo/x", "/etc"));
        var archive = ChartFiles.Archive(
            ChartFiles.File("demo/Chart.yaml", ChartFiles.Description), ChartFiles.File("demo/charts/inner.tgz", inner));

        Refusal(archive).ShouldBe("the chart archive's entry demo/charts/inner.tgz:demo/x is a link to /etc");
    }

    [Fact]
    public void An_archive_larger_than_the_limit_is_not_opened() =>
        Refusal(new byte[11], new ChartArchiveLimits { PackedMax = 10 })
            .ShouldBe("the chart archive has 11 bytes, at most 10 are taken");

    [Theory]
    [InlineData("")]
    [InlineData("not a chart")]
    public void Other_bytes_are_no_archive(string text) => Refusal(Encoding.UTF8.GetBytes(text)).ShouldNotBeEmpty();

    [Fact]
    public void A_cut_archive_is_damaged() =>
        Refusal(ChartFiles.Chart(("templates/a.yaml", new string('x', 100_000)))[..200]).ShouldContain("damaged");

    [Theory]
    [InlineData("version: 1.0.0", "demo/Chart.yaml: name: want a text")]
    [InlineData("name: demo", "demo/Chart.yaml: version: want a text")]
    [InlineData("name: demo\nversion: [1]", "demo/Chart.yaml: version: want a text")]
    [InlineData("name: : :", "demo/Chart.yaml: invalid YAML")]
    public void A_description_without_name_or_version_is_refused(string text, string message) =>
        Refusal(ChartFiles.Chart(("Chart.yaml", text))).ShouldStartWith(message);

    [Fact]
    public void An_archive_without_description_is_no_chart() =>
        Refusal(ChartFiles.Archive(ChartFiles.File("demo/values.yaml", "a: b")))
            .ShouldBe("the chart archive has no Chart.yaml in its folder");

    private static string Refusal(byte[] archive, ChartArchiveLimits? limits = null) =>
        Should.Throw<ChartException>(() => ChartArchive.Inspect(archive, limits)).Message;
}
