using System.Globalization;
using System.Text.RegularExpressions;

namespace Hortus.Objects;

/// <summary>Durations as Go programs write them: <c>1h30m</c>, <c>10s</c>, <c>250ms</c>, <c>0</c>.</summary>
public static partial class Duration
{
    /// <summary>Reads a duration.</summary>
    /// <exception cref="FormatException">The text is not a duration.</exception>
    public static TimeSpan Parse(string text) => TryParse(text, out var duration)
        ? duration
        : throw new FormatException($"want a duration such as 10s, 5m or 1h30m, found \"{text}\"");

    /// <summary>Reads a duration; tells whether the text is one. Negative ones are none.</summary>
    public static bool TryParse(string text, out TimeSpan duration)
    {
        ArgumentNullException.ThrowIfNull(text);
        duration = TimeSpan.Zero;
        if (text == "0")
        {
            return true;
        }

        if (!Whole().IsMatch(text))
        {
            return false;
        }

        foreach (Match part in Part().Matches(text))
        {
            var amount = double.Parse(part.Groups[1].ValueSpan, CultureInfo.InvariantCulture);
            duration += part.Groups[2].Value switch
            {
                "h" => TimeSpan.FromHours(amount),
                "m" => TimeSpan.FromMinutes(amount),
                "s" => TimeSpan.FromSeconds(amount),
                "ms" => TimeSpan.FromMilliseconds(amount),
                "ns" => TimeSpan.FromMicroseconds(amount / 1000),
                _ => TimeSpan.FromMicroseconds(amount),
            };
        }

        return true;
    }

    [GeneratedRegex(@"^(\d{1,9}(\.\d{1,6})?(h|ms|m|s|us|µs|ns))+\z", RegexOptions.NonBacktracking)]
    private static partial Regex Whole();

    [GeneratedRegex(@"(\d+(?:\.\d+)?)(h|ms|m|s|us|µs|ns)", RegexOptions.NonBacktracking)]
    private static partial Regex Part();
}
