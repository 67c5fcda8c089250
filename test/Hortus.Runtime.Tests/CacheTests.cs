using System.Net;
using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;
using Hortus.Telemetry;
using Microsoft.Extensions.Time.Testing;

namespace Hortus.Runtime.Tests;

public sealed class CacheTests : IDisposable
{
    private const string Leases = "/apis/coordination.k8s.io/v1/namespaces";

    private readonly TinyApi api = new();
    private readonly Hortus.Client.KubernetesClient client;
    private readonly ControllerManager manager;

    public CacheTests()
    {
        client = api.Client();
        manager = new ControllerManager(client, RuntimeFixture.Options());
    }

    public void Dispose()
    {
        client.Dispose();
        api.Dispose();
    }

    [Fact]
    public async Task A_cache_shows_what_was_listed_and_follows_changes()
    {
        Put("a", "one", "me");
        Put("b", "two", "me");
        var cache = manager.CacheOf<Lease>();

        await RuntimeFixture.RunAsync(manager, async () =>
        {
            await cache.WaitForSyncAsync(RuntimeFixture.Deadline);
            cache.List().Count.ShouldBe(2);
            cache.List("a").ShouldHaveSingleItem().Key.ShouldBe(new ObjectKey("a", "one"));
            cache.List("none").ShouldBeEmpty();

            Put("a", "one", "you");
            var changed = await cache.WaitAsync(
                new ObjectKey("a", "one"), l => l?.Spec.HolderIdentity == "you", RuntimeFixture.Deadline);
            changed.ShouldBeSameAs(cache.Find(new ObjectKey("a", "one")));

            api.Delete($"{Leases}/b/leases/two");
            (await cache.WaitAsync(new ObjectKey("b", "two"), l => l is null, RuntimeFixture.Deadline)).ShouldBeNull();
            cache.List("b").ShouldBeEmpty();
        });
    }

    [Fact]
    public void The_same_scope_gives_the_same_cache()
    {
        var cache = manager.CacheOf<Lease>(new CacheScope("garden", "a=b"));

        manager.CacheOf<Lease>(new CacheScope("garden", "a=b")).ShouldBeSameAs(cache);
        manager.CacheOf<Lease>().ShouldNotBeSameAs(cache);
    }

    [Fact]
    public async Task A_cut_watch_resumes_where_it_was_without_a_new_list()
    {
        Put("a", "one", "me");
        var cache = manager.CacheOf<Lease>();

        await RuntimeFixture.RunAsync(manager, async () =>
        {
            await cache.WaitForSyncAsync(RuntimeFixture.Deadline);
            await RuntimeFixture.UntilAsync(() => api.Watches == 1);
            api.CutWatches();
            Put("a", "two", "me");
            await cache.WaitAsync(new ObjectKey("a", "two"), l => l is not null, RuntimeFixture.Deadline);
        });

        api.Requests.Count(r => !r.Contains("watch=true", StringComparison.Ordinal)).ShouldBe(1);
    }

    [Fact]
    public async Task Deletions_missed_behind_an_expired_version_are_told()
    {
        Put("a", "one", "me");
        Put("a", "two", "me");
        var deleted = new TaskCompletionSource<string>();
        manager.CacheFor<Lease>(null).AddHandler((old, current) =>
        {
            if (current is null)
            {
                deleted.TrySetResult(old!.Metadata.Name!);
            }
        });

        await RuntimeFixture.RunAsync(manager, async () =>
        {
            await RuntimeFixture.UntilAsync(() => api.Watches == 1);
            api.Fault = HttpStatusCode.ServiceUnavailable;
            api.CutWatches();
            api.Delete($"{Leases}/a/leases/one");
            api.Compact();
            api.Fault = null;

            (await deleted.Task.WaitAsync(RuntimeFixture.Deadline)).ShouldBe("one");
            manager.CacheOf<Lease>().List().ShouldHaveSingleItem().Metadata.Name.ShouldBe("two");
        });
    }

