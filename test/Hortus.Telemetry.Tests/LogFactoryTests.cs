using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Hortus.Telemetry.Tests;

public sealed class LogFactoryTests
{
    private readonly StringWriter output = new();
    private readonly FakeTimeProvider clock = new(new DateTimeOffset(2026, 11, 23, 5, 0, 0, 7, TimeSpan.Zero));

    [Fact]
    public void Text_lines_show_time_level_category_message_and_unsaid_fields()
    {
        using var logs = new LogFactory(new LogOptions(), clock, output);
        var log = logs.CreateLogger("Hortus.Runtime.Reflector");
        using (log.BeginScope(new Dictionary<string, object?> { ["Shoot"] = "dev one" }))
        {
            log.LogWarning(new IOException("disk full"), "cannot write {Namespace}/{Name}", "garden", "x");
        }

        output.ToString().ShouldBe(
            "2026-11-23T05:00:00.007Z warn Reflector: cannot write garden/x shoot=\"dev one\" error=\"IOException: disk full\"\n");
    }

    [Fact]
    public void Json_lines_are_objects_with_the_fields_of_the_template()
    {
        using var logs = new LogFactory(new LogOptions { Format = LogFormat.Json }, clock, output);
        logs.CreateLogger("gardenlet").LogInformation("reconciled {Kind} {Name}", "Shoot", "a\nb");

        var line = JsonNode.Parse(output.ToString())!;
        line["level"]!.GetValue<string>().ShouldBe("info");
        line["kind"]!.GetValue<string>().ShouldBe("Shoot");
        line["name"]!.GetValue<string>().ShouldBe("a\nb");
        output.ToString().Count(c => c == '\n').ShouldBe(1);
    }

    [Theory]
    [InlineData(0, LogLevel.Information)]
    [InlineData(2, LogLevel.Debug)]
    [InlineData(5, LogLevel.Trace)]
    public void Verbosity_decides_the_least_level(int verbosity, LogLevel level)
    {
        using var logs = new LogFactory(new LogOptions { Verbosity = verbosity }, clock, output);
        var log = logs.CreateLogger("x");

        log.IsEnabled(level).ShouldBeTrue();
        log.IsEnabled(level - 1).ShouldBeFalse();
    }

    [Fact]
    public void A_message_with_line_breaks_stays_on_one_line()
    {
        using var logs = new LogFactory(new LogOptions(), clock, output);

        logs.CreateLogger("x").LogError("first\nforged line");

        output.ToString().ShouldEndWith("x: first\\nforged line\n");
    }
}
