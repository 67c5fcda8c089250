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
    /// <returns>Null when the complaint is another one, or when the blanks are more than the block's indentation.</returns>
    public static string? Cut(string text, YamlFormatException failure)
    {
        if (failure.InnerException is not SemanticErrorException complaint
            || !complaint.Message.Contains(Complaint, StringComparison.Ordinal))
        {
            return null;
        }

        var lines = text.Split('\n');
        var indentation = failure.Column - 1;
        var first = (int)failure.Line - 1;
        var changed = false;
        for (var i = first - 1; i >= 0 && lines[i].TrimEnd('\r').All(letter => letter == ' '); i--)
        {
            var blanks = lines[i].TrimEnd('\r').Length;
            if (blanks > indentation)
            {
                return null;
            }

            changed |= blanks > 0;
            lines[i] = lines[i][blanks..];
        }

        return changed ? string.Join('\n', lines) : null;
    }
}
