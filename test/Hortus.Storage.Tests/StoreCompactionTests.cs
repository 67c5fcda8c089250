namespace Hortus.Storage.Tests;

public sealed class StoreCompactionTests
{
    [Fact]
    public async Task A_compaction_outlives_a_restart()
    {
        using var folder = new TemporaryFolder();
        await using var store = await folder.OpenAsync();
        for (var i = 0; i < 20; i++)
        {
            await store.PutAsync("/k", $"{i}");
        }

        await store.CompactAsync(15, CancellationToken.None);
        await store.PutAsync("/k", "after");

        using var killed = folder.Copy();
        await using var again = await killed.OpenAsync();
        (await again.GetRevisionAsync(CancellationToken.None)).ShouldBe(22);
        (await again.TextAsync("/k")).ShouldBe("after");
        (await Should.ThrowAsync<StoreException>(async () =>
            await again.RangeAsync(RangeRequest.Prefix("/") with { Revision = 14 }, CancellationToken.None)))
            .Failure.ShouldBe(StoreFailure.Compacted);
        (await again.RangeAsync(RangeRequest.Prefix("/") with { Revision = 15 }, CancellationToken.None)).Values.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_compaction_that_fails_is_told_and_the_next_one_works()
    {
        var files = new FaultyFiles(1);
        await using var store = StoreCrashTests.Open(files);
        for (var i = 0; i < 5; i++)
        {
            await store.PutAsync("/k", $"{i}");
        }

        files.FailAt = files.Calls + 1;
        (await Should.ThrowAsync<StoreException>(async () => await store.CompactAsync(4, CancellationToken.None)))
            .Failure.ShouldBe(StoreFailure.Unavailable);
        store.Statistics.OldestRevision.ShouldBeLessThan(4);

        await store.CompactAsync(4, CancellationToken.None);
        store.Statistics.OldestRevision.ShouldBe(4);
        await using var again = StoreCrashTests.Open(files.Restarted(powerLost: true));
        again.Statistics.OldestRevision.ShouldBe(4);
    }

    [Fact]
    public async Task Renewed_leases_do_not_make_the_folder_grow()
    {
        var files = new FaultyFiles(1);
        await using var store = StoreCrashTests.Open(files);
        for (var i = 0; i < 3000; i++)
        {
            await store.PutAsync($"/leases/{i % 5}", $"{i}");
        }

        files.List().Sum(n => (long)files.Content(n).Length).ShouldBeLessThan(20_000 + ActiveLog.ReservedBytes);
    }
}
