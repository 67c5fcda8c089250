using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;
using Hortus.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hortus.Runtime.Tests;

[Trait("Category", "Integration")]
public sealed class ServerTests : IAsyncLifetime
{
    private readonly CuttingHandler network = new();
    private InProcessApiServer server = null!;
    private KubernetesClient client = null!;

    public async Task InitializeAsync()
    {
        server = await InProcessApiServer.StartAsync(RuntimeFixture.Deadline);
        client = Connect();
        await client.CreateAsync(new Namespace { Metadata = new ObjectMeta { Name = "ns" } }, RuntimeFixture.Deadline);
    }

    public async Task DisposeAsync()
    {
        client.Dispose();
        network.Dispose();
        await server.DisposeAsync();
    }

    [Fact]
    public async Task Objects_are_made_read_changed_and_deleted()
    {
        var made = await client.CreateAsync(Map("a", "1"), RuntimeFixture.Deadline);
        made.Metadata.Uid.ShouldNotBeNullOrEmpty();
        var again = await Should.ThrowAsync<ApiException>(() => client.CreateAsync(Map("a", "1"), RuntimeFixture.Deadline));
        again.IsAlreadyExists.ShouldBeTrue();

        await client.UpdateAsync(made with { Data = Data("2") }, RuntimeFixture.Deadline);
        var stale = await Should.ThrowAsync<ApiException>(
            () => client.UpdateAsync(made with { Data = Data("3") }, RuntimeFixture.Deadline));
        stale.IsConflict.ShouldBeTrue();
        var patched = await client.PatchAsync<ConfigMap>(
            made.Key, Patch.Merge((JsonObject)JsonNode.Parse("""{"data":{"more":"x"}}""")!), RuntimeFixture.Deadline);
        patched.Data!.OrderBy(d => d.Key).Select(d => d.Value).ShouldBe(["2", "x"]);

        await client.DeleteAsync<ConfigMap>(made.Key, null, RuntimeFixture.Deadline);
        (await client.FindAsync<ConfigMap>(made.Key, RuntimeFixture.Deadline)).ShouldBeNull();
        await client.DeleteAsync<ConfigMap>(made.Key, null, RuntimeFixture.Deadline);
    }

    [Fact]
    public async Task Apply_makes_changes_and_takes_back_what_is_no_longer_wanted()
    {
        await client.ApplyAsync(
            Map("a", "1") with { Data = new Dictionary<string, string> { ["k"] = "1", ["gone"] = "x" } },
            "test",
            RuntimeFixture.Deadline);

        var applied = await client.ApplyAsync(Map("a", "2"), "test", RuntimeFixture.Deadline);

        applied.Data.ShouldBe(Data("2"));
    }

    [Fact]
    public async Task Lists_are_read_page_by_page()
    {
        for (var i = 0; i < 7; i++)
        {
            await client.CreateAsync(Map($"m{i}", "1"), RuntimeFixture.Deadline);
        }

        var list = await client.ListAsync<ConfigMap>(ListOptions.In("ns"), RuntimeFixture.Deadline);

        list.Items.Select(i => i.Metadata.Name!).Where(n => n[0] == 'm').ShouldBe(Enumerable.Range(0, 7).Select(i => $"m{i}"));
        network.Requests.Count(r => r.Contains("continue=", StringComparison.Ordinal)).ShouldBeGreaterThan(1);
    }

    [Fact]
    public async Task Discovery_finds_the_built_in_kinds()
    {
        var kinds = await client.Dynamic.DiscoverAsync(RuntimeFixture.Deadline);

        var pods = kinds.Single(k => k.GroupResource == "pods");
        (pods.Kind, pods.Namespaced, pods.HasStatus).ShouldBe(("Pod", true, true));
        kinds.ShouldContain(k => k.GroupResource == "deployments.apps" && k.HasScale);
    }

    [Fact]
    public async Task A_cache_resumes_after_its_watch_was_cut_and_lists_only_once()
    {
        await client.CreateAsync(Map("a", "1"), RuntimeFixture.Deadline);
        var manager = new ControllerManager(client, RuntimeFixture.Options());
        var cache = manager.CacheOf<ConfigMap>(new CacheScope("ns"));

        await RuntimeFixture.RunAsync(manager, async () =>
        {
            using var writer = new KubernetesClient(
                new ClientConnection { Server = server.Address }, new ClientOptions { UserAgent = "writer" });
            await cache.WaitForSyncAsync(RuntimeFixture.Deadline);
            for (var i = 0; i < 5; i++)
            {
                network.Cut();
                await writer.ApplyAsync(Map("a", $"cut {i}"), "writer", RuntimeFixture.Deadline);
                var wanted = $"cut {i}";
                await cache.WaitAsync(new ObjectKey("ns", "a"), m => m?.Data?["k"] == wanted, RuntimeFixture.Deadline);
            }

            network.Cut();
            await writer.DeleteAsync<ConfigMap>(new ObjectKey("ns", "a"), null, RuntimeFixture.Deadline);
            await cache.WaitUntilGoneAsync(
                new ObjectKey("ns", "a"), TimeSpan.FromSeconds(20), TimeProvider.System, RuntimeFixture.Deadline);
        });

        network.Requests.Count(r => r.Contains("/configmaps?limit", StringComparison.Ordinal)).ShouldBe(1);
    }

