using System.Text;
using System.Text.Json.Nodes;
using Hortus.Testing;
using Hortus.Testing.Etcd;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hortus.Storage.Tests;

/// <summary>What is special about a store that others can reach and that can be away.</summary>
[Trait("Category", "RealParts")]
public sealed class EtcdStoreTests : IDisposable
{
    private readonly CancellationTokenSource _deadline = new(TimeSpan.FromSeconds(60));

    public void Dispose() => _deadline.Dispose();

    [Fact]
    public async Task A_value_that_etcd_refuses_is_too_large()
    {
        await using var etcd = await EtcdCluster.StartAsync(_deadline.Token);
        await using var store = await OpenAsync(StoreEngine.Etcd.OptionsOf(etcd) with { MaxValueBytes = 4 << 20 });
        foreach (var size in new[] { 1600 * 1024, 3 << 20 })
        {
            var error = await Should.ThrowAsync<StoreException>(async () => await store.WriteAsync(
                new WriteRequest("/large", 0, new byte[size]), _deadline.Token));
            error.Failure.ShouldBe(StoreFailure.TooLarge, error.Message);
        }

        (await store.GetAsync("/large", _deadline.Token)).ShouldBeNull();
    }

    [Fact]
    public async Task Keys_of_others_stay_out_of_sight_and_their_transactions_stay_whole()
    {
        await using var etcd = await EtcdCluster.StartAsync(_deadline.Token);
        await using var store = await OpenAsync(StoreEngine.Etcd.OptionsOf(etcd) with { Prefix = "/registry" });
        var start = await store.GetRevisionAsync(_deadline.Token);
        await using var watch = store.WatchAsync("/registry/", start, _deadline.Token).GetAsyncEnumerator();
        await watch.MoveNextAsync();
        await etcd.PutAsync("/registry-gardener/a", "not ours", _deadline.Token);
        await etcd.CallAsync(
            etcd.Members[0],
            "v3/kv/txn",
            new JsonObject { ["success"] = new JsonArray(Put("/registry/a", "1"), Put("/other", "2"), Put("/registry/b", "3")) },
            _deadline.Token);
        (await store.GetRevisionAsync(_deadline.Token)).ShouldBe(start + 2);
        (await store.RangeAsync(new RangeRequest("/", "0"), _deadline.Token)).Values.Select(v => v.Key)
            .ShouldBe(["/registry/a", "/registry/b"]);
        await watch.MoveNextAsync();
        watch.Current.Revision.ShouldBe(start + 2);
        watch.Current.Changes.Select(c => (c.Revision, c.Current!.Key))
            .ShouldBe([(start + 2, "/registry/a"), (start + 2, "/registry/b")]);
    }

    [Fact]
    public async Task Two_stores_on_one_etcd_read_what_the_other_has_written()
    {
        await using var etcd = await EtcdCluster.StartAsync(_deadline.Token);
        await using var one = await OpenAsync(StoreEngine.Etcd.OptionsOf(etcd));
        await using var other = await OpenAsync(StoreEngine.Etcd.OptionsOf(etcd));
        for (var i = 0; i < 200; i++)
        {
            await one.PutAsync("/counted", $"{i}");
            (await other.TextAsync("/counted")).ShouldBe($"{i}");
        }
    }

    [Fact]
    public async Task A_write_without_an_answer_has_an_unknown_outcome_and_one_not_sent_has_not_happened()
    {
        await using var etcd = await EtcdCluster.StartAsync(_deadline.Token);
        await using var relay = new TcpRelay(etcd.Endpoints[0]);
        await using var store = await OpenAsync(StoreEngine.Etcd.OptionsOf(etcd) with
        {
            Endpoints = [relay.Address],
            WriteTimeout = TimeSpan.FromMilliseconds(500),
            ReadTimeout = TimeSpan.FromMilliseconds(500),
        });
        await store.PutAsync("/a", "1");
        relay.Hold();
        (await WriteFailure(store)).ShouldBe(StoreFailure.OutcomeUnknown);
        relay.Cut();
        relay.Release();

        // Until the connection is known to be gone a write may seem to leave through it.
        await UntilAsync(async () => await WriteFailure(store) == StoreFailure.Unavailable);
        (await Should.ThrowAsync<StoreException>(() => store.TextAsync("/a"))).Failure.ShouldBe(StoreFailure.Unavailable);
        relay.Mend();
        await UntilAsync(async () => await store.TextAsync("/a") == "1");
    }

