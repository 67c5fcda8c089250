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

    /// <summary>Writes a duration as Go does, to the microsecond: <c>1h30m0s</c>, <c>37.5s</c>, <c>250ms</c>, <c>0s</c>.</summary>
    public static string Format(TimeSpan duration)
    {
        var microseconds = (long)Math.Round(duration.Duration().TotalMicroseconds);
        var sign = duration < TimeSpan.Zero && microseconds > 0 ? "-" : "";
        var (hours, minutes) = (microseconds / 3_600_000_000, microseconds / 60_000_000 % 60);
        return sign + microseconds switch
        {
            0 => "0s",
            < 1000 => $"{microseconds}µs",
            < 1_000_000 => $"{Number(microseconds, 1000)}ms",
            _ => (hours > 0 ? $"{hours}h{minutes}m" : minutes > 0 ? $"{minutes}m" : "") +
                $"{Number(microseconds % 60_000_000, 1_000_000)}s",
        };
    }

    private static string Number(long amount, int unit) => (amount / (decimal)unit).ToString("0.######", CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^(\d{1,9}(\.\d{1,6})?(h|ms|m|s|us|µs|ns))+\z", RegexOptions.NonBacktracking)]
    private static partial Regex Whole();

    [GeneratedRegex(@"(\d+(?:\.\d+)?)(h|ms|m|s|us|µs|ns)", RegexOptions.NonBacktracking)]
    private static partial Regex Part();
}
