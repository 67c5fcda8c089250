using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Hortus.Storage.Tests;

public sealed class StoreWriteTests
{
    [Fact]
    public async Task A_full_disk_refuses_writes_keeps_reads_and_recovers_when_space_returns()
    {
        var files = new FaultyFiles(1);
        await using var store = StoreCrashTests.Open(files);
        await store.PutAsync("/a", "kept");
        files.Capacity = 0;
        for (var i = 0; i < 3; i++)
        {
            var error = await Should.ThrowAsync<StoreException>(() => store.PutAsync("/a", "refused"));
            error.Failure.ShouldBe(StoreFailure.Unavailable);
            error.Message.ShouldContain("no space left on device");
        }

        store.WriteFailure.ShouldNotBeNull().ShouldContain("no space left");
        (await store.TextAsync("/a")).ShouldBe("kept");
        (await store.GetRevisionAsync(CancellationToken.None)).ShouldBe(2);
        await using (var killed = StoreCrashTests.Open(files.Restarted(powerLost: false)))
        {
            (await killed.TextAsync("/a")).ShouldBe("kept");
        }

        files.Capacity = null;
        (await store.PutAsync("/a", "again")).Revision.ShouldBe(3);
        store.WriteFailure.ShouldBeNull();
        await using var after = StoreCrashTests.Open(files.Restarted(powerLost: true));
        (await after.TextAsync("/a")).ShouldBe("again");
    }

    [Fact]
    public async Task Relaxed_writes_reach_the_disk_after_the_interval()
    {
        var files = new FaultyFiles(1);
        var time = new FakeTimeProvider();
        var options = new EmbeddedStoreOptions { Directory = files.Location, Durability = StoreDurability.Relaxed };
        await using var store = EmbeddedStore.Open(files, new StoreLogContext(options, time, NullLogger.Instance));
        await store.PutAsync("/a", "1");
        var calls = files.Calls;
        time.Advance(options.RelaxedSyncInterval);
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        while (files.Calls == calls)
        {
            deadline.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }

        await using var after = StoreCrashTests.Open(files.Restarted(powerLost: true));
        (await after.TextAsync("/a")).ShouldBe("1");
    }

    [Fact]
    public async Task Concurrent_writers_of_one_key_each_win_once()
    {
        using var folder = new TemporaryFolder();
        await using var store = await folder.OpenAsync();
        await store.PutAsync("/counter", "0");
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            for (var added = 0; added < 50;)
            {
                var current = (await store.GetAsync("/counter", CancellationToken.None)).ShouldNotBeNull();
                var next = BitConverter.GetBytes(Number(current) + 1);
                var result = await store.WriteAsync(
                    new WriteRequest("/counter", current.ModRevision, next), CancellationToken.None);
                added += result.Succeeded ? 1 : 0;
            }
        })));

        Number((await store.GetAsync("/counter", CancellationToken.None)).ShouldNotBeNull()).ShouldBe(400);
        store.Statistics.Writes.ShouldBe(401);
    }

    [Fact]
    public async Task A_reader_never_sees_a_range_between_two_revisions()
    {
        await using var store = EmbeddedStore.InMemory(TimeProvider.System);
        using var stop = new CancellationTokenSource();
        var writer = Task.Run(async () =>
        {
            for (var i = 0; !stop.IsCancellationRequested; i++)
            {
                await store.PutAsync($"/k/{i * 7919 % 500}", "x");
            }
        });

        for (var i = 0; i < 300; i++)
        {
            var range = await store.RangeAsync(RangeRequest.Prefix("/k/"), CancellationToken.None);
            var newest = range.Values.Select(v => v.ModRevision).DefaultIfEmpty(range.Revision).Max();
            newest.ShouldBe(range.Revision);
            range.Values.Select(v => v.Key).ShouldBe(range.Values.Select(v => v.Key).Order(StringComparer.Ordinal));
        }

        await stop.CancelAsync();
        await writer;
    }

    [Fact]
    public async Task A_value_over_the_limit_is_too_large()
    {
        await using var store = EmbeddedStore.InMemory(TimeProvider.System);
        var request = new WriteRequest("/a", 0, new byte[(3 * 512 * 1024) + 1]);
        var error = await Should.ThrowAsync<StoreException>(async () =>
            await store.WriteAsync(request, CancellationToken.None));
        error.Failure.ShouldBe(StoreFailure.TooLarge);
        error.Message.ShouldContain("/a");
    }

    [Fact]
    public async Task A_buffer_reused_by_the_caller_does_not_change_the_value()
    {
        await using var store = EmbeddedStore.InMemory(TimeProvider.System);
        var buffer = "one"u8.ToArray();
        await store.WriteAsync(new WriteRequest("/a", 0, buffer), CancellationToken.None);
        buffer[0] = (byte)'X';
        (await store.TextAsync("/a")).ShouldBe("one");
    }

    [Fact]
    public async Task A_closed_store_refuses_everything()
    {
        var store = EmbeddedStore.InMemory(TimeProvider.System);
        await store.DisposeAsync();
        await store.DisposeAsync();
        (await Should.ThrowAsync<StoreException>(() => store.PutAsync("/a", "x")))
            .Failure.ShouldBe(StoreFailure.Unavailable);
        (await Should.ThrowAsync<StoreException>(async () =>
            await store.WriteAsync(new WriteRequest("/a", 0, null), CancellationToken.None)))
            .Failure.ShouldBe(StoreFailure.Unavailable);
    }

    [Fact]
    public void Options_tell_every_problem_at_once()
    {
        var options = new EmbeddedStoreOptions { Directory = "", MaxValueBytes = 0, HistoryRevisions = -1 };
        var error = Should.Throw<ArgumentException>(() => EmbeddedStore.InMemory(options, TimeProvider.System));
        error.Message.ShouldContain("directory");
        error.Message.ShouldContain("MaxValueBytes");
        error.Message.ShouldContain("history");
    }

    private static int Number(StoredValue value) =>
        value.Value.Length == 4 ? BitConverter.ToInt32(value.Value.Span) : 0;
}
