using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Hortus.Cli.ManagedResources;

namespace Hortus.Cli.Tests;

public sealed class LineDiffTests
{
    [Fact]
    public void A_change_is_shown_with_three_lines_around_it() =>
        LineDiff.Hunks("1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nfive\n6\n7\n8\n9\n").ShouldBe(
            "@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n");

    [Fact]
    public void Changes_far_apart_are_hunks_of_their_own()
    {
        var before = string.Concat(Enumerable.Range(1, 20).Select(i => $"{i}\n"));

        LineDiff.Hunks(before, before.Replace("2\n3\n", "2\n", StringComparison.Ordinal).Replace("18\n", "18\nnew\n", StringComparison.Ordinal))
            .ShouldBe("@@ -1,6 +1,5 @@\n 1\n 2\n-3\n 4\n 5\n 6\n@@ -16,5 +15,6 @@\n 16\n 17\n 18\n+new\n 19\n 20\n");
    }

    [Theory]
    [InlineData("", "a\nb\n", "@@ -0,0 +1,2 @@\n+a\n+b\n")]
    [InlineData("a\nb\n", "", "@@ -1,2 +0,0 @@\n-a\n-b\n")]
    [InlineData("a\n", "a\n", "")]
    public void A_side_may_be_empty(string before, string after, string hunks) => LineDiff.Hunks(before, after).ShouldBe(hunks);

    [Property(MaxTest = 500)]
    public Property Whoever_follows_the_hunks_arrives_at_the_other_text() => Prop.ForAll(
        Texts().ToArbitrary(), Texts().ToArbitrary(), (before, after) => Follow(before, LineDiff.Hunks(before, after)).ShouldBe(after));

    [Fact]
    public void Long_texts_without_anything_in_common_are_replaced()
    {
        var (before, after) = (Numbered('a'), Numbered('b'));

        Follow(before, LineDiff.Hunks(before, after)).ShouldBe(after);

        static string Numbered(char letter) => string.Concat(Enumerable.Range(0, 5000).Select(i => $"{letter}{i}\n"));
    }

    private static Gen<string> Texts() =>
        Gen.Elements("a", "b", "c", "d").ListOf().Select(lines => string.Concat(lines.Select(l => l + "\n")));

    // What `patch` does.
    private static string Follow(string before, string hunks)
    {
        var lines = before.Length == 0 ? [] : before[..^1].Split('\n');
        var result = new List<string>();
        var at = 0;
        foreach (var line in hunks.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line[0] == '@')
            {
                var range = line.Split(' ')[1][1..].Split(',').Select(int.Parse).ToArray();
                var start = range[1] == 0 ? range[0] : range[0] - 1;
                result.AddRange(lines[at..start]);
                at = start;
                continue;
            }

            if (line[0] != '+')
            {
                lines[at++].ShouldBe(line[1..]);
            }

            if (line[0] != '-')
            {
                result.Add(line[1..]);
            }
        }

        result.AddRange(lines[at..]);
        return string.Concat(result.Select(l => l + "\n"));
    }
}
