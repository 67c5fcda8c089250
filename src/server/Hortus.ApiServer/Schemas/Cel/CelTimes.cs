using System.Globalization;

namespace Hortus.ApiServer.Schemas.Cel;

/// <summary>Timestamps and durations.</summary>
internal static class CelTimes
{
    private static readonly string[] Forms = ["yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd"];

    private static readonly (string Suffix, double Ticks)[] Units =
    [
        ("ns", 0.01), ("us", 10), ("µs", 10), ("ms", TimeSpan.TicksPerMillisecond), ("s", TimeSpan.TicksPerSecond),
        ("m", TimeSpan.TicksPerMinute), ("h", TimeSpan.TicksPerHour),
    ];

    /// <exception cref="CelException">It is none.</exception>
    public static DateTimeOffset Timestamp(string text) =>
        DateTimeOffset.TryParseExact(
            text.ToUpperInvariant(), Forms, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time
            : throw new CelException($"invalid timestamp \"{text}\"");

    /// <summary>Reads <c>1h30m</c>, <c>-1.5s</c>, <c>0</c>.</summary>
    /// <exception cref="CelException">It is none.</exception>
    public static TimeSpan Duration(string text)
    {
        var rest = text.AsSpan();
        var negative = rest is ['-', ..];
        rest = rest is ['-' or '+', ..] ? rest[1..] : rest;
        if (rest is "0")
        {
            return TimeSpan.Zero;
        }

        var ticks = 0d;
        if (rest.IsEmpty)
        {
            throw new CelException($"invalid duration \"{text}\"");
        }

        while (!rest.IsEmpty)
        {
            var digits = 0;
            while (digits < rest.Length && (char.IsAsciiDigit(rest[digits]) || rest[digits] == '.'))
            {
                digits++;
            }

            if (!double.TryParse(rest[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var n)
                || !TryUnit(rest[digits..], out var length, out var unit))
            {
                throw new CelException($"invalid duration \"{text}\"");
            }

            ticks += n * unit;
            rest = rest[(digits + length)..];
        }

        return Math.Abs(ticks) < TimeSpan.MaxValue.Ticks
            ? TimeSpan.FromTicks((long)(negative ? -ticks : ticks))
            : throw new CelException("duration out of range");
    }

    public static string Show(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture);

    public static string Show(TimeSpan duration) =>
        (duration.Ticks / (decimal)TimeSpan.TicksPerSecond).ToString("0.#######", CultureInfo.InvariantCulture) + "s";

    /// <summary>The time in a zone: <c>Europe/Berlin</c>, <c>+02:00</c>; UTC for none.</summary>
    public static DateTimeOffset In(DateTimeOffset time, string? zone)
    {
        if (string.IsNullOrEmpty(zone) || zone == "UTC")
        {
            return time.ToUniversalTime();
        }

        var digits = zone.TrimStart('+', '-');
        if (TimeSpan.TryParseExact(digits, @"hh\:mm", CultureInfo.InvariantCulture, out var offset))
        {
            return time.ToOffset(zone[0] == '-' ? -offset : offset);
        }

        return TimeZoneInfo.TryFindSystemTimeZoneById(zone, out var found)
            ? TimeZoneInfo.ConvertTime(time, found)
            : throw new CelException($"unknown time zone {zone}");
    }

    private static bool TryUnit(ReadOnlySpan<char> text, out int length, out double ticks)
    {
        var end = 0;
        while (end < text.Length && !char.IsAsciiDigit(text[end]) && text[end] != '.')
        {
            end++;
        }

        foreach (var (suffix, unit) in Units)
        {
            if (text[..end].SequenceEqual(suffix))
            {
                (length, ticks) = (end, unit);
                return true;
            }
        }

        (length, ticks) = (0, 0);
        return false;
    }
}
