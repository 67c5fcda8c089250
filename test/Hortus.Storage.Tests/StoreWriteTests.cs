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
    public void Options_tell_every_problem_at_once()
    {
        var options = new EmbeddedStoreOptions { Directory = "", MaxValueBytes = 0, HistoryRevisions = -1 };
        var error = Should.Throw<ArgumentException>(() => EmbeddedStore.InMemory(options, TimeProvider.System));
        error.Message.ShouldContain("directory");
        error.Message.ShouldContain("MaxValueBytes");
        error.Message.ShouldContain("history");
    }
}
