using System.Globalization;
using System.Text.RegularExpressions;
using Hortus.Objects;
using Hortus.Objects.Gardener.Core;

namespace Hortus.GardenApi.Validation;

/// <summary>Maintenance window and hibernation schedules of a Shoot.</summary>
internal static partial class ShootScheduleValidator
{
    private static readonly TimeSpan WindowMin = TimeSpan.FromMinutes(30);
    private static readonly TimeSpan WindowMax = TimeSpan.FromHours(6);

    public static void Check(ShootSpec spec, FieldPath path, FieldErrors errors)
    {
        if (spec.Maintenance?.TimeWindow is { } window)
        {
            Window(window, path["maintenance"]["timeWindow"], errors);
        }

        var schedules = spec.Hibernation?.Schedules;
        for (var i = 0; i < (schedules?.Count ?? 0); i++)
        {
            Schedule(schedules![i], path["hibernation"]["schedules"][i], errors);
        }
    }

    private static void Window(MaintenanceTimeWindow window, FieldPath path, FieldErrors errors)
    {
        var begin = Time(window.Begin, path["begin"], errors);
        var end = Time(window.End, path["end"], errors);
        if (begin is null || end is null)
        {
            return;
        }

        var length = end.Value - begin.Value;
        length = length < TimeSpan.Zero ? length + TimeSpan.FromDays(1) : length;
        if (length < WindowMin || length > WindowMax)
        {
            errors.Invalid(
                path, $"{window.Begin}-{window.End}",
                "time window must be at least 30 minutes and at most 6 hours long");
        }
    }

    // The time of day in UTC.
    private static TimeSpan? Time(string text, FieldPath path, FieldErrors errors)
    {
        var match = WindowPattern().Match(text);
        if (!match.Success)
        {
            errors.Invalid(path, text, "time not in the correct format (HHMMSS+ZONE), such as 220000+0100");
            return null;
        }

        var number = (int group) => int.Parse(match.Groups[group].ValueSpan, CultureInfo.InvariantCulture);
        var zone = new TimeSpan(number(5), number(6), 0) * (match.Groups[4].Value == "-" ? -1 : 1);
        var time = (new TimeSpan(number(1), number(2), number(3)) - zone).Ticks % TimeSpan.TicksPerDay;
        return TimeSpan.FromTicks(time < 0 ? time + TimeSpan.TicksPerDay : time);
    }

    private static void Schedule(HibernationSchedule schedule, FieldPath path, FieldErrors errors)
    {
        if (string.IsNullOrEmpty(schedule.Start) && string.IsNullOrEmpty(schedule.End))
        {
            errors.Required(path, "either start or end has to be provided");
        }

        Cron(schedule.Start, path["start"], errors);
        Cron(schedule.End, path["end"], errors);
        if (schedule.Location is { Length: > 0 } location && !TimeZoneInfo.TryFindSystemTimeZoneById(location, out _))
        {
            errors.Invalid(path["location"], location, "must be a time zone such as Europe/Berlin");
        }
    }

    private static void Cron(string? text, FieldPath path, FieldErrors errors)
    {
        if (!string.IsNullOrEmpty(text) && !CronPattern().IsMatch(text))
        {
            errors.Invalid(path, text, "not a valid cron spec: want five fields such as \"0 20 * * 1-5\"");
        }
    }

    [GeneratedRegex(@"^([01]\d|2[0-3])([0-5]\d)([0-5]\d)([+-])(0\d|1[0-4])([0-5]\d)$", RegexOptions.CultureInvariant)]
    private static partial Regex WindowPattern();

    [GeneratedRegex(@"^\s*([0-9A-Za-z*/,\-?]+\s+){4}[0-9A-Za-z*/,\-?]+\s*$", RegexOptions.CultureInvariant)]
    private static partial Regex CronPattern();
}
