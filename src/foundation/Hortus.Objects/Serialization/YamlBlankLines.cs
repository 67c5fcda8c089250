using YamlDotNet.Core;

namespace Hortus.Objects;

/// <summary>Lines of blanks at the beginning of a literal block. YAML, and whoever templates it, has them indented like what follows; the
/// parser wants them shorter.</summary>
internal static class YamlBlankLines
{
    /// <summary>Most blocks of a text that are changed: each costs another reading.</summary>
    public const int CutsMax = 200;

    private const string Complaint = "found extra spaces in first line";

    /// <summary>Takes the blanks out of the lines that the parser complained of. What they mean, and where everything else is, does
    /// not change.</summary>
    /// <returns>Null when the complaint is another one, or when the blanks are more than the indentation of the block's text.</returns>
    public static string? Cut(string text, YamlFormatException failure)
    {
        if (failure.InnerException is not SemanticErrorException complaint
            || !complaint.Message.Contains(Complaint, StringComparison.Ordinal))
        {
            return null;
        }

        var lines = text.Split('\n');
        var next = (int)failure.Line - 1;
        var header = next - 1;
        while (header >= 0 && IsBlank(lines[header]))
        {
            header--;
        }

        // Without any text the block ends before a line that is no deeper than its own, and its blanks may be as many as they like.
        var indentation = failure.Column - 1;
        var isEmpty = header >= 0 && indentation <= Indentation(lines[header]);
        var changed = false;
        for (var i = header + 1; i < next; i++)
        {
            var blanks = Indentation(lines[i]);
            if (blanks > indentation && !isEmpty)
            {
                return null;
            }

            changed |= blanks > 0;
            lines[i] = lines[i][blanks..];
        }

        return changed ? string.Join('\n', lines) : null;
    }

    private static bool IsBlank(string line) => line.TrimEnd('\r').AsSpan().TrimStart(' ').IsEmpty;

    private static int Indentation(string line) => line.Length - line.AsSpan().TrimStart(' ').Length;
}
