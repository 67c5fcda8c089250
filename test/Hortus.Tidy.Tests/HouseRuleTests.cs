using System.Globalization;
using System.Text.RegularExpressions;

namespace Hortus.Tidy.Tests;

/// <summary>What CONTRIBUTING.md asks of the sources and a compiler does not check.</summary>
public sealed partial class HouseRuleTests
{
    private const int FileLinesMax = 800;
    private const int LineLengthMax = 140;

    [Fact]
    public void No_source_file_is_longer_than_800_lines()
    {
        Repository.Files.Where(file => file.EndsWith(".cs", StringComparison.Ordinal))
            .Where(file => Repository.Lines(file).Length > FileLinesMax).ShouldBeEmpty();
    }

    [Fact]
    public void No_line_of_src_is_too_long_to_read()
    {
        Find("src", line => line.Length > LineLengthMax).ShouldBeEmpty();
    }

    [Fact]
    public void Nothing_in_src_is_left_for_later()
    {
        Find("src", line => LeftForLater().IsMatch(line)).ShouldBeEmpty();
    }

    [Fact]
    public void Nothing_in_src_sleeps_or_blocks_on_a_thread()
    {
        Find("src", line => line.Contains("Thread" + ".Sleep", StringComparison.Ordinal)).ShouldBeEmpty();
    }

    [Fact]
    public void No_source_hides_code_in_regions()
    {
        foreach (var folder in new[] { "src", "test", "tools", "bench" })
        {
            Find(folder, line => line.TrimStart().StartsWith("#" + "region", StringComparison.Ordinal)).ShouldBeEmpty();
        }
    }

    [Fact]
    public void No_folder_is_named_after_nothing_in_particular()
    {
        Repository.Sources("src")
            .SelectMany(file => Path.GetDirectoryName(file)!.Split('/'))
            .Where(part => MeaninglessName().IsMatch(part)).Distinct().ShouldBeEmpty();
    }

    [Fact]
    public void No_type_is_a_helper_or_a_bag_of_utilities()
    {
        Repository.Sources("src").Where(file => MeaninglessType().IsMatch(Path.GetFileName(file))).ShouldBeEmpty();
    }

    [Fact]
    public void Event_ids_of_log_messages_are_unique()
    {
        var used =
            from file in Repository.Sources("src")
            from Match match in LogMessageWithId().Matches(Repository.Read(file))
            group file by int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) into id
            where id.Count() > 1
            select $"{id.Key}: {string.Join(", ", id)}";

        used.ShouldBeEmpty();
    }

    [Fact]
    public void Every_kind_of_the_Gardener_APIs_says_what_it_is()
    {
        var silent =
            from file in Repository.Sources("src/foundation/Hortus.Objects/Gardener")
            let text = Repository.Read(file)
            from Match kind in KindDeclaration().Matches(text)
            where !SummaryBefore().IsMatch(text[..kind.Index])
            select $"{file}: {kind.Groups["name"].Value}";

        silent.ShouldBeEmpty();
    }

    [Fact]
    public void The_rule_for_kinds_sees_the_kinds()
    {
        Repository.Sources("src/foundation/Hortus.Objects/Gardener")
            .Sum(file => KindDeclaration().Count(Repository.Read(file))).ShouldBeGreaterThan(30);
    }

    private static IEnumerable<string> Find(string folder, Func<string, bool> isBad) =>
        from file in Repository.Sources(folder)
        from line in Repository.Lines(file).Index()
        where isBad(line.Item)
        select $"{file}:{line.Index + 1}: {line.Item.Trim()}";

    [GeneratedRegex(@"\b(TODO|FIXME|XXX)\b|NotImplementedException")]
    private static partial Regex LeftForLater();

    [GeneratedRegex("^(Managers?|Helpers?|Utils?|Utilities|Common|Misc)$", RegexOptions.IgnoreCase)]
    private static partial Regex MeaninglessName();

    [GeneratedRegex(@"(Helpers?|Utils?|Utilities)\.cs$")]
    private static partial Regex MeaninglessType();

    [GeneratedRegex(@"\[LoggerMessage\(\s*(?:EventId\s*=\s*)?(\d+)")]
    private static partial Regex LogMessageWithId();

    /// <summary>The attributes of a kind up to its class or record.</summary>
    [GeneratedRegex(@"^\[KubernetesResource\((?:.|\n)*?(?:class|record) (?<name>\w+)", RegexOptions.Multiline)]
    private static partial Regex KindDeclaration();

    /// <summary>A doc comment, perhaps with further attributes, right before.</summary>
    [GeneratedRegex(@"///[^\n]*(</summary>|</remarks>)[^\n]*\n(\[[^\n]*\n|    [^\n]*\n)*\z")]
    private static partial Regex SummaryBefore();
}
