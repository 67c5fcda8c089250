using System.Globalization;
using Hortus.KubeControllers.Batch;

namespace Hortus.KubeControllers.Tests.Batch;

public sealed class CronScheduleTests
{
    [Theory]
    [InlineData("* * * * *", "2026-01-01T00:00:30Z", "2026-01-01T00:01:00Z")]
    [InlineData("*/15 * * * *", "2026-01-01T00:16:00Z", "2026-01-01T00:30:00Z")]
    [InlineData("0 3 * * MON-FRI", "2026-01-02T04:00:00Z", "2026-01-05T03:00:00Z")]
    [InlineData("@monthly", "2026-01-31T10:00:00Z", "2026-02-01T00:00:00Z")]
    [InlineData("0 0 29 2 *", "2026-01-01T00:00:00Z", "2028-02-29T00:00:00Z")]
    [InlineData("0 0 13 * 5", "2026-03-01T00:00:00Z", "2026-03-06T00:00:00Z")]
    [InlineData("5,10 8-10/2 * * 7", "2026-01-03T00:00:00Z", "2026-01-04T08:05:00Z")]
    public void Next_IsTheFirstMatchingMinute(string schedule, string after, string next) =>
        CronSchedule.Parse(schedule).Next(Time(after), TimeZoneInfo.Utc).ShouldBe(Time(next));

    [Theory]
    [InlineData("* * * *")]
    [InlineData("60 * * * *")]
    [InlineData("* * * * FOO")]
    [InlineData("*/0 * * * *")]
    public void BadSchedule_IsRefused(string schedule) =>
        Should.Throw<FormatException>(() => CronSchedule.Parse(schedule)).Message.ShouldContain("invalid schedule");

    private static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
