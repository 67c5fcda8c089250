using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;
using Hortus.Testing.Scripted;
using Microsoft.Extensions.Time.Testing;

namespace Hortus.GardenControllers.Tests;

[Trait("Category", "Integration")]
public sealed class SeedLifecycleTests(GardenFixture garden) : IClassFixture<GardenFixture>
{
    private static readonly DateTimeOffset Start = new(2100, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task A_gardenlet_that_is_silent_for_40_seconds_is_unknown_and_after_200_so_are_its_shoots()
    {
        using var deadline = GardenFixture.Deadline();
        var clock = new FakeTimeProvider(Start);
        var started = new TaskCompletionSource<ControllerManager>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var running = RunningComponent.Start("test", garden.Client, TimeProvider.System, (context, token) =>
        {
            var manager = context.CreateManager();
            started.SetResult(manager);
            return manager.RunAsync(token);
        });
        var manager = await started.Task;
        var reconciler = new SeedLifecycleReconciler(manager, clock);
        var (seed, shoot) = await CreateAsync(deadline.Token);
        var lease = new ObjectKey("gardener-system-seed-lease", seed.Name);
        await SeenAsync<Lease>(manager, lease, SeedLifecycleReconciler.Leases, deadline.Token);
        await manager.CacheOf<Seed>().WaitAsync(seed, found => Status(found) == ConditionStatus.True, deadline.Token);
        await manager.CacheOf<Shoot>().WaitAsync(shoot, found => found?.Status?.Conditions?.Count == 1, deadline.Token);

        clock.Advance(TimeSpan.FromSeconds(39));
        var early = await reconciler.ReconcileAsync(seed, deadline.Token);
        clock.Advance(TimeSpan.FromSeconds(1));
        var late = await reconciler.ReconcileAsync(seed, deadline.Token);
        var silent = await garden.Client.GetAsync<Seed>(seed, deadline.Token);
        var certain = await garden.Client.GetAsync<Shoot>(shoot, deadline.Token);
        await manager.CacheOf<Seed>().WaitAsync(seed, found => Status(found) == ConditionStatus.Unknown, deadline.Token);
        clock.Advance(TimeSpan.FromSeconds(160));
        await reconciler.ReconcileAsync(seed, deadline.Token);
        var doubtful = await garden.Client.GetAsync<Shoot>(shoot, deadline.Token);

        early.RequeueAfter.ShouldBe(TimeSpan.FromSeconds(1));
        late.RequeueAfter.ShouldBe(TimeSpan.FromSeconds(160));
        Status(silent).ShouldBe(ConditionStatus.Unknown);
        certain.Status!.Conditions!.Single().Status.ShouldBe(ConditionStatus.True);
        doubtful.Status!.Conditions!.Single().Status.ShouldBe(ConditionStatus.Unknown);
        doubtful.Status.Constraints!.Single().Status.ShouldBe(ConditionStatus.Unknown);
    }

    private static string? Status(Seed? seed) =>
        seed?.Status?.Conditions?.FirstOrDefault(c => c.Type == GardenerConditions.GardenletReady)?.Status;

    private static Task SeenAsync<T>(ControllerManager manager, ObjectKey key, CacheScope scope, CancellationToken cancellationToken)
        where T : KubernetesObject => manager.CacheOf<T>(scope).WaitAsync(key, found => found is not null, cancellationToken);

    // The garden's own controllers run on the real clock, on which the lease is from the future and does not run out.
    private async Task<(ObjectKey Seed, ObjectKey Shoot)> CreateAsync(CancellationToken cancellationToken)
    {
        var name = garden.NewName();
        await garden.Client.CreateAsync(
            new Lease
            {
                Metadata = new ObjectMeta { Namespace = "gardener-system-seed-lease", Name = name },
                Spec = new LeaseSpec { HolderIdentity = "gardenlet", RenewTime = Start },
            },
            cancellationToken);
        await garden.Client.CreateAsync(Samples.Seed(name), cancellationToken);
        var shoot = await garden.CreateShootAsync(name, cancellationToken);
        var ready = new JsonObject { ["conditions"] = List(GardenerConditions.GardenletReady) };
        await ReportAsync<Seed>(ObjectKey.Cluster(name), ready, cancellationToken);
        var healthy = new JsonObject
        {
            ["seedName"] = name,
            ["conditions"] = List(GardenerConditions.APIServerAvailable),
            ["constraints"] = List(GardenerConditions.HibernationPossible),
        };
        await ReportAsync<Shoot>(shoot.Key, healthy, cancellationToken);
        return (ObjectKey.Cluster(name), shoot.Key);
    }

    private static JsonArray List(string type) =>
    [
        KubernetesJson.ToNode(new GardenerCondition
        {
            Type = type,
            Status = ConditionStatus.True,
            Reason = "Test",
            Message = "test",
            LastTransitionTime = Start,
            LastUpdateTime = Start,
        }),
    ];

    private Task<T> ReportAsync<T>(ObjectKey key, JsonObject status, CancellationToken cancellationToken) where T : KubernetesObject =>
        garden.Client.PatchAsync<T>(
            key, Patch.Merge(new JsonObject { ["status"] = status }) with { Subresource = "status" }, cancellationToken);
}
