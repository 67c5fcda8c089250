using System.Globalization;
using System.Text.RegularExpressions;

namespace Hortus.Cli.Flags;

/// <summary>Durations as Go programs write them: <c>1h30m</c>, <c>10s</c>, <c>250ms</c>.</summary>
public static partial class Duration
{
    /// <summary>Parses a duration.</summary>
    /// <exception cref="FormatException">The text is not a duration.</exception>
    public static TimeSpan Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length == 0 || !Whole().IsMatch(text))
        {
            throw new FormatException($"want a duration such as 10s, 5m or 1h30m, found \"{text}\"");
        }

        var total = TimeSpan.Zero;
        foreach (Match part in Part().Matches(text))
        {
            var amount = double.Parse(part.Groups[1].ValueSpan, CultureInfo.InvariantCulture);
            total += part.Groups[2].Value switch
            {
                "h" => TimeSpan.FromHours(amount),
                "m" => TimeSpan.FromMinutes(amount),
                "s" => TimeSpan.FromSeconds(amount),
                _ => TimeSpan.FromMilliseconds(amount),
            };
        }

        return total;
    }

    [GeneratedRegex(@"^(\d{1,9}(\.\d{1,6})?(h|ms|m|s))+$", RegexOptions.NonBacktracking)]
    private static partial Regex Whole();

    [GeneratedRegex(@"(\d+(?:\.\d+)?)(h|ms|m|s)", RegexOptions.NonBacktracking)]
    private static partial Regex Part();
}
