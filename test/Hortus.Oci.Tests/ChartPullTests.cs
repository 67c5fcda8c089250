using Hortus.Telemetry;
using Hortus.Testing.Registry;

namespace Hortus.Oci.Tests;

/// <summary>One open registry for a class of tests.</summary>
public sealed class OpenRegistry : IAsyncLifetime
{
    public DockerRegistry Registry { get; private set; } = null!;

    public async Task InitializeAsync() => Registry = await DockerRegistry.StartAsync(RegistrySetup.Open, Pulls.Deadline());

    public async Task DisposeAsync() => await Registry.DisposeAsync();
}

[Trait("Category", "RealParts")]
public sealed class ChartPullTests(OpenRegistry open) : IClassFixture<OpenRegistry>, IDisposable
{
    private readonly DockerRegistry registry = open.Registry;
    private readonly string folder = Pulls.TemporaryFolder();

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Twenty_concurrent_pulls_of_a_digest_cost_one_manifest_and_one_blob()
    {
        var chart = Pulls.Chart("twenty");
        var digest = await registry.PushAsync("charts/twenty", chart);
        using var metrics = new MetricRegistry();
        using var puller = Pulls.Puller(new ChartPullerOptions { CacheFolder = folder }, metrics);
        var pull = Pulls.Pull($"{registry.Name}/charts/twenty@{digest}");
        await registry.ForgetRequestsAsync(Pulls.Deadline());

        var pulled = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => puller.PullChartAsync(pull, Pulls.Deadline())));
        for (var i = 0; i < 80; i++)
        {
            await puller.PullChartAsync(pull, Pulls.Deadline());
        }

        pulled.ShouldAllBe(p => p.Digest == digest && p.StaleNote == null && Pulls.IsSame(p, chart));
        await registry.SettleAsync(Pulls.Deadline());
        registry.Requests.Count(r => r.IsManifest).ShouldBe(1);
        registry.Requests.Count(r => r.IsBlob).ShouldBe(1);
        var text = metrics.Render();
        text.ShouldContain($"hortus_chart_pull_total{{registry=\"{registry.Name}\",result=\"cached\"}} 80");
        text.ShouldContain($"hortus_chart_pull_total{{registry=\"{registry.Name}\",result=\"downloaded\"}} 20");
        text.ShouldContain("hortus_chart_cache_misses_total 1");
        text.ShouldContain("hortus_chart_cache_hits_total{level=\"memory\"} 80");
        text.ShouldContain("hortus_chart_cache_bytes{level=\"disk\"}");
        text.ShouldContain("hortus_chart_pull_seconds_count 100");
    }

    [Fact]
    public async Task After_a_restart_the_chart_comes_from_the_disk()
    {
        var chart = Pulls.Chart("restart");
        var digest = await registry.PushAsync("charts/restart", chart);
        var pull = Pulls.Pull($"{registry.Name}/charts/restart@{digest}");
        using (var first = Pulls.Puller(new ChartPullerOptions { CacheFolder = folder }))
        {
            await first.PullChartAsync(pull, Pulls.Deadline());
        }

        await registry.ForgetRequestsAsync(Pulls.Deadline());
        using var metrics = new MetricRegistry();
        using var second = Pulls.Puller(new ChartPullerOptions { CacheFolder = folder }, metrics);
        var pulled = await second.PullChartAsync(pull, Pulls.Deadline());

        pulled.Archive.ToArray().ShouldBe(chart.Archive.ToArray());
        metrics.Render().ShouldContain("hortus_chart_cache_hits_total{level=\"disk\"} 1");
        await registry.SettleAsync(Pulls.Deadline());
        registry.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_corrupt_file_of_the_cache_is_fetched_anew()
    {
        var chart = Pulls.Chart("corrupt");
        var digest = await registry.PushAsync("charts/corrupt", chart);
        var pull = Pulls.Pull($"{registry.Name}/charts/corrupt@{digest}");
        using (var first = Pulls.Puller(new ChartPullerOptions { CacheFolder = folder }))
        {
            await first.PullChartAsync(pull, Pulls.Deadline());
        }

        var file = Path.Combine(folder, "blobs", "sha256", ContentDigest.Of(chart.Archive.Span)["sha256:".Length..]);
        var bytes = File.ReadAllBytes(file);
        bytes[^1] ^= 1;
        File.WriteAllBytes(file, bytes);
        await registry.ForgetRequestsAsync(Pulls.Deadline());
        using var second = Pulls.Puller(new ChartPullerOptions { CacheFolder = folder });
        var pulled = await second.PullChartAsync(pull, Pulls.Deadline());

        pulled.Archive.ToArray().ShouldBe(chart.Archive.ToArray());
        File.ReadAllBytes(file).ShouldBe(chart.Archive.ToArray());
        await registry.SettleAsync(Pulls.Deadline());
        registry.Requests.Count(r => r is { IsBlob: true, Method: "GET" }).ShouldBe(1);
    }

    [Fact]
    public async Task A_tag_is_asked_for_each_time_and_its_blob_once_until_it_moves()
    {
        var first = Pulls.Chart("moving", content: "a: 1\n");
        var digest = await registry.PushAsync("charts/moving", first);
        using var puller = Pulls.Puller(new ChartPullerOptions { CacheFolder = folder });
        var pull = Pulls.Pull($"{registry.Name}/charts/moving:1.0.0");
        await registry.ForgetRequestsAsync(Pulls.Deadline());

        for (var i = 0; i < 10; i++)
        {
            (await puller.PullChartAsync(pull, Pulls.Deadline())).Digest.ShouldBe(digest);
        }

        await registry.SettleAsync(Pulls.Deadline());
        registry.Requests.Count(r => r is { IsManifest: true, Method: "HEAD" }).ShouldBe(10);
        registry.Requests.Count(r => r.IsBlob).ShouldBe(1);

        var second = Pulls.Chart("moving", content: "a: 2\n");
        var moved = await registry.PushAsync("charts/moving", second);
        await registry.ForgetRequestsAsync(Pulls.Deadline());
        var pulled = await puller.PullChartAsync(pull, Pulls.Deadline());

        moved.ShouldNotBe(digest);
        pulled.Digest.ShouldBe(moved);
        pulled.Archive.ToArray().ShouldBe(second.Archive.ToArray());
        await registry.SettleAsync(Pulls.Deadline());
        registry.Requests.Count(r => r.IsBlob).ShouldBe(1);

        // With both, the digest decides, wherever the tag points.
        (await puller.PullChartAsync(Pulls.Pull($"{registry.Name}/charts/moving:1.0.0@{digest}"), Pulls.Deadline()))
            .Archive.ToArray().ShouldBe(first.Archive.ToArray());
    }

    [Fact]
    public async Task A_fresh_tag_is_not_asked_for_again_within_its_window()
    {
        var clock = new Microsoft.Extensions.Time.Testing.FakeTimeProvider();
        await registry.PushAsync("charts/fresh", Pulls.Chart("fresh"));
        using var puller = Pulls.Puller(new ChartPullerOptions { TagFreshness = TimeSpan.FromMinutes(5) }, clock: clock);
        var pull = Pulls.Pull($"{registry.Name}/charts/fresh:1.0.0");
        await registry.ForgetRequestsAsync(Pulls.Deadline());

        await puller.PullChartAsync(pull, Pulls.Deadline());
        await puller.PullChartAsync(pull, Pulls.Deadline());
        await registry.SettleAsync(Pulls.Deadline());
        registry.Requests.Count(r => r.Method == "HEAD").ShouldBe(1);

        clock.Advance(TimeSpan.FromMinutes(6));
        await registry.ForgetRequestsAsync(Pulls.Deadline());
        await puller.PullChartAsync(pull, Pulls.Deadline());
        await registry.SettleAsync(Pulls.Deadline());
        registry.Requests.Count(r => r.Method == "HEAD").ShouldBe(1);
    }

    [Fact]
    public async Task A_blob_tampered_with_on_the_registry_is_refused_and_not_kept()
    {
        var chart = Pulls.Chart("tampered");
        var digest = await registry.PushAsync("charts/tampered", chart);
        var file = registry.FileOf(ContentDigest.Of(chart.Archive.Span));
        var bytes = File.ReadAllBytes(file);
        bytes[20] ^= 1;
        File.WriteAllBytes(file, bytes);
        using var puller = Pulls.Puller(new ChartPullerOptions { CacheFolder = folder });

        var failure = await Should.ThrowAsync<OciException>(
            () => puller.PullChartAsync(Pulls.Pull($"{registry.Name}/charts/tampered@{digest}"), Pulls.Deadline()));

        failure.Failure.ShouldBe(OciFailure.BadContent);
        failure.Message.ShouldStartWith($"artifact pull failed for {registry.Name}/charts/tampered@{digest}: the blob sha256:");
        failure.Message.ShouldContain("was changed: its digest is sha256:");
        Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_manifest_tampered_with_on_the_registry_is_refused()
    {
        var digest = await registry.PushAsync("charts/forged", Pulls.Chart("forged"));
        var file = registry.FileOf(digest);
        File.WriteAllText(file, File.ReadAllText(file).Replace("a test", "a Test", StringComparison.Ordinal));
        using var puller = Pulls.Puller();

        var failure = await Should.ThrowAsync<OciException>(
            () => puller.PullChartAsync(Pulls.Pull($"{registry.Name}/charts/forged@{digest}"), Pulls.Deadline()));

        // The registry itself notices; whoever does, nothing of it is used.
        failure.Message.ShouldContain("artifact pull failed");
    }

    [Fact]
    public async Task What_is_not_there_is_told_with_the_words_of_the_registry()
    {
        await registry.PushAsync("charts/there", Pulls.Chart("there"));
        using var puller = Pulls.Puller();

        var failure = await Should.ThrowAsync<OciException>(
            () => puller.PullChartAsync(Pulls.Pull($"{registry.Name}/charts/there:2.0.0"), Pulls.Deadline()));

        failure.Failure.ShouldBe(OciFailure.NotFound);
        failure.Message.ShouldContain($"cannot determine digest of {registry.Name}/charts/there:2.0.0: HEAD: ");
        failure.Message.ShouldContain("404 Not Found; GET: ");
        failure.Message.ShouldContain("MANIFEST_UNKNOWN: manifest unknown");
    }

    [Fact]
    public async Task A_reference_without_tag_and_digest_asks_nobody()
    {
        using var puller = Pulls.Puller();

        var failure = await Should.ThrowAsync<OciException>(
            () => puller.PullChartAsync(Pulls.Pull($"{registry.Name}/charts/there"), Pulls.Deadline()));

        failure.Failure.ShouldBe(OciFailure.BadRequest);
        failure.Message.ShouldContain("neither tag nor digest");
    }

    [Fact]
    public async Task A_chart_larger_than_allowed_is_not_fetched()
    {
        var chart = Pulls.Chart("large");
        await registry.PushAsync("charts/large", chart);
        using var puller = Pulls.Puller(new ChartPullerOptions { ChartBytesMax = 10 });
        await registry.ForgetRequestsAsync(Pulls.Deadline());

        var failure = await Should.ThrowAsync<OciException>(
            () => puller.PullChartAsync(Pulls.Pull($"{registry.Name}/charts/large:1.0.0"), Pulls.Deadline()));

        failure.Message.ShouldContain($"has {chart.Archive.Length} bytes, of which 10 are allowed");
        await registry.SettleAsync(Pulls.Deadline());
        registry.Requests.ShouldNotContain(r => r.IsBlob);
    }

    [Fact]
    public async Task Without_a_usable_folder_the_cache_is_in_memory()
    {
        var file = Path.Combine(folder, "file");
        File.WriteAllText(file, "");
        var chart = Pulls.Chart("memory");
        var digest = await registry.PushAsync("charts/memory", chart);
        using var puller = Pulls.Puller(new ChartPullerOptions { CacheFolder = Path.Combine(file, "cache") });

        (await puller.PullChartAsync(Pulls.Pull($"{registry.Name}/charts/memory@{digest}"), Pulls.Deadline()))
            .Archive.ToArray().ShouldBe(chart.Archive.ToArray());
    }
}