    [Fact]
    public async Task A_broken_watch_is_resumed_without_a_lost_or_doubled_change()
    {
        await using var etcd = await EtcdCluster.StartAsync(_deadline.Token);
        await using var relay = new TcpRelay(etcd.Endpoints[0]);
        await using var writer = await OpenAsync(StoreEngine.Etcd.OptionsOf(etcd));
        await using var store = await OpenAsync(StoreEngine.Etcd.OptionsOf(etcd) with { Endpoints = [relay.Address] });
        var seen = CollectAsync(store, 1, 300);
        for (var i = 0; i < 300; i++)
        {
            await writer.PutAsync($"/k/{i % 7}", $"{i}");
            if (i % 60 == 30)
            {
                relay.Cut();
            }

            if (i % 60 == 45)
            {
                relay.Mend();
            }
        }

        (await seen).ShouldBe(Enumerable.Range(2, 300).Select(r => (long)r));
    }

    [Fact]
    public async Task A_watch_of_before_the_start_is_served_as_far_as_etcd_remembers()
    {
        await using var etcd = await EtcdCluster.StartAsync(_deadline.Token);
        await using (var before = await OpenAsync(StoreEngine.Etcd.OptionsOf(etcd)))
        {
            for (var i = 0; i < 20; i++)
            {
                await before.PutAsync("/a", $"{i}");
            }
        }

        await etcd.CompactAsync(9, _deadline.Token);
        await using var store = await OpenAsync(StoreEngine.Etcd.OptionsOf(etcd));
        (await CollectAsync(store, 9, 12)).ShouldBe(Enumerable.Range(10, 12).Select(r => (long)r));
        var tooOld = await Should.ThrowAsync<StoreException>(() => CollectAsync(store, 8, 1));
        tooOld.Failure.ShouldBe(StoreFailure.Compacted);
        tooOld.Revision.ShouldBe(9);
    }

    [Fact]
    public async Task What_others_compacted_while_the_watch_was_broken_ends_watches_and_reads_go_on()
    {
        await using var etcd = await EtcdCluster.StartAsync(_deadline.Token);
        await using var relay = new TcpRelay(etcd.Endpoints[0]);
        await using var store = await OpenAsync(StoreEngine.Etcd.OptionsOf(etcd) with { Endpoints = [relay.Address] });
        await store.PutAsync("/kept", "1");
        await store.PutAsync("/gone", "1");
        var watch = CollectAsync(store, 1, int.MaxValue);

        // A compaction alone changes nothing for a store that follows.
        await etcd.CompactAsync(3, _deadline.Token);
        (await CollectAsync(store, 1, 2)).ShouldBe([2L, 3L]);

        relay.Cut();
        await using (var other = await OpenAsync(StoreEngine.Etcd.OptionsOf(etcd)))
        {
            await other.PutAsync("/kept", "2");
            await other.WriteAsync(new WriteRequest("/gone", 3, null), _deadline.Token);
            await other.PutAsync("/new", "1");
        }

        await etcd.CompactAsync(6, _deadline.Token);
        relay.Mend();
        (await Should.ThrowAsync<StoreException>(() => watch)).ShouldSatisfyAllConditions(
            e => e.Failure.ShouldBe(StoreFailure.Compacted), e => e.Revision.ShouldBe(6));
        var now = await store.RangeAsync(RangeRequest.Prefix("/"), _deadline.Token);
        now.Revision.ShouldBe(6);
        now.Values.Select(v => $"{v.Key} {v.ModRevision}").ShouldBe(["/kept 4", "/new 6"]);
        var next = CollectAsync(store, 6, 1);
        await store.PutAsync("/new", "2");
        (await next).ShouldBe([7L]);
    }

