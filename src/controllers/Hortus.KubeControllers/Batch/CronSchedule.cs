using System.Globalization;

namespace Hortus.KubeControllers.Batch;

/// <summary>A cron schedule of five fields (minute, hour, day of month, month, day of week) or a macro such as
/// <c>@hourly</c>.</summary>
internal sealed class CronSchedule
{
    private static readonly string[] Months =
        ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
    private static readonly string[] Days = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

    // February 29th comes every eight years at the latest.
    private static readonly TimeSpan SearchMax = TimeSpan.FromDays(366 * 8);

    private readonly bool[] minutes;
    private readonly bool[] hours;
    private readonly bool[] days;
    private readonly bool[] months;
    private readonly bool[] weekdays;
    private readonly bool anyDay;
    private readonly bool anyWeekday;

    private CronSchedule(string[] fields)
    {
        minutes = Field(fields[0], 0, 59, []);
        hours = Field(fields[1], 0, 23, []);
        days = Field(fields[2], 1, 31, []);
        months = Field(fields[3], 1, 12, Months);
        weekdays = Field(fields[4], 0, 7, Days);
        weekdays[0] |= weekdays[7];
        anyDay = fields[2][0] is '*' or '?';
        anyWeekday = fields[4][0] is '*' or '?';
    }

    /// <summary>Reads a schedule.</summary>
    /// <exception cref="FormatException">The text is none; the message says what is wrong.</exception>
    public static CronSchedule Parse(string text)
    {
        var spelled = text.Trim() switch
        {
            "@yearly" or "@annually" => "0 0 1 1 *",
            "@monthly" => "0 0 1 * *",
            "@weekly" => "0 0 * * 0",
            "@daily" or "@midnight" => "0 0 * * *",
            "@hourly" => "0 * * * *",
            var other => other,
        };
        var fields = spelled.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return fields.Length == 5
            ? new CronSchedule(fields)
            : throw new FormatException($"invalid schedule \"{text}\": want five fields, found {fields.Length}");
    }

    /// <summary>The first time after <paramref name="time"/>; null when there is none within eight years.</summary>
    public DateTimeOffset? Next(DateTimeOffset time, TimeZoneInfo zone)
    {
        var local = TimeZoneInfo.ConvertTime(time, zone).DateTime;
        var at = new DateTime(
            local.Year, local.Month, local.Day, local.Hour, local.Minute, 0, DateTimeKind.Unspecified).AddMinutes(1);
        var end = at + SearchMax;
        while (at < end)
        {
            if (!months[at.Month])
            {
                at = new DateTime(at.Year, at.Month, 1, 0, 0, 0, DateTimeKind.Unspecified).AddMonths(1);
            }
            else if (!IsDay(at))
            {
                at = at.Date.AddDays(1);
            }
            else if (!hours[at.Hour])
            {
                at = at.Date.AddHours(at.Hour + 1);
            }
            else if (!minutes[at.Minute] || zone.IsInvalidTime(at))
            {
                at = at.AddMinutes(1);
            }
            else
            {
                return new DateTimeOffset(at, zone.GetUtcOffset(at)).ToUniversalTime();
            }
        }

        return null;
    }

    // With both days given either one is enough, as cron has it.
    private bool IsDay(DateTime at)
    {
        var day = days[at.Day];
        var weekday = weekdays[(int)at.DayOfWeek];
        return anyDay || anyWeekday ? day && weekday : day || weekday;
    }

    private static bool[] Field(string text, int min, int max, string[] names)
    {
        var set = new bool[max + 1];
        foreach (var part in text.Split(','))
        {
            var slash = part.IndexOf('/', StringComparison.Ordinal);
            var step = slash < 0 ? 1 : Number(part[(slash + 1)..], 1, max, []);
            var range = slash < 0 ? part : part[..slash];
            var (from, to) = (min, max);
            if (range is not ("*" or "?"))
            {
                var dash = range.IndexOf('-', StringComparison.Ordinal);
                from = Number(dash < 0 ? range : range[..dash], min, max, names);
                to = dash >= 0 ? Number(range[(dash + 1)..], min, max, names) : slash < 0 ? from : max;
            }

            for (var i = from; i <= to; i += step)
            {
                set[i] = true;
            }
        }

        return set;
    }

    private static int Number(string text, int min, int max, string[] names)
    {
        var named = Array.FindIndex(names, n => n.Equals(text, StringComparison.OrdinalIgnoreCase));
        if (named >= 0)
        {
            return named + (names.Length == 12 ? 1 : 0);
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= min &&
            number <= max
            ? number
            : throw new FormatException($"invalid schedule field \"{text}\": want a number from {min} to {max}");
    }
}
