using Hortus.Objects;
using Hortus.Telemetry;
using Microsoft.Extensions.Time.Testing;

namespace Hortus.Runtime.Tests;

public sealed class WorkQueueTests : IDisposable
{
    private static readonly ObjectKey A = new("ns", "a");
    private static readonly ObjectKey B = new("ns", "b");

    private readonly FakeTimeProvider clock = new();
    private readonly MetricRegistry registry = new();
    private readonly WorkQueue queue;

    public WorkQueueTests() => queue = new WorkQueue("q", clock, new RuntimeMetrics(registry));

    public void Dispose()
    {
        queue.Dispose();
        registry.Dispose();
    }

    [Fact]
    public async Task A_key_added_twice_is_handed_out_once()
    {
        queue.Add(A);
        queue.Add(A);
        queue.Add(B);

        (await TakeAsync()).ShouldBe(A);
        (await TakeAsync()).ShouldBe(B);
        queue.Count.ShouldBe(0);
    }

    [Fact]
    public async Task A_key_added_while_it_is_handled_comes_back_afterwards()
    {
        queue.Add(A);
        await TakeAsync();
        queue.Add(A);
        queue.Add(A);
        queue.Count.ShouldBe(0);

        queue.Done(A);

        (await TakeAsync()).ShouldBe(A);
    }

    [Fact]
    public void Failures_back_off_from_5_ms_to_5_min_until_forgotten()
    {
        var delays = Enumerable.Range(0, 20).Select(_ => queue.AddRateLimited(A)).ToList();

        delays[..4].ShouldBe([Ms(5), Ms(10), Ms(20), Ms(40)]);
        delays[^1].ShouldBe(TimeSpan.FromMinutes(5));
        queue.AddRateLimited(B).ShouldBe(Ms(5));
        queue.Forget(A);
        queue.AddRateLimited(A).ShouldBe(Ms(5));
    }

    [Fact]
    public void A_back_off_that_is_limited_goes_on_growing_for_other_failures()
    {
        var limit = TimeSpan.FromSeconds(30);
        for (var i = 0; i < 20; i++)
        {
            queue.AddRateLimited(A, limit).ShouldBeLessThanOrEqualTo(limit);
        }

        queue.AddRateLimited(A, limit).ShouldBe(limit);
        queue.AddRateLimited(A).ShouldBe(TimeSpan.FromMinutes(5));
    }

    [Fact]
    public void Of_several_delays_the_earliest_counts()
    {
        queue.AddAfter(A, TimeSpan.FromSeconds(10));
        queue.AddAfter(A, TimeSpan.FromSeconds(2));
        queue.AddAfter(A, TimeSpan.FromSeconds(5));
        queue.AddAfter(B, TimeSpan.FromSeconds(3));

        clock.Advance(TimeSpan.FromSeconds(1.9));
        queue.Count.ShouldBe(0);
        clock.Advance(TimeSpan.FromSeconds(0.2));
        queue.Count.ShouldBe(1);
        clock.Advance(TimeSpan.FromSeconds(1));
        queue.Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_run_drops_the_delayed_turn_of_its_key()
    {
        queue.AddAfter(A, TimeSpan.FromSeconds(5));
        queue.Add(A);
        await TakeAsync();
        queue.Done(A);

        clock.Advance(TimeSpan.FromSeconds(10));

        queue.Count.ShouldBe(0);
    }

    [Fact]
    public void A_very_long_delay_is_possible()
    {
        queue.AddAfter(A, TimeSpan.FromDays(400));
        clock.Advance(TimeSpan.FromDays(401));
        clock.Advance(TimeSpan.FromDays(1));

        queue.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Depth_and_adds_are_measured()
    {
        queue.Add(A);
        queue.Add(B);
        await TakeAsync();

        var text = registry.Render();
        text.ShouldContain("workqueue_depth{name=\"q\"} 1\n");
        text.ShouldContain("workqueue_adds_total{name=\"q\"} 2\n");
    }

    private static TimeSpan Ms(int ms) => TimeSpan.FromMilliseconds(ms);

    private ValueTask<ObjectKey> TakeAsync() => queue.TakeAsync(RuntimeFixture.Deadline);
}
