namespace Hortus.Storage.Tests;

/// <summary>What reads and writes of every engine do.</summary>
public abstract class StoreWriteContract(StoreEngine engine) : IAsyncLifetime
{
    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await engine.DisposeAsync();

    [Fact]
    public async Task Concurrent_writers_of_one_key_each_win_once()
    {
        await using var store = await engine.OpenAsync(null, TimeProvider.System);
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
        StoreEngine.StatisticsOf(store).Writes.ShouldBe(401);
    }

    [Fact]
    public async Task A_reader_never_sees_a_range_between_two_revisions()
    {
        await using var store = await engine.OpenAsync(null, TimeProvider.System);
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
        await using var store = await engine.OpenAsync(null, TimeProvider.System);
        var request = new WriteRequest("/a", 0, new byte[(3 * 512 * 1024) + 1]);
        var error = await Should.ThrowAsync<StoreException>(async () =>
            await store.WriteAsync(request, CancellationToken.None));
        error.Failure.ShouldBe(StoreFailure.TooLarge);
        error.Message.ShouldContain("/a");
    }

    [Fact]
    public async Task A_buffer_reused_by_the_caller_does_not_change_the_value()
    {
        await using var store = await engine.OpenAsync(null, TimeProvider.System);
        var buffer = "one"u8.ToArray();
        await store.WriteAsync(new WriteRequest("/a", 0, buffer), CancellationToken.None);
        buffer[0] = (byte)'X';
        (await store.TextAsync("/a")).ShouldBe("one");
    }

    [Fact]
    public async Task A_closed_store_refuses_everything()
    {
        var store = await engine.OpenAsync(null, TimeProvider.System);
        await store.DisposeAsync();
        await store.DisposeAsync();
        (await Should.ThrowAsync<StoreException>(() => store.PutAsync("/a", "x")))
            .Failure.ShouldBe(StoreFailure.Unavailable);
        (await Should.ThrowAsync<StoreException>(async () =>
            await store.WriteAsync(new WriteRequest("/a", 0, null), CancellationToken.None)))
            .Failure.ShouldBe(StoreFailure.Unavailable);
    }

    private static int Number(StoredValue value) =>
        value.Value.Length == 4 ? BitConverter.ToInt32(value.Value.Span) : 0;
}

public sealed class MemoryWriteTests() : StoreWriteContract(new StoreEngine.Memory());

public sealed class DiskWriteTests() : StoreWriteContract(new StoreEngine.Disk());

[Trait("Category", "RealParts")]
public sealed class EtcdWriteTests() : StoreWriteContract(new StoreEngine.Etcd());
