using Microsoft.Extensions.Time.Testing;

namespace Hortus.Storage.Tests;

/// <summary>What watches of every engine do.</summary>
public abstract class StoreWatchContract(StoreEngine engine) : IAsyncLifetime
{
    private readonly FakeTimeProvider _time = new();
    private readonly CancellationTokenSource _deadline = new(TimeSpan.FromSeconds(60));

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await engine.DisposeAsync();
        _deadline.Dispose();
    }

    [Fact]
    public async Task A_watch_tells_its_start_at_once_and_then_every_change()
    {
        await using var store = await engine.OpenAsync(null, _time);
        await store.PutAsync("/a/1", "x");
        await using var watch = store.WatchAsync("/a/", 2, _deadline.Token).GetAsyncEnumerator();
        (await Next(watch)).ShouldSatisfyAllConditions(b => b.Changes.ShouldBeEmpty(), b => b.Revision.ShouldBe(2));
        await store.PutAsync("/b/1", "other");
        await store.PutAsync("/a/1", "y");
        var batch = await Next(watch);
        batch.Revision.ShouldBe(4);
        var change = batch.Changes.ShouldHaveSingleItem();
        change.Revision.ShouldBe(4);
        change.Previous.ShouldNotBeNull().ModRevision.ShouldBe(2);
    }

    [Fact]
    public async Task A_watch_without_changes_of_its_own_learns_of_progress()
    {
        await using var store = await engine.OpenAsync(null, _time);
        await using var watch = store.WatchAsync("/a/", 1, _deadline.Token).GetAsyncEnumerator();
        await Next(watch);
        await store.PutAsync("/b/1", "x");
        var next = Next(watch);
        next.IsCompleted.ShouldBeFalse();
        _time.Advance(TimeSpan.FromSeconds(1));
        (await next).ShouldSatisfyAllConditions(b => b.Changes.ShouldBeEmpty(), b => b.Revision.ShouldBe(2));
    }

    [Theory]
    [InlineData(10, 1 << 20, 12, 10)]
    [InlineData(1000, 5000, 6, 1000)]
    public async Task A_slow_watch_is_ended_and_neither_writers_nor_other_watches_wait(
        int maxEvents, long maxBytes, int writes, int size)
    {
        await using var store = await engine.OpenAsync(
            new EmbeddedStoreOptions { WatchBufferEvents = maxEvents, WatchBufferBytes = maxBytes }, _time);
        await using var slow = store.WatchAsync("/a/", 1, _deadline.Token).GetAsyncEnumerator();
        await using var quick = store.WatchAsync("/a/", 1, _deadline.Token).GetAsyncEnumerator();
        await Next(slow);
        await Next(quick);
        for (var i = 0; i < writes; i++)
        {
            var written = await store.PutAsync("/a/1", new string('x', size));
            (await Next(quick)).Revision.ShouldBe(written.Revision);
        }

        (await Should.ThrowAsync<StoreException>(() => Next(slow))).Failure.ShouldBe(StoreFailure.WatcherTooSlow);
        StoreEngine.StatisticsOf(store).WatchersTooSlow.ShouldBe(1);
        StoreEngine.StatisticsOf(store).Watchers.ShouldBe(1);
    }

    [Fact]
    public async Task A_watch_from_compacted_or_future_revisions_fails_at_once()
    {
        await using var store = await engine.OpenAsync(null, _time);
        for (var i = 0; i < 10; i++)
        {
            await store.PutAsync("/a/1", $"{i}");
        }

        await store.CompactAsync(5, CancellationToken.None);
        (await FirstFailure(store, 4)).ShouldSatisfyAllConditions(
            e => e.Failure.ShouldBe(StoreFailure.Compacted), e => e.Revision.ShouldBe(5));
        (await FirstFailure(store, 12)).ShouldSatisfyAllConditions(
            e => e.Failure.ShouldBe(StoreFailure.FutureRevision), e => e.Revision.ShouldBe(11));
        await using var watch = store.WatchAsync("/a/", 5, _deadline.Token).GetAsyncEnumerator();
        (await Next(watch)).Changes[0].Revision.ShouldBe(6);
        (await Should.ThrowAsync<StoreException>(async () => await store.RangeAsync(
            new RangeRequest("/a", "/b", Revision: 4), CancellationToken.None)))
            .Failure.ShouldBe(StoreFailure.Compacted);
        (await Should.ThrowAsync<StoreException>(async () => await store.CompactAsync(12, CancellationToken.None)))
            .Failure.ShouldBe(StoreFailure.FutureRevision);
    }

    [Fact]
    public async Task History_goes_by_age_once_there_is_enough_and_by_bytes_at_any_age()
    {
        var options = new EmbeddedStoreOptions { HistoryRevisions = 100, HistoryBytes = 1 << 20 };
        await using var store = await engine.OpenAsync(options, _time);
        await Write(store, 500, 10);
        StoreEngine.StatisticsOf(store).OldestRevision.ShouldBe(0);
        _time.Advance(TimeSpan.FromMinutes(6));
        await Write(store, 1, 10);
        StoreEngine.StatisticsOf(store).OldestRevision.ShouldBeInRange(300, 402);
        await Write(store, 200, 50_000);
        StoreEngine.StatisticsOf(store).OldestRevision.ShouldBeGreaterThan(650);
    }

    [Fact]
    public async Task A_cancelled_watch_ends_cancelled_and_leaves_no_watcher()
    {
        await using var store = await engine.OpenAsync(null, _time);
        using var cancel = new CancellationTokenSource();
        var watch = store.WatchAsync("/a/", 1, cancel.Token).GetAsyncEnumerator();
        await Next(watch);
        var next = Next(watch);
        await cancel.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => next);
        await watch.DisposeAsync();
        StoreEngine.StatisticsOf(store).Watchers.ShouldBe(0);
    }

    [Fact]
    public async Task Closing_the_store_ends_its_watches()
    {
        var store = await engine.OpenAsync(null, _time);
        await using var watch = store.WatchAsync("/a/", 1, _deadline.Token).GetAsyncEnumerator();
        await Next(watch);
        var next = Next(watch);
        await store.DisposeAsync();
        (await Should.ThrowAsync<StoreException>(() => next)).Failure.ShouldBe(StoreFailure.Unavailable);
    }

    [Fact]
    public async Task Watches_beside_concurrent_writers_see_every_revision_once_in_order()
    {
        await using var store = await engine.OpenAsync(null, _time);
        var watches = Enumerable.Range(0, 4).Select(async _ =>
        {
            var seen = new List<long>();
            await foreach (var batch in store.WatchAsync("/k/", 1, _deadline.Token))
            {
                seen.AddRange(batch.Changes.Select(c => c.Revision));
                batch.Revision.ShouldBeGreaterThanOrEqualTo(seen.LastOrDefault());
                if (seen.Count == 800)
                {
                    break;
                }
            }

            return seen;
        }).ToList();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(writer => Task.Run(async () =>
        {
            for (var i = 0; i < 100; i++)
            {
                await store.PutAsync($"/k/{writer}/{i % 10}", "x");
            }
        })));

        foreach (var watch in watches)
        {
            (await watch).ShouldBe(Enumerable.Range(2, 800).Select(i => (long)i));
        }
    }

    private static async Task Write(IStore store, int count, int size)
    {
        for (var i = 0; i < count; i++)
        {
            await store.PutAsync("/a/1", new string('x', size));
        }
    }

    private async Task<StoreException> FirstFailure(IStore store, long after)
    {
        await using var watch = store.WatchAsync("/a/", after, _deadline.Token).GetAsyncEnumerator();
        return await Should.ThrowAsync<StoreException>(() => Next(watch));
    }

    private static async Task<ChangeBatch> Next(IAsyncEnumerator<ChangeBatch> watch)
    {
        (await watch.MoveNextAsync()).ShouldBeTrue();
        return watch.Current;
    }
}

public sealed class MemoryWatchTests() : StoreWatchContract(new StoreEngine.Memory());

public sealed class DiskWatchTests() : StoreWatchContract(new StoreEngine.Disk());

[Trait("Category", "RealParts")]
public sealed class EtcdWatchTests() : StoreWatchContract(new StoreEngine.Etcd());