    [Fact]
    public async Task An_etcd_that_was_set_back_is_read_again_and_ends_watches()
    {
        await using var etcd = await EtcdCluster.StartAsync(_deadline.Token);
        await using var store = await OpenAsync(StoreEngine.Etcd.OptionsOf(etcd));
        for (var i = 0; i < 10; i++)
        {
            await store.PutAsync($"/lost/{i}", "x");
        }

        var watch = CollectAsync(store, 11, int.MaxValue);
        await etcd.Members[0].KillAsync();
        etcd.Members[0].Wipe();
        await etcd.Members[0].StartAsync(_deadline.Token);
        await etcd.PutAsync("/restored", "y", _deadline.Token);
        (await Should.ThrowAsync<StoreException>(() => watch)).Failure.ShouldBe(StoreFailure.Compacted);
        await UntilAsync(async () => await store.TextAsync("/restored") == "y");
        (await store.RangeAsync(RangeRequest.Prefix("/"), _deadline.Token)).ShouldSatisfyAllConditions(
            r => r.Values.Select(v => v.Key).ShouldBe(["/restored"]), r => r.Revision.ShouldBe(2));
    }

    [Fact]
    public async Task A_member_that_restarts_keeps_every_write_and_every_watch()
    {
        await using var etcd = await EtcdCluster.StartAsync(_deadline.Token);
        await using var store = await OpenAsync(StoreEngine.Etcd.OptionsOf(etcd));
        var seen = CollectAsync(store, 1, 6);
        for (var round = 0; round < 3; round++)
        {
            await store.PutAsync("/a", $"before {round}");
            await etcd.Members[0].KillAsync();
            await etcd.Members[0].StartAsync(_deadline.Token);
            await UntilAsync(async () => await store.TextAsync("/a") == $"before {round}");
            await store.PutAsync("/a", $"after {round}");
        }

        (await seen).ShouldBe([2L, 3L, 4L, 5L, 6L, 7L]);
    }

    [Fact]
    public void Options_tell_every_problem_at_once()
    {
        var options = new EtcdStoreOptions
        {
            Endpoints = [new Uri("127.0.0.1:2379", UriKind.RelativeOrAbsolute)],
            Prefix = "registry",
            CertFile = "client.crt",
            HistoryBytes = 0,
        };
        options.Problems().Count.ShouldBe(4);
        (options with { Endpoints = [] }).Problems().ShouldContain("there must be an endpoint");
    }

    private static JsonObject Put(string key, string value) => new()
    {
        ["request_put"] = new JsonObject { ["key"] = Base64(key), ["value"] = Base64(value) },
    };

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private static async Task<StoreFailure> WriteFailure(EtcdStore store)
    {
        var request = new WriteRequest("/b", 0, new byte[1]);
        return (await Should.ThrowAsync<StoreException>(async () =>
            await store.WriteAsync(request, CancellationToken.None))).Failure;
    }

    private Task<EtcdStore> OpenAsync(EtcdStoreOptions options) =>
        EtcdStore.OpenAsync(options, TimeProvider.System, NullLogger<EtcdStore>.Instance, _deadline.Token);

    /// <summary>The revisions of the changes after a revision, until there are enough.</summary>
    private async Task<List<long>> CollectAsync(EtcdStore store, long after, int count)
    {
        var seen = new List<long>();
        await foreach (var batch in store.WatchAsync("/", after, _deadline.Token))
        {
            seen.AddRange(batch.Changes.Select(c => c.Revision));
            if (seen.Count >= count)
            {
                break;
            }
        }

        return seen;
    }

    private async Task UntilAsync(Func<Task<bool>> condition)
    {
        while (true)
        {
            try
            {
                if (await condition())
                {
                    return;
                }
            }
            catch (StoreException e) when (e.Failure == StoreFailure.Unavailable)
            {
                // Not yet.
            }

            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, _deadline.Token);
        }
    }
}