    [Fact]
    public async Task A_controller_converges_and_repairs_what_others_break()
    {
        var manager = new ControllerManager(client, RuntimeFixture.Options());
        var copies = manager.CacheOf<Secret>(new CacheScope("ns"));
        manager.AddController("copy", new Copier(client, manager.CacheOf<ConfigMap>()), c => c
            .For<ConfigMap>((_, current) => current?.Metadata.Namespace == "ns")
            .Owns<Secret, ConfigMap>(new CacheScope("ns")));

        await RuntimeFixture.RunAsync(manager, async () =>
        {
            await client.CreateAsync(Map("a", "1"), RuntimeFixture.Deadline);
            await copies.WaitAsync(new ObjectKey("ns", "a"), s => Holds(s, "1"), RuntimeFixture.Deadline);
            await client.ApplyAsync(Map("a", "2"), "user", RuntimeFixture.Deadline);
            await copies.WaitAsync(new ObjectKey("ns", "a"), s => Holds(s, "2"), RuntimeFixture.Deadline);
            var uid = copies.Find(new ObjectKey("ns", "a"))!.Metadata.Uid;
            await client.DeleteAsync<Secret>(new ObjectKey("ns", "a"), null, RuntimeFixture.Deadline);
            await copies.WaitAsync(
                new ObjectKey("ns", "a"), s => Holds(s, "2") && s!.Metadata.Uid != uid, RuntimeFixture.Deadline);
        });

        static bool Holds(Secret? secret, string value) =>
            secret?.Data?.GetValueOrDefault("k") is { } data && data.AsSpan().SequenceEqual(System.Text.Encoding.UTF8.GetBytes(value));
    }

    [Fact]
    public async Task The_next_candidate_leads_when_the_leader_goes()
    {
        using var other = Connect();
        using var firstStop = new CancellationTokenSource();
        using var secondStop = new CancellationTokenSource();
        var firstLeads = new TaskCompletionSource();
        var secondLeads = new TaskCompletionSource();
        var first = Elector(client, "one").RunAsync(ct => LeadAsync(firstLeads, ct), firstStop.Token);
        await firstLeads.Task.WaitAsync(RuntimeFixture.Deadline);
        var second = Elector(other, "two").RunAsync(ct => LeadAsync(secondLeads, ct), secondStop.Token);

        await firstStop.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(first);
        await secondLeads.Task.WaitAsync(TimeSpan.FromSeconds(10));

        var lease = await client.GetAsync<Lease>(new ObjectKey("ns", "leader"), RuntimeFixture.Deadline);
        lease.Spec.HolderIdentity.ShouldBe("two");
        await secondStop.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(second);

        static Task LeadAsync(TaskCompletionSource leads, CancellationToken ct)
        {
            leads.TrySetResult();
            return Task.Delay(Timeout.InfiniteTimeSpan, ct);
        }
    }

    [Fact]
    public async Task Events_appear_on_their_object()
    {
        var map = await client.CreateAsync(Map("a", "1"), RuntimeFixture.Deadline);
        var manager = new ControllerManager(client, RuntimeFixture.Options());
        var events = manager.CacheOf<Event>(new CacheScope("ns"));

        await RuntimeFixture.RunAsync(manager, async () =>
        {
            manager.Events.Warning(map, "Broken", "it broke");
            manager.Events.Warning(map, "Broken", "it broke");
            await RuntimeFixture.UntilAsync(() => events.List().Any(e => e is { Reason: "Broken", Count: 2 }));
        });

        events.List().Count(e => e.InvolvedObject.Uid == map.Metadata.Uid).ShouldBe(1);
    }

    private KubernetesClient Connect() => new(
        network, new ClientConnection { Server = server.Address }, new ClientOptions { UserAgent = "test", PageSize = 3 });

    private static LeaderElector Elector(IKubernetesClient client, string identity) => new(
        client,
        new LeaderElectionOptions { Namespace = "ns", Name = "leader", Identity = identity },
        TimeProvider.System,
        new Random(1),
        NullLoggerFactory.Instance);

    private static ConfigMap Map(string name, string value) => new()
    {
        Metadata = new ObjectMeta { Namespace = "ns", Name = name },
        Data = Data(value),
    };

    private static Dictionary<string, string> Data(string value) => new() { ["k"] = value };

    /// <summary>Copies each ConfigMap into a Secret of the same name that it owns.</summary>
    private sealed class Copier(IKubernetesClient client, IObjectCache<ConfigMap> maps) : IReconciler
    {
        public async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
        {
            if (maps.Find(key) is not { } map)
            {
                return ReconcileResult.Done;
            }

            var copy = new Secret
            {
                Metadata = new ObjectMeta { Namespace = key.Namespace, Name = key.Name }.WithOwner(map.AsController()),
                Data = map.Data?.ToDictionary(d => d.Key, d => System.Text.Encoding.UTF8.GetBytes(d.Value)),
            };
            await client.ApplyAsync(copy, "copy", cancellationToken);
            return ReconcileResult.Done;
        }
    }
}
