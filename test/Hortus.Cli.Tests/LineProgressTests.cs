using Hortus.Cli.Progress;
using Microsoft.Extensions.Time.Testing;

namespace Hortus.Cli.Tests;

public sealed class LineProgressTests
{
    private readonly StringWriter output = new();
    private readonly FakeTimeProvider time = new();

    [Fact]
    public async Task A_step_that_ends_is_one_line_with_its_time()
    {
        await new LineProgress(output, time).StepAsync("seed", detail =>
        {
            detail.Report("waiting for the gardenlet");
            time.Advance(TimeSpan.FromSeconds(2.34));
            return Task.CompletedTask;
        });

        output.ToString().ShouldBe("ready   seed (2.3 s)" + Environment.NewLine);
    }

    [Fact]
    public async Task A_step_that_fails_tells_what_it_was_waiting_for_and_passes_the_failure_on()
    {
        var step = new LineProgress(output, time).StepAsync("garden", detail =>
        {
            detail.Report("10 % deploying the API server");
            detail.Report("40 % waiting for the API server");
            throw new IOException("gone");
        });

        (await Should.ThrowAsync<IOException>(step)).Message.ShouldBe("gone");
        output.ToString().ShouldBe("failed  garden: 40 % waiting for the API server" + Environment.NewLine);
    }

    [Fact]
    public async Task A_failure_without_detail_names_the_step()
    {
        await Should.ThrowAsync<IOException>(
            new LineProgress(output, time).StepAsync("node", _ => throw new IOException("gone")));

        output.ToString().ShouldBe("failed  node" + Environment.NewLine);
    }
}
