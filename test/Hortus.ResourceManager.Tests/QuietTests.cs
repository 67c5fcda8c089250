using System.Text;
using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener.Resources;
using Hortus.Objects.Kubernetes;
using Hortus.ResourceManager.Tests.World;
using Hortus.Runtime;
using Hortus.Testing.Scripted;
using static Hortus.ResourceManager.Tests.World.ResourceWorld;
using Names = Hortus.Objects.Gardener.Resources.ManagedResourceConditions;

namespace Hortus.ResourceManager.Tests;

/// <summary>Where nothing happens nothing is asked; where something happens it is asked once.</summary>
[Trait("Category", "Integration")]
public sealed class QuietTests
{
    [Fact]
    public async Task Looking_at_what_has_not_changed_costs_no_request()
    {
        await using var world = await ResourceWorld.StartAsync(isRunning: false);
        await world.WriteAsync("test", [.. Enumerable.Range(0, 20).Select(i => Map($"map-{i}")), Workload()]);
        var (reconciler, run, stop) = await DriveAsync(world);

        await reconciler.ReconcileAsync(Key("test"), world.Token);
        await QuietAsync(world, reconciler);
        world.Seen.Requests.Clear();
        for (var i = 0; i < 1000; i++)
        {
            await reconciler.ReconcileAsync(Key("test"), world.Token);
        }

        world.Seen.Requests.ShouldBeEmpty();
        await stop.CancelAsync();
        await run;
    }

    [Fact]
    public async Task A_status_that_another_controller_writes_costs_no_write_of_the_object()
    {
        await using var world = await ResourceWorld.StartAsync(isRunning: false);
        await world.WriteAsync("test", Workload());
        var (reconciler, run, stop) = await DriveAsync(world);
        await reconciler.ReconcileAsync(Key("test"), world.Token);
        await QuietAsync(world, reconciler);
        world.Seen.Requests.Clear();

        var status = new JsonObject { ["observedGeneration"] = 1, ["replicas"] = 1 };
        var version = (await world.Target.Client.PatchAsync<Deployment>(
            Key("work"), Patch.Merge(new JsonObject { ["status"] = status }) with { Subresource = "status" }, world.Token)).Metadata.ResourceVersion;
        await world.UntilAsync("test", _ => true);
        await QuietAsync(world, reconciler);

        version.ShouldNotBeNull();
        world.Seen.Writes.ShouldAllBe(w => w.Contains("managedresources", StringComparison.Ordinal));
        await stop.CancelAsync();
        await run;
    }

    [Fact]
    public async Task A_manager_that_starts_anew_leaves_all_objects_as_they_are()
    {
        await using var world = await ResourceWorld.StartAsync();
        await world.WriteAsync("test", Map("a"), Workload());
        await world.AppliedAsync("test");
        await world.StopAsync();
        var before = await VersionsAsync(world);

        var seen = new CountingHandler();
        world.Run(new ResourceManagerOptions(), seen);
        await world.WriteAsync("next", Map("b"));
        await world.AppliedAsync("next");
        await world.ConditionAsync("test", Names.Healthy, "DeploymentUnhealthy");

        (await VersionsAsync(world)).ShouldBe(before);
    }

