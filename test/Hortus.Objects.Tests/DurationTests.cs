using FsCheck.Xunit;

namespace Hortus.Objects.Tests;

public sealed class DurationTests
{
    [Theory]
    [InlineData("10s", 10)]
    [InlineData("1h30m", 5400)]
    [InlineData("250ms", 0.25)]
    [InlineData("1.5h", 5400)]
    [InlineData("1m1s1ms", 61.001)]
    [InlineData("0s", 0)]
    [InlineData("0", 0)]
    [InlineData("90s", 90)]
    [InlineData("500us", 0.0005)]
    [InlineData("500µs", 0.0005)]
    [InlineData("2000ns", 0.000002)]
    public void Go_durations_are_understood(string text, double seconds)
    {
        Duration.Parse(text).TotalSeconds.ShouldBe(seconds, 0.0000001);
    }

    [Theory]
    [InlineData(5400, "1h30m0s")]
    [InlineData(90, "1m30s")]
    [InlineData(3600, "1h0m0s")]
    [InlineData(37.5, "37.5s")]
    [InlineData(119.9999999, "2m0s")]
    [InlineData(0.25, "250ms")]
    [InlineData(0.0000015, "2µs")]
    [InlineData(0, "0s")]
    [InlineData(-90, "-1m30s")]
    public void Durations_are_written_as_Go_writes_them(double seconds, string text)
    {
        Duration.Format(TimeSpan.FromSeconds(seconds)).ShouldBe(text);
    }

    [Property]
    public bool What_is_written_is_read_again(uint microseconds) =>
        Duration.Parse(Duration.Format(TimeSpan.FromMicroseconds(microseconds))) == TimeSpan.FromMicroseconds(microseconds);

    [Theory]
    [InlineData("")]
    [InlineData("10")]
    [InlineData("s")]
    [InlineData("-5s")]
    [InlineData("5 s")]
    [InlineData("5d")]
    [InlineData("soon")]
    [InlineData("5s\n")]
    [InlineData("1h30")]
    [InlineData("9999999999s")]
    public void Other_text_is_refused_with_an_example(string text)
    {
        Should.Throw<FormatException>(() => Duration.Parse(text)).Message.ShouldBe(
            $"want a duration such as 10s, 5m or 1h30m, found \"{text}\"");
    }

    [Property]
    public bool Any_text_is_a_duration_or_a_format_error(string? text)
    {
        try
        {
            return Duration.Parse(text ?? "") >= TimeSpan.Zero;
        }
        catch (FormatException)
        {
            return true;
        }
    }
}
