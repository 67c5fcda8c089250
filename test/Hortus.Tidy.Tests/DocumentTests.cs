using System.Text.RegularExpressions;

namespace Hortus.Tidy.Tests;

/// <summary>Documents name only what exists.</summary>
public sealed partial class DocumentTests
{
    private static readonly string[] RepositoryFolders = ["src/", "docs/", "examples/", "eng/", "test/", "tools/", "bench/", "charts/", ".ci/"];

    [Theory]
    [InlineData("README.md")]
    [InlineData("ARCHITECTURE.md")]
    [InlineData("CONTRIBUTING.md")]
    [InlineData("CHANGELOG.md")]
    [InlineData("LICENSE")]
    public void A_newcomer_finds_the_document(string file)
    {
        Repository.Read(file).Length.ShouldBeGreaterThan(200);
    }

    [Fact]
    public void Each_layer_states_its_rule_in_five_lines_at_most()
    {
        foreach (var layer in Layers.Names)
        {
            Repository.Lines($"src/{layer}/README.md").Length.ShouldBeLessThanOrEqualTo(5, layer);
        }
    }

    [Fact]
    public void Relative_links_lead_somewhere()
    {
        var broken =
            from document in Documents()
            from Match link in Link().Matches(WithoutCode(Repository.Read(document)))
            let target = link.Groups[1].Value.Split('#')[0]
            where target.Length > 0 && !target.Contains("://", StringComparison.Ordinal)
            where !Repository.Exists(Path.Combine(Path.GetDirectoryName(document)!, target))
            select $"{document}: {target}";

        broken.ShouldBeEmpty();
    }

    [Fact]
    public void Repository_paths_in_backticks_exist()
    {
        var missing =
            from document in Documents()
            from Match code in InlineCode().Matches(Repository.Read(document))
            let path = code.Groups[1].Value
            where RepositoryFolders.Any(folder => path.StartsWith(folder, StringComparison.Ordinal))
            where !path.AsSpan().ContainsAny("<>{} ") && !Matches(path)
            select $"{document}: {path}";

        missing.ShouldBeEmpty();
    }

    [Fact]
    public void Commands_named_in_documents_exist()
    {
        var known = Subcommands();
        var unknown =
            from document in Documents()
            from Match command in HortusCommand().Matches(Repository.Read(document))
            where !known.Contains(command.Groups[1].Value)
            select $"{document}: hortus {command.Groups[1].Value}";

        unknown.ShouldBeEmpty();
    }

    [Fact]
    public void Make_targets_named_in_documents_exist()
    {
        var makefile = Repository.Read("Makefile");
        var unknown =
            from document in Documents()
            from Match target in MakeCommand().Matches(Repository.Read(document))
            where !makefile.Contains($"\n{target.Groups[1].Value}:", StringComparison.Ordinal)
            select $"{document}: make {target.Groups[1].Value}";

        unknown.ShouldBeEmpty();
    }

    [Fact]
    public void Flags_of_the_local_garden_named_in_its_documents_exist()
    {
        var code = string.Concat(Repository.Sources("src/app").Select(Repository.Read));
        var unknown =
            from Match flag in Flag().Matches(Repository.Read("docs/usage/local-garden.md"))
            where !code.Contains($"\"{flag.Value}\"", StringComparison.Ordinal)
            select flag.Value;

        unknown.ShouldBeEmpty();
    }

    private static IEnumerable<string> Documents() => Repository.EndingWith(".md");

    private static bool Matches(string path)
    {
        var plain = path.TrimEnd('/');
        if (!plain.Contains('*', StringComparison.Ordinal))
        {
            return Repository.Exists(plain);
        }

        var pattern = "^" + Regex.Escape(plain).Replace("\\*", "[^/]*", StringComparison.Ordinal);
        return Repository.Files.Any(file => Regex.IsMatch(file, pattern));
    }

    private static HashSet<string> Subcommands()
    {
        var code = string.Concat(Repository.Sources("src/app").Select(Repository.Read));
        return [.. SubcommandDeclaration().Matches(code).Select(match => match.Groups[1].Value)];
    }

    private static string WithoutCode(string text) => FencedCode().Replace(text, "");

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"(?<!`)`([^`\n]+)`(?!`)")]
    private static partial Regex InlineCode();

    [GeneratedRegex("^```.*?^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex FencedCode();

    /// <summary>After a backtick or at the start of a line of an example, so that prose about Hortus is left alone.</summary>
    [GeneratedRegex(@"(?:^[ $│├└─]*|`|sudo )(?:bin/)?hortus ([a-z][a-z-]*)", RegexOptions.Multiline)]
    private static partial Regex HortusCommand();

    [GeneratedRegex(@"(?:^[ $]*|`)make ([a-z]+)", RegexOptions.Multiline)]
    private static partial Regex MakeCommand();

    [GeneratedRegex(@"--[a-z][a-z-]+")]
    private static partial Regex Flag();

    [GeneratedRegex(@"(?:\[|Command\(|Create<\w+>\(\s*)""([a-z][a-z-]*)""")]
    private static partial Regex SubcommandDeclaration();
}
