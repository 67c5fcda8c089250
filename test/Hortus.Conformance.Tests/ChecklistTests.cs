using System.Text.RegularExpressions;
using Hortus.Conformance.Tests.Running;

namespace Hortus.Conformance.Tests;

/// <summary>conformance.yaml says the truth: what it names is there, and nothing is left open.</summary>
public sealed partial class ChecklistTests
{
    [Fact]
    public void Every_upstream_test_has_tests_of_ours_that_exist_or_a_reason()
    {
        var folder = SearchUpwards.Folder(Path.Combine("test", "Hortus.Conformance.Tests"), "conformance.yaml")!;
        var entries = Entry().Split(File.ReadAllText(Path.Combine(folder, "conformance.yaml"))).Skip(1).ToList();
        entries.Count.ShouldBeGreaterThan(80);
        var sources = Directory.EnumerateFiles(Path.GetDirectoryName(folder)!, "*Tests.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains("/obj/", StringComparison.Ordinal))
            .ToLookup(file => Path.GetFileNameWithoutExtension(file)!, File.ReadAllText);
        var problems = new List<string>();
        foreach (var entry in entries)
        {
            var name = entry.Split('\n')[0];
            var tests = Named().Matches(entry).Select(m => (Class: m.Groups[1].Value, Method: m.Groups[2].Value)).ToList();
            var reason = Reason().Match(entry).Groups[1].Value;
            if (tests.Count == 0 == (reason.Length == 0))
            {
                problems.Add($"{name}: wants tests or a reason to skip, not both and not neither");
            }

            problems.AddRange(tests
                .Where(t => !sources[t.Class].Any(text => text.Contains($" {t.Method}(", StringComparison.Ordinal)))
                .Select(t => $"{name}: no test {t.Class}.{t.Method}"));
        }

        problems.ShouldBeEmpty();
    }

    [GeneratedRegex(@"^- name: ", RegexOptions.Multiline)]
    private static partial Regex Entry();

    [GeneratedRegex(@"(\w+Tests)\.(\w+)(?=[,\]])")]
    private static partial Regex Named();

    [GeneratedRegex(@"^  reason: (.+)$", RegexOptions.Multiline)]
    private static partial Regex Reason();
}
