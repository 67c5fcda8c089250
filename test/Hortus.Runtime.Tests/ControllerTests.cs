using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;
using Hortus.Telemetry;
using Microsoft.Extensions.Time.Testing;

namespace Hortus.Runtime.Tests;

public sealed class ControllerTests : IDisposable
{
    private const string Maps = "/api/v1/namespaces/ns/configmaps";

    private readonly TinyApi api = new();
    private readonly FakeTimeProvider clock = new();
    private readonly MetricRegistry metrics = new();
    private readonly Hortus.Client.KubernetesClient client;
    private readonly ControllerManager manager;

    public ControllerTests()
    {
        client = api.Client();
        manager = new ControllerManager(client, RuntimeFixture.Options(clock, metrics));
    }

    public void Dispose()
    {
        client.Dispose();
        api.Dispose();
        metrics.Dispose();
    }

    [Fact]
    public async Task Every_object_is_handled_at_start_and_on_each_change()
    {
        var handled = new Recorder();
        manager.AddController("maps", handled, c => c.For<ConfigMap>());
        api.Put($"{Maps}/a", []);

        await RuntimeFixture.RunAsync(manager, async () =>
        {
            await handled.CountAsync("ns/a", 1);
            api.Put($"{Maps}/a", new JsonObject { ["data"] = new JsonObject { ["k"] = "v" } });
            await handled.CountAsync("ns/a", 2);
            api.Delete($"{Maps}/a");
            await handled.CountAsync("ns/a", 3);
        });

        metrics.Render().ShouldContain("controller_runtime_reconcile_total{controller=\"maps\",result=\"success\"} 3");
    }

    [Fact]
    public async Task Changes_that_do_not_matter_are_passed_over()
    {
        var handled = new Recorder();
        manager.AddController(
            "maps", handled, c => c.For<ConfigMap>((_, current) => current?.Data?.ContainsKey("run") == true));

        await RuntimeFixture.RunAsync(manager, async () =>
        {
            api.Put($"{Maps}/quiet", []);
            api.Put($"{Maps}/loud", new JsonObject { ["data"] = new JsonObject { ["run"] = "1" } });
            await handled.CountAsync("ns/loud", 1);
            handled.Count("ns/quiet").ShouldBe(0);
        });
    }

    [Fact]
    public async Task A_failed_run_is_tried_again_after_its_back_off()
    {
        var tries = 0;
        var handled = Recorder.Returning(() => ++tries < 3 ? throw new IOException("not yet") : ReconcileResult.Done);
        manager.AddController("maps", handled, c => c.For<ConfigMap>());
        api.Put($"{Maps}/a", []);

        await RuntimeFixture.RunAsync(manager, async () =>
        {
            await handled.CountAsync("ns/a", 1);
            await AdvanceUntilAsync(TimeSpan.FromMilliseconds(5), () => handled.Count("ns/a") == 3);
        });

        metrics.Render().ShouldContain("controller_runtime_reconcile_errors_total{controller=\"maps\"} 2");
    }

    [Fact]
    public async Task A_terminal_error_waits_for_a_change()
    {
        var handled = Recorder.Returning(() => throw new TerminalReconcileException("spec is wrong"));
        manager.AddController("maps", handled, c => c.For<ConfigMap>());
        api.Put($"{Maps}/a", []);

        await RuntimeFixture.RunAsync(manager, async () =>
        {
            await handled.CountAsync("ns/a", 1);
            clock.Advance(TimeSpan.FromHours(1));
            api.Put($"{Maps}/b", []);
            await handled.CountAsync("ns/b", 1);
            handled.Count("ns/a").ShouldBe(1);
            api.Put($"{Maps}/a", new JsonObject { ["data"] = new JsonObject { ["fixed"] = "yes" } });
            await handled.CountAsync("ns/a", 2);
        });
    }

    [Fact]
    public async Task A_run_asked_for_later_comes_at_its_time()
    {
        var handled = Recorder.Returning(() => ReconcileResult.After(TimeSpan.FromMinutes(1)));
        manager.AddController("maps", handled, c => c.For<ConfigMap>());
        api.Put($"{Maps}/a", []);

        await RuntimeFixture.RunAsync(manager, async () =>
        {
            await handled.CountAsync("ns/a", 1);
            await AdvanceUntilAsync(TimeSpan.FromSeconds(30), () => handled.Count("ns/a") >= 2);
        });
    }

    [Fact]
    public async Task A_key_never_runs_twice_at_a_time()
    {
        var running = 0;
        var most = 0;
        var handled = new Recorder(async _ =>
        {
            most = Math.Max(most, Interlocked.Increment(ref running));
            await Task.Yield();
            Interlocked.Decrement(ref running);
            return ReconcileResult.Done;
        });
        manager.AddController("maps", handled, c => c.For<ConfigMap>().WithConcurrency(8));

        await RuntimeFixture.RunAsync(manager, async () =>
        {
            for (var i = 0; i < 200; i++)
            {
                api.Put($"{Maps}/a", new JsonObject { ["data"] = new JsonObject { ["i"] = $"{i}" } });
            }

            await RuntimeFixture.UntilAsync(
                () => manager.CacheOf<ConfigMap>().Find(new ObjectKey("ns", "a"))?.Data?["i"] == "199");
            await handled.CountAsync("ns/a", 1);
        });

        most.ShouldBe(1);
    }

