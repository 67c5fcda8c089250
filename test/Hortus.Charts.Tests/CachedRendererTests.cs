using System.Text.Json.Nodes;
using static Hortus.Charts.Tests.HelmFixture;

namespace Hortus.Charts.Tests;

public sealed class CachedRendererTests
{
    private readonly CountingRenderer inner = new();

    [Fact]
    public async Task Equal_releases_are_rendered_once()
    {
        using var deadline = Deadline();
        var cache = new CachedRenderer(inner);

        var first = await cache.RenderAsync(Release("""{"a":1,"b":2}"""), deadline.Token);
        var second = await cache.RenderAsync(Release("""{"b":2,"a":1}"""), deadline.Token);

        inner.Count.ShouldBe(1);
        second.Objects[0].Json.ToJsonString().ShouldBe(first.Objects[0].Json.ToJsonString());
    }

    [Fact]
    public async Task Each_part_of_a_release_counts()
    {
        using var deadline = Deadline();
        var cache = new CachedRenderer(inner);
        var release = Release("{}");
        ChartRelease[] all =
        [
            release,
            release with { Digest = "sha256:other" },
            release with { Name = "other" },
            release with { Namespace = "other" },
            release with { KubernetesVersion = "1.33.0" },
            release with { ApiVersions = ["a/v1"] },
            release with { Values = new JsonObject { ["a"] = 1 } },
            release with { Values = new JsonObject { ["a"] = "1" } },
            release with { Name = "spacerelease", Namespace = "" },
        ];

        foreach (var one in all.Concat(all))
        {
            await cache.RenderAsync(one, deadline.Token);
        }

        inner.Count.ShouldBe(all.Length);
    }

    [Fact]
    public async Task A_caller_may_change_what_it_got()
    {
        using var deadline = Deadline();
        var cache = new CachedRenderer(inner);
        var first = await cache.RenderAsync(Release("{}"), deadline.Token);
        first.Objects[0].Json["kind"] = "Spoiled";

        (await cache.RenderAsync(Release("{}"), deadline.Token)).Objects[0].Json["kind"]!.ToString().ShouldBe("ConfigMap");
    }

    [Fact]
    public async Task Many_at_a_time_wait_for_one_and_one_that_gives_up_disturbs_nobody()
    {
        using var deadline = Deadline();
        using var impatient = new CancellationTokenSource();
        var cache = new CachedRenderer(inner);
        inner.Gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var first = cache.RenderAsync(Release("{}"), impatient.Token);
        var others = Enumerable.Range(0, 20).Select(_ => cache.RenderAsync(Release("{}"), deadline.Token)).ToList();

        await impatient.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => first);
        inner.Gate.SetResult();
        await Task.WhenAll(others);

        inner.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_failure_is_not_kept()
    {
        using var deadline = Deadline();
        var cache = new CachedRenderer(inner);
        inner.Failure = new ChartException("broken");
        await Should.ThrowAsync<ChartException>(() => cache.RenderAsync(Release("{}"), deadline.Token));
        inner.Failure = null;

        (await cache.RenderAsync(Release("{}"), deadline.Token)).Name.ShouldBe("demo");
    }

    [Fact]
    public async Task The_least_recently_used_goes_when_there_is_no_room()
    {
        using var deadline = Deadline();
        var size = CountingRenderer.ObjectText.Length;
        var cache = new CachedRenderer(inner, 2 * size);
        var (a, b, c) = (Release("""{"v":1}"""), Release("""{"v":2}"""), Release("""{"v":3}"""));
        await cache.RenderAsync(a, deadline.Token);
        await cache.RenderAsync(b, deadline.Token);
        await cache.RenderAsync(a, deadline.Token);
        await cache.RenderAsync(c, deadline.Token);
        inner.Count.ShouldBe(3);

        await cache.RenderAsync(a, deadline.Token);
        inner.Count.ShouldBe(3);
        await cache.RenderAsync(b, deadline.Token);
        inner.Count.ShouldBe(4);
    }

    private static ChartRelease Release(string values) => HelmFixture.Release([], values) with { Digest = "sha256:same" };

    private sealed class CountingRenderer : IChartRenderer
    {
        public const string ObjectText = """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"}}""";
        private int count;

        public int Count => count;

        public TaskCompletionSource? Gate { get; set; }

        public ChartException? Failure { get; set; }

        public async Task<RenderedChart> RenderAsync(ChartRelease release, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref count);
            if (Gate is not null)
            {
                await Gate.Task;
            }

            var json = JsonNode.Parse(ObjectText)!.AsObject();
            return Failure is null ? new RenderedChart("demo", "1.0.0", null, [new("a", json)], [], []) : throw Failure;
        }
    }
}
