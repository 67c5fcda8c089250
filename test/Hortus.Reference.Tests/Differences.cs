using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Hortus.Reference.Tests;

/// <summary>Compares answers, leaving out the differences that were judged to be right.</summary>
public sealed class Differences(IReadOnlyList<string> everywhere)
{
    /// <summary>The differences that nobody accepted, as text: one a line.</summary>
    public IEnumerable<string> Of(Case played, Step step, Answer reference, Answer ours)
    {
        var accepted = step.Accepted.Concat(played.Accepted).Concat(everywhere).ToList();
        if (step.Accepted.Any(reason => reason[0] is not ('.' or '*')))
        {
            return [];
        }

        var found = new List<(string Path, string Left, string Right)>();
        if (reference.Code != ours.Code)
        {
            var path = ".code";
            found.Add((path, $"{reference.Code} {Message(reference)}", $"{ours.Code} {Message(ours)}"));
        }
        else
        {
            Compare(".body", reference.Body, ours.Body, found);
            Compare(".warn", reference.Warnings, ours.Warnings, found);
        }

        var patterns = accepted.Select(Pattern).ToList();
        return found.Where(difference => !patterns.Any(pattern => pattern.IsMatch(difference.Path)))
            .Select(d => $"{d.Path}\n      reference {Cut(d.Left)}\n      ours      {Cut(d.Right)}");
    }

    private static Regex Pattern(string reason)
    {
        var path = Regex.Escape(reason.Split(' ')[0]).Replace(@"\*", ".*", StringComparison.Ordinal);
        return new Regex("^" + path + @"(\.|\[|\z)");
    }

    private static string Message(Answer answer) => (answer.Body as JsonObject)?["message"]?.ToString() ?? "";

    private static string Cut(string text) => text.Length > 300 ? text[..300] + "..." : text;

    private static void Compare(
        string path, JsonNode? left, JsonNode? right, List<(string Path, string Left, string Right)> found)
    {
        switch (left, right)
        {
            case (JsonObject a, JsonObject b):
                foreach (var name in a.Select(f => f.Key).Union(b.Select(f => f.Key)).Order(StringComparer.Ordinal))
                {
                    if (a.ContainsKey(name) && b.ContainsKey(name))
                    {
                        Compare($"{path}.{name}", a[name], b[name], found);
                    }
                    else
                    {
                        found.Add(($"{path}.{name}", a[name]?.ToJsonString() ?? "absent", b[name]?.ToJsonString() ?? "absent"));
                    }
                }

                break;
            case (JsonArray a, JsonArray b) when a.Count == b.Count:
                for (var i = 0; i < a.Count; i++)
                {
                    Compare($"{path}[{i}]", a[i], b[i], found);
                }

                break;
            default:
                if (!JsonNode.DeepEquals(left, right))
                {
                    found.Add((path, left?.ToJsonString() ?? "absent", right?.ToJsonString() ?? "absent"));
                }

                break;
        }
    }
}