    [Fact]
    public async Task A_cache_survives_a_server_that_is_away_at_start()
    {
        Put("a", "one", "me");
        api.Fault = HttpStatusCode.InternalServerError;
        var cache = manager.CacheOf<Lease>();

        await RuntimeFixture.RunAsync(manager, async () =>
        {
            await RuntimeFixture.UntilAsync(() => api.Requests.Count > 1);
            api.Fault = null;
            await cache.WaitForSyncAsync(RuntimeFixture.Deadline);
        });

        cache.List().Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_watch_that_breaks_off_now_and_then_is_not_worth_a_warning()
    {
        var clock = new FakeTimeProvider();
        using var output = new StringWriter();
        using var logs = new LogFactory(new LogOptions(), clock, output);
        var cuts = 0;
        var source = new ObjectSource<Lease>(
            "leases", (_, _) => Task.FromResult<(IReadOnlyList<Lease>, string?)>(([], "1")), (_, _) => BreakOffAsync());
        var reflector = new Reflector<Lease>(
            new ObjectCache<Lease>(), source, new CacheScope(), RuntimeFixture.Options(clock) with { Logs = logs });
        using var stop = new CancellationTokenSource();

        var running = reflector.RunAsync(stop.Token);
        await RuntimeFixture.UntilAsync(() =>
        {
            clock.Advance(TimeSpan.FromMilliseconds(100));
            return cuts >= 8;
        });
        await stop.CancelAsync();
        await running.WaitAsync(RuntimeFixture.Deadline);

        output.ToString().ShouldBeEmpty();

        async IAsyncEnumerable<WatchEvent<Lease>> BreakOffAsync()
        {
            await Task.Yield();
            clock.Advance(TimeSpan.FromSeconds(10));
            if (++cuts > 0)
            {
                throw new IOException("connection reset");
            }

            yield break;
        }
    }

    [Fact]
    public async Task A_namesake_made_after_a_deletion_is_told_as_deleted_and_added()
    {
        var told = new List<string>();
        var cache = new ObjectCache<Lease>();
        cache.Replace([Lease("one", "u1", "1")]);
        cache.AddHandler((old, current) => told.Add($"{old?.Metadata.Uid}>{current?.Metadata.Uid}"));

        cache.Put(Lease("one", "u1", "1"));
        cache.Put(Lease("one", "u2", "5"));

        told.ShouldBe([">u1", "u1>", ">u2"]);
        await cache.WaitForSyncAsync(RuntimeFixture.Deadline);
    }

    [Fact]
    public async Task A_cache_asked_for_late_starts_at_once()
    {
        Put("a", "one", "me");

        await RuntimeFixture.RunAsync(manager, async () =>
        {
            await manager.CacheOf<Lease>().WaitForSyncAsync(RuntimeFixture.Deadline);
            manager.CacheOf<Lease>().List().Count.ShouldBe(1);
        });
    }

    [Fact]
    public async Task A_wait_that_runs_out_tells_the_last_objection()
    {
        var clock = new Microsoft.Extensions.Time.Testing.FakeTimeProvider();
        var cache = new ObjectCache<Lease>();
        cache.Replace([Lease("one", "u1", "1")]);
        var wait = cache.WaitUntilAsync(
            new ObjectKey(null, "one"), l =>
                $"held by {l!.Spec.HolderIdentity}", TimeSpan.FromSeconds(30), clock, RuntimeFixture.Deadline);

        clock.Advance(TimeSpan.FromSeconds(31));

        (await Should.ThrowAsync<TimeoutException>(
            wait)).Message.ShouldBe("Lease one: not ready within 30 s: held by me");
    }

    [Fact]
    public async Task A_condition_that_throws_ends_the_wait_with_its_exception()
    {
        var cache = new ObjectCache<Lease>();
        cache.Replace([]);
        var wait = cache.WaitAsync(
            new ObjectKey(null, "one"), l =>
                l is null ? false : throw new IOException("bad state"), RuntimeFixture.Deadline);

        cache.Put(Lease("one", "u1", "1"));

        await Should.ThrowAsync<IOException>(wait);
    }

    private static Lease Lease(string name, string uid, string version) => new()
    {
        Metadata = new ObjectMeta { Name = name, Uid = uid, ResourceVersion = version },
        Spec = new LeaseSpec { HolderIdentity = "me" },
    };

    private void Put(string @namespace, string name, string holder) => api.Put(
        $"{Leases}/{@namespace}/leases/{name}",
        new JsonObject { ["spec"] = new JsonObject { ["holderIdentity"] = holder } });
}
