using System.Text;
using Microsoft.Extensions.Time.Testing;

namespace Hortus.Storage.Tests;

/// <summary>Every engine against the plainest store there can be.</summary>
/// <param name="engine">Opens stores.</param>
/// <param name="cost">How many times fewer operations are made, for engines that wait for a disk.</param>
public abstract class StoreModelContract(StoreEngine engine, int cost) : IAsyncLifetime
{
    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await engine.DisposeAsync();

    [Theory]
    [InlineData(1, 10, 600)]
    [InlineData(2, 300, 3000)]
    [InlineData(3, 2000, 6000)]
    [InlineData(4, 40, 3000)]
    public async Task Random_operations_answer_as_the_model_does(int seed, int keys, int operations)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await using var store = await engine.OpenAsync(null, new FakeTimeProvider());
        var random = new Random(seed);
        var model = new StoreModel();
        long compacted = 0;
        for (var i = 0; i < operations / cost; i++)
        {
            switch (random.Next(12))
            {
                case < 8:
                    var request = RandomWrite(random, model, keys);
                    var answer = await store.WriteAsync(request, deadline.Token);
                    StoreModel.Show(answer).ShouldBe(StoreModel.Show(model.Write(request)));
                    break;
                case 8:
                    var range = RandomRange(random, model, keys, compacted);
                    StoreModel.Show(await store.RangeAsync(range, deadline.Token))
                        .ShouldBe(StoreModel.Show(model.Range(range)));
                    break;
                case 9:
                    var key = Key(random.Next(keys));
                    StoreModel.Show(await store.GetAsync(key, deadline.Token))
                        .ShouldBe(StoreModel.Show(model.At(model.Revision).GetValueOrDefault(key)));
                    break;
                case 10:
                    var after = Between(random, compacted, model.Revision);
                    await CompareWatch(store, model, $"/k/{random.Next(10)}", after, deadline.Token);
                    break;
                default:
                    if (random.Next(20) == 0)
                    {
                        compacted = Between(random, compacted, model.Revision);
                        await store.CompactAsync(compacted, deadline.Token);
                    }

                    break;
            }

            (await store.GetRevisionAsync(deadline.Token)).ShouldBe(model.Revision);
        }
    }

    internal static WriteRequest RandomWrite(Random random, StoreModel model, int keys)
    {
        var key = Key(random.Next(keys));
        var current = model.At(model.Revision).GetValueOrDefault(key)?.ModRevision ?? 0;
        var expected = random.Next(10) == 0 ? current + random.Next(2) : current;
        ReadOnlyMemory<byte>? value = random.Next(3) == 0 ? null : Encoding.UTF8.GetBytes($"v{random.Next()}");
        return new WriteRequest(key, expected, value);
    }

    private static RangeRequest RandomRange(Random random, StoreModel model, int keys, long compacted)
    {
        var revision = random.Next(2) == 0 ? 0 : Between(random, compacted, model.Revision);
        return new RangeRequest(Key(random.Next(keys)), Key(random.Next(keys)), revision, random.Next(4) * 5);
    }

    private static async Task CompareWatch(
        IStore store, StoreModel model, string prefix, long after, CancellationToken cancellationToken)
    {
        var seen = new List<string>();
        await foreach (var batch in store.WatchAsync(prefix, after, cancellationToken))
        {
            seen.AddRange(batch.Changes.Select(StoreModel.Show));
            if (batch.Revision == model.Revision)
            {
                break;
            }
        }

        seen.ShouldBe(model.Changes
            .Where(c => c.Revision > after && c.Key().StartsWith(prefix, StringComparison.Ordinal))
            .Select(StoreModel.Show));
    }

    private static long Between(Random random, long from, long to) => random.NextInt64(Math.Max(from, 1), to + 1);

    private static string Key(int number) => $"/k/{number}";
}

public sealed class MemoryModelTests() : StoreModelContract(new StoreEngine.Memory(), 1);

public sealed class DiskModelTests() : StoreModelContract(new StoreEngine.Disk(), 5);

[Trait("Category", "RealParts")]
public sealed class EtcdModelTests() : StoreModelContract(new StoreEngine.Etcd(), 6);
