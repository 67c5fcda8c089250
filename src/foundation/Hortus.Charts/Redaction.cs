using System.Text;
using System.Text.RegularExpressions;

namespace Hortus.Charts;

/// <summary>
/// Takes confidential texts out of messages of helm, which quote values: the text, each of its lines, and its base64, in any case of
/// letters. What a chart's own template makes of a value before it fails with it (a part, a hash) cannot be known.
/// </summary>
internal static partial class Redaction
{
    private const string Hidden = "***";

    // Shorter texts are everywhere, and nobody's secret is that short.
    private const int LengthMin = 3;

    /// <summary>The message without the texts.</summary>
    public static string Hide(string message, IReadOnlyCollection<string> confidential)
    {
        if (confidential.Count == 0)
        {
            return message;
        }

        foreach (var text in confidential.SelectMany(Forms).Where(t => t.Length >= LengthMin).Distinct().OrderByDescending(t => t.Length))
        {
            message = message.Replace(text, Hidden, StringComparison.OrdinalIgnoreCase);
        }

        // YAML errors quote the first letters of what they cannot read.
        return Quoted().Replace(message, $"`{Hidden}`");
    }

    private static IEnumerable<string> Forms(string text)
    {
        yield return text;
        yield return Quote(text);
        yield return Convert.ToBase64String(Encoding.UTF8.GetBytes(text)).TrimEnd('=');
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            yield return line;
            yield return Quote(line);
        }

        // Blanks in messages are one each.
        yield return Blank().Replace(text, " ").Trim();
    }

    private static string Quote(string text) => text
        .Replace("\\", "\\\\", StringComparison.Ordinal)
        .Replace("\"", "\\\"", StringComparison.Ordinal)
        .Replace("\n", "\\n", StringComparison.Ordinal)
        .Replace("\t", "\\t", StringComparison.Ordinal);

    [GeneratedRegex("`[^`]*`", RegexOptions.CultureInvariant)]
    private static partial Regex Quoted();

    [GeneratedRegex(@"\s+", RegexOptions.CultureInvariant)]
    private static partial Regex Blank();
}
