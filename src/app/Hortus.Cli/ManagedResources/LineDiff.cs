using System.Globalization;
using System.Text;

namespace Hortus.Cli.ManagedResources;

/// <summary>Compares two texts by lines and writes what differs as <c>diff -u</c> does (Myers' algorithm).</summary>
internal static class LineDiff
{
    private const int Context = 3;

    // Beyond this many differing lines the shortest edit is no longer worth its time: everything in between is replaced.
    private const int EditsMax = 2000;

    /// <summary>The hunks; empty when the texts are equal.</summary>
    public static string Hunks(string before, string after)
    {
        var lines = Edits(Lines(before), Lines(after));
        var text = new StringBuilder();
        for (var i = 0; i < lines.Count;)
        {
            var first = lines.FindIndex(i, l => l.Sign != ' ');
            if (first < 0)
            {
                break;
            }

            var (start, end) = (Math.Max(i, first - Context), first);
            for (var j = first; j < lines.Count && j <= end + (2 * Context); j++)
            {
                end = lines[j].Sign == ' ' ? end : j;
            }

            end = Math.Min(lines.Count, end + 1 + Context);
            Write(text, lines[start..end]);
            i = end;
        }

        return text.ToString();
    }

    private static void Write(StringBuilder text, List<Line> hunk)
    {
        var (old, current) = (hunk.Count(l => l.Sign != '+'), hunk.Count(l => l.Sign != '-'));
        text.Append(CultureInfo.InvariantCulture, $"@@ -{Range(hunk[0].Old, old)} +{Range(hunk[0].New, current)} @@\n");
        foreach (var line in hunk)
        {
            text.Append(line.Sign).Append(line.Text).Append('\n');
        }
    }

    // A side without lines is named by the line before it.
    private static string Range(int start, int count) =>
        string.Create(CultureInfo.InvariantCulture, $"{(count == 0 ? start : start + 1)},{count}");

    private static string[] Lines(string text) =>
        text.Length == 0 ? [] : (text.EndsWith('\n') ? text[..^1] : text).Split('\n');

    private static List<Line> Edits(string[] before, string[] after)
    {
        var same = 0;
        while (same < before.Length && same < after.Length && before[same] == after[same])
        {
            same++;
        }

        var tail = 0;
        while (tail < before.Length - same && tail < after.Length - same && before[^(tail + 1)] == after[^(tail + 1)])
        {
            tail++;
        }

        var lines = new List<Line>(before.Length + after.Length);
        var (x, y) = (0, 0);
        foreach (var sign in new string(' ', same) + Script(before[same..^tail], after[same..^tail]) + new string(' ', tail))
        {
            lines.Add(new Line(sign, sign == '+' ? after[y] : before[x], x, y));
            x += sign == '+' ? 0 : 1;
            y += sign == '-' ? 0 : 1;
        }

        return lines;
    }

    // One sign for each line: kept, removed, added.
    private static string Script(string[] before, string[] after)
    {
        var furthest = new Dictionary<int, int> { [1] = 0 };
        var trace = new List<Dictionary<int, int>>();
        for (var edits = 0; edits <= Math.Min(EditsMax, before.Length + after.Length); edits++)
        {
            trace.Add(new Dictionary<int, int>(furthest));
            for (var k = -edits; k <= edits; k += 2)
            {
                var x = GoesDown(furthest, k, edits) ? furthest[k + 1] : furthest[k - 1] + 1;
                while (x < before.Length && x - k < after.Length && before[x] == after[x - k])
                {
                    x++;
                }

                furthest[k] = x;
                if (x >= before.Length && x - k >= after.Length)
                {
                    return Retrace(trace, before.Length, after.Length);
                }
            }
        }

        return new string('-', before.Length) + new string('+', after.Length);
    }

    private static bool GoesDown(Dictionary<int, int> furthest, int k, int edits) =>
        k == -edits || (k != edits && furthest[k - 1] < furthest[k + 1]);

    private static string Retrace(List<Dictionary<int, int>> trace, int x, int y)
    {
        var signs = new StringBuilder();
        for (var edits = trace.Count - 1; edits >= 0; edits--)
        {
            var (furthest, k) = (trace[edits], x - y);
            var isDown = GoesDown(furthest, k, edits);
            var before = furthest[isDown ? k + 1 : k - 1];
            var start = isDown ? before : before + 1;
            signs.Append(' ', x - start);
            if (edits > 0)
            {
                signs.Append(isDown ? '+' : '-');
                (x, y) = (before, before - (isDown ? k + 1 : k - 1));
            }
        }

        var all = signs.ToString().ToCharArray();
        Array.Reverse(all);
        return new string(all);
    }

    private readonly record struct Line(char Sign, string Text, int Old, int New);
}