    [Fact]
    public async Task Owned_and_mapped_objects_enqueue_whom_they_concern()
    {
        var handled = new Recorder();
        manager.AddController("deployments", handled, c => c
            .Owns<ConfigMap, Deployment>()
            .Watches<Secret>(s => [new ObjectKey(s.Metadata.Namespace, s.Metadata.Label("for") ?? "nobody")]));

        await RuntimeFixture.RunAsync(manager, async () =>
        {
            api.Put($"{Maps}/owned", (JsonObject)JsonNode.Parse("""
                {"metadata":{"ownerReferences":[
                  {"apiVersion":"apps/v1","kind":"Deployment","name":"web","uid":"1","controller":true},
                  {"apiVersion":"v1","kind":"Deployment","name":"other-group","uid":"2","controller":true},
                  {"apiVersion":"apps/v1","kind":"Deployment","name":"not-in-charge","uid":"3"}]}}
                """)!);
            await handled.CountAsync("ns/web", 1);
            api.Put("/api/v1/namespaces/ns/secrets/s", (JsonObject)JsonNode.Parse("""{"metadata":{"labels":{"for":"x"}}}""")!);
            await handled.CountAsync("ns/x", 1);
            api.Put("/api/v1/namespaces/ns/secrets/s", (JsonObject)JsonNode.Parse("""{"metadata":{"labels":{"for":"y"}}}""")!);
            await handled.CountAsync("ns/y", 1);
            await handled.CountAsync("ns/x", 2);
        });

        handled.Count("ns/other-group").ShouldBe(0);
        handled.Count("ns/not-in-charge").ShouldBe(0);
    }

    [Fact]
    public async Task A_resync_handles_every_known_object_again()
    {
        var handled = new Recorder();
        manager.AddController("maps", handled, c => c.For<ConfigMap>().WithResync(TimeSpan.FromMinutes(10)));
        api.Put($"{Maps}/a", []);

        await RuntimeFixture.RunAsync(manager, async () =>
        {
            await handled.CountAsync("ns/a", 1);
            await AdvanceUntilAsync(TimeSpan.FromMinutes(5), () => handled.Count("ns/a") >= 2);
        });
    }

    [Fact]
    public void Two_controllers_of_one_name_are_refused()
    {
        manager.AddController("maps", new Recorder(), c => c.For<ConfigMap>());

        Should.Throw<InvalidOperationException>(
            () => manager.AddController("maps", new Recorder(), c => c.For<ConfigMap>()))
            .Message.ShouldContain("maps");
    }

    [Fact]
    public async Task Stopping_waits_for_the_run_under_way()
    {
        var started = new TaskCompletionSource();
        var ended = false;
        var handled = new Recorder(async ct =>
        {
            started.SetResult();
            await Task.Delay(
                Timeout.InfiniteTimeSpan, clock, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            ended = true;
            return ReconcileResult.Done;
        });
        manager.AddController("maps", handled, c => c.For<ConfigMap>());
        api.Put($"{Maps}/a", []);

        await RuntimeFixture.RunAsync(manager, () => started.Task.WaitAsync(RuntimeFixture.Deadline));

        ended.ShouldBeTrue();
    }

    [Fact]
    public async Task Equal_events_are_counted_on_one_object()
    {
        var about = new Shoot("a");
        await RuntimeFixture.RunAsync(manager, async () =>
        {
            manager.Events.Warning(about.Map, "Broken", "it broke");
            manager.Events.Warning(about.Map, "Broken", "it broke");
            manager.Events.Normal(about.Map, "Fixed", "it works");
            await RuntimeFixture.UntilAsync(
                () => api.Requests.Count(r => r.Contains("/events", StringComparison.Ordinal)) == 3);
        });

        var events = await client.ListAsync<Event>(Hortus.Client.ListOptions.In("ns"), RuntimeFixture.Deadline);
        events.Items.Select(e => (e.Reason, e.Type, e.Count, e.InvolvedObject.Name, e.Source!.Component)).ShouldBe(
            [("Broken", "Warning", 2, "a", "hortus-test"), (
                "Fixed", "Normal", 1, "a", "hortus-test")], ignoreOrder: true);
    }

    private async Task AdvanceUntilAsync(TimeSpan step, Func<bool> condition)
    {
        var deadline = RuntimeFixture.Deadline;
        while (!condition())
        {
            clock.Advance(step);
            await Task.Delay(5, deadline);
        }
    }

    private sealed record Shoot(string Name)
    {
        public ConfigMap Map => new() { Metadata = new ObjectMeta { Namespace = "ns", Name = Name, Uid = "u" } };
    }

    private sealed class Recorder(Func<CancellationToken, Task<ReconcileResult>> run) : IReconciler
    {
        private readonly ConcurrentDictionary<string, int> counts = [];

        public Recorder()
            : this(_ => Task.FromResult(ReconcileResult.Done))
        {
        }

        public static Recorder Returning(Func<ReconcileResult> run) => new(_ => Task.FromResult(run()));

        public async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
        {
            counts.AddOrUpdate(key.ToString(), 1, (_, n) => n + 1);
            return await run(cancellationToken);
        }

        public int Count(string key) => counts.GetValueOrDefault(key);

        public Task CountAsync(string key, int wanted) => RuntimeFixture.UntilAsync(() => Count(key) >= wanted);
    }
}