    [Fact]
    public async Task Replicas_that_an_autoscaler_sets_and_a_restart_by_kubectl_stay()
    {
        await using var world = await ResourceWorld.StartAsync();
        await world.Target.Client.CreateAsync(
            new HorizontalPodAutoscaler
            {
                Metadata = new ObjectMeta { Namespace = "default", Name = "work" },
                Spec = new HorizontalPodAutoscalerSpec
                {
                    ScaleTargetRef = new CrossVersionObjectReference { ApiVersion = "apps/v1", Kind = "Deployment", Name = "work" },
                    MaxReplicas = 10,
                },
            },
            world.Token);
        await world.WriteAsync("test", Workload(), Map("a"));
        await world.AppliedAsync("test");
        var annotations = new JsonObject { ["kubectl.kubernetes.io/restartedAt"] = "today" };
        var template = new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = annotations } };
        await world.Target.Client.PatchAsync<Deployment>(
            Key("work"), Patch.Merge(new JsonObject { ["spec"] = new JsonObject { ["replicas"] = 7, ["template"] = template } }), world.Token);

        await world.WriteAsync("test", Workload("image:2"), Map("a", "w"));
        await world.AppliedAsync("test");

        var work = await world.Target.Client.GetAsync<Deployment>(Key("work"), world.Token);
        work.Spec.Replicas.ShouldBe(7);
        work.Spec.Template.Metadata!.Annotation("kubectl.kubernetes.io/restartedAt").ShouldBe("today");
        work.Spec.Template.Spec!.Containers.Single().Image.ShouldBe("image:2");
    }

    [Fact]
    public async Task A_killed_manager_loses_no_object_and_leaves_none_behind()
    {
        await using var world = await ResourceWorld.StartAsync(isRunning: false, limit: TimeSpan.FromMinutes(5));
        var random = new Random(4711);
        string[] wanted = [];
        string? first = null;
        var deaths = 0;
        for (var round = 0; round < 100; round++)
        {
            wanted = [.. Enumerable.Range(0, 6).Where(_ => random.Next(2) == 0).Select(i => $"map-{i}").Append("always")];
            await world.WriteAsync("test", [.. wanted.Select(name => Map(name, $"{round}"))]);
            var handler = new CountingHandler { WritesUntilDeath = random.Next(14) };
            world.Run(new ResourceManagerOptions(), handler);
            using var enough = CancellationTokenSource.CreateLinkedTokenSource(world.Token);
            var done = DoneAsync(world, enough.Token);
            await await Task.WhenAny(handler.Death, done);
            deaths += handler.Death.IsCompleted ? 1 : 0;
            await enough.CancelAsync();
            await done.ContinueWith(_ => { }, TaskScheduler.Default);
            await world.StopAsync();
            var uid = (await world.MapAsync("always"))?.Metadata.Uid;
            (first ??= uid).ShouldBe(uid, "an object that is always wanted was deleted");
        }

        deaths.ShouldBeInRange(20, 99);

        world.Run(new ResourceManagerOptions());
        await world.AppliedAsync("test");

        var left = await world.Target.Client.ListAsync<ConfigMap>(
            new ListOptions { Namespace = "default", LabelSelector = ResourceNames.ManagedBy }, world.Token);
        left.Items.Select(m => m.Metadata.Name).Order(StringComparer.Ordinal).ShouldBe(wanted.Order(StringComparer.Ordinal));
        left.Items.ShouldAllBe(m => m.Data!["key"] == "99");
    }

    // Done is said of the generation that was written last.
    private static async Task DoneAsync(ResourceWorld world, CancellationToken cancellationToken) =>
        await world.Source.UntilAsync<ManagedResource>(
            Key("test"),
            r => r!.Status?.ObservedGeneration == r.Metadata.Generation && ResourceWorld.Find(r, Names.Applied)?.Status == "True",
            cancellationToken);

    // Runs managers without the controller, so that the test says when something is looked at.
    private static async Task<(ManagedResourceReconciler Reconciler, Task Run, CancellationTokenSource Stop)> DriveAsync(ResourceWorld world)
    {
        var stop = CancellationTokenSource.CreateLinkedTokenSource(world.Token);
        var manager = world.Target.NewManager(world.Seen);
        var reconciler = new ManagedResourceReconciler(
            new ResourceSurroundings(manager, manager, new ResourceManagerOptions(), TimeProvider.System));
        var run = manager.RunAsync(stop.Token);
        await manager.CacheOf<ManagedResource>(new CacheScope()).WaitAsync(Key("test"), r => r is not null, world.Token);
        return (reconciler, run, stop);
    }

    // Looks until the caches have caught up with all that was written: two looks in a row without a request.
    private static async Task QuietAsync(ResourceWorld world, ManagedResourceReconciler reconciler)
    {
        for (var quiet = 0; quiet < 20;)
        {
            world.Token.ThrowIfCancellationRequested();
            var before = world.Seen.Requests.Count;
            try
            {
                await reconciler.ReconcileAsync(Key("test"), world.Token);
            }
            catch (ApiException e) when (e.IsConflict)
            {
                quiet = 0;
            }

            quiet = world.Seen.Requests.Count == before ? quiet + 1 : 0;
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, world.Token);
        }
    }

    private static async Task<string> VersionsAsync(ResourceWorld world)
    {
        var map = await world.MapAsync("a");
        var work = await world.Target.Client.GetAsync<Deployment>(Key("work"), world.Token);
        return $"{map!.Metadata.ResourceVersion} {work.Metadata.ResourceVersion}";
    }

    private static Deployment Workload(string image = "image:1") => new()
    {
        Metadata = new ObjectMeta { Namespace = "default", Name = "work" },
        Spec = new DeploymentSpec
        {
            Replicas = 1,
            Selector = new LabelSelector { MatchLabels = new Dictionary<string, string> { ["app"] = "work" } },
            Template = new PodTemplateSpec
            {
                Metadata = new ObjectMeta { Labels = new Dictionary<string, string> { ["app"] = "work" } },
                Spec = new PodSpec { Containers = [new Container { Name = "main", Image = image }] },
            },
        },
    };
}
