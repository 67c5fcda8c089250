using System.Diagnostics;
using Hortus.Testing;

namespace Hortus.E2E;

/// <summary>Ctrl+C while a garden comes up.</summary>
[Trait("Category", "EndToEnd")]
[Collection("local garden")]
public sealed class InterruptedUpTests
{
    [Fact]
    public async Task An_interrupted_up_takes_back_what_it_began()
    {
        await using var garden = new LocalGarden();

        // Shells start what runs in the background with SIGINT ignored, and whoever tests may run there.
        string[] arguments = ["--default-signal=INT", BuiltTools.Hortus, "up", "--state-dir", garden.State, "--port", $"{garden.Port}"];
        using var up = Process.Start(new ProcessStartInfo("env", arguments) { RedirectStandardOutput = true })!;
        var began = Stopwatch.GetTimestamp();
        while (!HostTraces.Processes(garden.State).Any(process => process.Component == "apiserver"))
        {
            Stopwatch.GetElapsedTime(began).ShouldBeLessThan(TimeSpan.FromMinutes(1), "the runtime cluster's API server is started");
            await Task.Delay(TimeSpan.FromMilliseconds(100));
        }

        (await Commands.RunAsync("kill", TimeSpan.FromSeconds(5), "-INT", $"{up.Id}")).Succeeded();
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        await up.WaitForExitAsync(deadline.Token);

        up.ExitCode.ShouldNotBe(0);
        HostTraces.Processes(garden.State).ShouldBeEmpty();
        HostTraces.NetworkNamespaces().Except(garden.NetworkNamespacesBefore).ShouldBeEmpty();
    }
}
