using Hortus.Testing.Registry;

namespace Hortus.Oci.Tests;

[Trait("Category", "RealParts")]
public sealed class DeadRegistryTests
{
    [Fact]
    public async Task While_the_registry_is_down_a_tag_stands_for_what_it_stood_for_last()
    {
        await using var registry = await DockerRegistry.StartAsync(RegistrySetup.Open, Pulls.Deadline());
        var chart = Pulls.Chart();
        var digest = await registry.PushAsync("charts/garden", chart);
        using var puller = Pulls.Puller();
        var pull = Pulls.Pull($"{registry.Name}/charts/garden:1.0.0");
        await puller.PullChartAsync(pull, Pulls.Deadline());

        await registry.KillAsync();
        var pulls = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => puller.PullChartAsync(pull, Pulls.Deadline())));

        pulls.ShouldAllBe(p => p.Digest == digest && Pulls.IsSame(p, chart));
        pulls[0].StaleNote.ShouldNotBeNull().ShouldStartWith("registry unreachable since 20");
        pulls[0].StaleNote.ShouldNotBeNull().ShouldEndWith($", using {digest}");

        // A digest needs no registry.
        (await puller.PullChartAsync(Pulls.Pull($"{registry.Name}/charts/garden@{digest}"), Pulls.Deadline())).StaleNote.ShouldBeNull();

        // What was never pulled cannot be given.
        var failure = await Should.ThrowAsync<OciException>(
            () => puller.PullChartAsync(Pulls.Pull($"{registry.Name}/charts/other:1.0.0"), Pulls.Deadline()));
        failure.Failure.ShouldBe(OciFailure.Unavailable);
        failure.Message.ShouldContain("Connection refused");

        await registry.StartAsync(Pulls.Deadline());
        (await puller.PullChartAsync(pull, Pulls.Deadline())).StaleNote.ShouldBeNull();
    }

    [Fact]
    public async Task Stale_charts_can_be_refused()
    {
        await using var registry = await DockerRegistry.StartAsync(RegistrySetup.Open, Pulls.Deadline());
        await registry.PushAsync("charts/garden", Pulls.Chart());
        using var puller = Pulls.Puller(new ChartPullerOptions { UsesLastKnown = false });
        var pull = Pulls.Pull($"{registry.Name}/charts/garden:1.0.0");
        await puller.PullChartAsync(pull, Pulls.Deadline());

        await registry.KillAsync();

        (await Should.ThrowAsync<OciException>(() => puller.PullChartAsync(pull, Pulls.Deadline())))
            .Failure.ShouldBe(OciFailure.Unavailable);
    }

    [Fact]
    public async Task A_process_that_starts_while_the_registry_is_down_knows_what_is_public()
    {
        var folder = Pulls.TemporaryFolder();
        try
        {
            await using var registry = await DockerRegistry.StartAsync(RegistrySetup.Open, Pulls.Deadline());
            var chart = Pulls.Chart();
            var digest = await registry.PushAsync("charts/garden", chart);
            var options = new ChartPullerOptions { CacheFolder = folder };
            var byTag = Pulls.Pull($"{registry.Name}/charts/garden:1.0.0");
            using (var first = Pulls.Puller(options))
            {
                await first.PullChartAsync(byTag, Pulls.Deadline());
            }

            await registry.KillAsync();
            using var second = Pulls.Puller(options);

            var pulled = await second.PullChartAsync(byTag, Pulls.Deadline());
            pulled.Digest.ShouldBe(digest);
            pulled.StaleNote.ShouldNotBeNull();
            Pulls.IsSame(pulled, chart).ShouldBeTrue();
            var pinned = $"{registry.Name}/charts/garden@{digest}";
            Pulls.IsSame(await second.PullChartAsync(Pulls.Pull(pinned), Pulls.Deadline()), chart).ShouldBeTrue();

            // Whoever shows credentials is held to them, and they cannot be proven now.
            (await Should.ThrowAsync<OciException>(
                () => second.PullChartAsync(Pulls.Pull(pinned, registry.DockerConfig()), Pulls.Deadline())))
                .Failure.ShouldBe(OciFailure.Unavailable);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
