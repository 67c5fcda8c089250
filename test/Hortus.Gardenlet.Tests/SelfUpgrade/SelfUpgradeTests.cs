using System.Diagnostics;
using Hortus.Client;
using Hortus.Components;
using Hortus.Gardenlet.Tests.Extensions;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;
using Hortus.Testing;

namespace Hortus.Gardenlet.Tests.SelfUpgrade;

/// <summary>The gardenlet keeps itself as its Gardenlet says: charts from a real docker-registry, rendered by the real helm.</summary>
[Trait("Category", "RealParts")]
public sealed class SelfUpgradeTests(ChartRegistry registry) : SelfUpgradeWorldTests(registry)
{
    [Fact]
    public async Task A_new_chart_replaces_both_replicas_and_never_leaves_fewer_than_two()
    {
        await World.AskForAsync(await PushAsync("1.3.0"), Token);
        await World.RolledOutAsync("1.3.0", Token);
        using var watching = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var fewest = FewestAvailableAsync(watching.Token);

        var second = await PushAsync("1.4.0");
        await World.AskForAsync(second, Token);
        await World.RolledOutAsync("1.4.0", Token);

        await watching.CancelAsync();
        (await fewest).ShouldBeGreaterThanOrEqualTo(2);
        var reconciled = await World.ConditionAsync(
            GardenerConditions.GardenletReconciled, SelfUpgradeStatus.Reconciled, Token, second);
        reconciled.Status.ShouldBe("True");
        var gardenlet = await World.GardenletAsync(Token);
        gardenlet.Status!.ObservedGeneration.ShouldBe(gardenlet.Metadata.Generation);
    }

    [Fact]
    public async Task A_chart_that_cannot_be_pulled_says_so_and_changes_nothing()
    {
        var good = await PushAsync("1.3.0");
        await World.AskForAsync(good, Token);
        await World.RolledOutAsync("1.3.0", Token);
        var before = await World.InServiceAsync(Token);

        var asked = Stopwatch.GetTimestamp();
        await World.AskForAsync($"{Registry.Server.Name}/nowhere/gardenlet:9.9.9", Token);
        var missing = await World.ConditionAsync(
            GardenerConditions.GardenletReconciled, SelfUpgradeStatus.ReconcileError, Token, "nowhere/gardenlet:9.9.9 cannot be pulled");
        missing.Status.ShouldBe("False");
        missing.Message.ShouldContain("404");
        Stopwatch.GetElapsedTime(asked).ShouldBeLessThan(TimeSpan.FromSeconds(10));

        await World.AskForAsync($"{good[..good.IndexOf('@')]}@sha256:{new string('0', 64)}", Token);
        await World.ConditionAsync(
            GardenerConditions.GardenletReconciled, SelfUpgradeStatus.ReconcileError, Token, "@sha256:000000");
        (await World.InServiceAsync(Token)).ShouldBe(before);

        await World.AskForAsync(await PushAsync("1.4.0"), Token);
        await World.RolledOutAsync("1.4.0", Token);
    }

    [Fact]
    public async Task A_version_that_crashes_is_rolled_back_once_and_the_old_replicas_stay()
    {
        await World.AskForAsync(await PushAsync("1.3.0"), Token);
        await World.RolledOutAsync("1.3.0", Token);
        using var watching = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var fewest = FewestAvailableAsync(watching.Token);
        World.Crash("1.4.0");

        await World.AskForAsync(await PushAsync("1.4.0"), Token);
        await World.ConditionAsync(GardenerConditions.GardenletRolledOut, SelfUpgradeStatus.RolloutInProgress, Token, "1 of 2 replicas");
        World.Clock.Advance(TimeSpan.FromMinutes(6));
        await World.TouchAsync(Token);

        var failed = await World.ConditionAsync(GardenerConditions.GardenletRolledOut, SelfUpgradeStatus.RolloutFailed, Token);
        failed.Status.ShouldBe("False");
        failed.Message.ShouldContain("CrashLoopBackOff");
        failed.Message.ShouldContain("back at gardenlet 1.3.0");
        await UntilImagesAsync("1.3.0");

        // Another leader goes on where this one was: the broken version is not tried again.
        await World.StopLeaderAsync();
        World.StartLeader();
        await World.TouchAsync(Token);
        await UntilAsync(() => World.Log.Count(line => line.Contains("applying gardenlet", StringComparison.Ordinal)) == 2);
        (await World.DeploymentAsync(Token)).Spec.Template.Spec.Containers[0].Image.ShouldBe("hortus/hortus:1.3.0");
        await UntilAsync(async () => (await World.EventsAsync("GardenletRolledBack", Token)).Sum(e => e.Count ?? 1) == 1);
        await watching.CancelAsync();
        (await fewest).ShouldBeGreaterThanOrEqualTo(2);

        await World.AskForAsync(await PushAsync("1.2.0"), Token);
        await World.RolledOutAsync("1.2.0", Token);
    }

    [Fact]
    public async Task A_rollback_that_was_cut_off_is_completed_by_the_next_leader()
    {
        await World.AskForAsync(await PushAsync("1.3.0"), Token);
        await World.RolledOutAsync("1.3.0", Token);
        World.Crash("1.4.0");
        await World.AskForAsync(await PushAsync("1.4.0"), Token);
        await World.ConditionAsync(GardenerConditions.GardenletRolledOut, SelfUpgradeStatus.RolloutInProgress, Token, "1 of 2 replicas");

        await World.StopLeaderAsync();
        var store = new LastGoodStore(World.Seed);
        var mark = LastGoodStore.MarkOf(await World.GardenletAsync(Token));
        await store.WriteAsync((await store.ReadAsync(Token)) with { Failed = mark, Failure = "it did not start" }, Token);
        World.StartLeader();

        await World.ConditionAsync(
            GardenerConditions.GardenletRolledOut, SelfUpgradeStatus.RolloutFailed, Token, "it did not start; back at");
        await UntilImagesAsync("1.3.0");
    }

    [Fact]
    public async Task Leaders_that_end_at_random_moments_of_upgrades_leave_the_version_that_was_asked_for()
    {
        const int Seed = 20261123;
        var random = new Random(Seed);
        string[] versions = ["1.3.0", "1.4.0"];
        var charts = new[] { await PushAsync(versions[0]), await PushAsync(versions[1]) };
        await World.AskForAsync(charts[0], Token);
        await World.RolledOutAsync(versions[0], Token);
        for (var i = 1; i <= 20; i++)
        {
            await World.AskForAsync(charts[i % 2], Token);
            await Task.Delay(TimeSpan.FromMilliseconds(random.Next(250)), TimeProvider.System, Token);
            await World.StopLeaderAsync();
            World.StartLeader();
            await UntilImagesAsync(versions[i % 2]);
        }

        await World.RolledOutAsync(versions[0], Token);
    }

    [Fact]
    public async Task A_change_of_the_configuration_rolls_the_pods_and_the_old_one_is_collected()
    {
        var chart = await PushAsync("1.3.0");
        await World.AskForAsync(chart, Token);
        await World.RolledOutAsync("1.3.0", Token);
        var before = await ConfigNameAsync();

        await World.AskForAsync(chart, Token, logLevel: "debug");
        await UntilAsync(async () => await ConfigNameAsync() != before);

        var after = await ConfigNameAsync();
        var map = await World.Seed.GetAsync<ConfigMap>(new ObjectKey(GardenerNames.GardenNamespace, after), Token);
        map.Immutable.ShouldBe(true);
        map.Data!["config.yaml"].ShouldContain("logLevel: debug");
        await UntilAsync(async () => WorkloadHealth.IsRolledOut(await World.DeploymentAsync(Token)));

        World.Clock.Advance(TimeSpan.FromMinutes(11));
        await World.Seed.UntilAsync<ConfigMap>(new ObjectKey(GardenerNames.GardenNamespace, before), gone => gone is null, Token);
        (await World.Seed.FindAsync<ConfigMap>(map.Key, Token)).ShouldNotBeNull();
        await World.RolledOutAsync("1.3.0", Token);
    }

    [Fact]
    public async Task An_image_that_the_Gardenlet_names_goes_before_that_of_the_chart_and_is_told()
    {
        await World.AskForAsync(await PushAsync("1.3.0"), Token, image: "1.2.9");
        await World.ConditionAsync(
            GardenerConditions.GardenletRolledOut,
            SelfUpgradeStatus.RolledOut,
            Token,
            "All replicas run gardenlet 1.3.0 with the image that spec.deployment.image says, hortus/hortus:1.2.9");

        await World.AskForAsync(await PushAsync("1.4.0"), Token);

        await World.RolledOutAsync("1.4.0", Token);
    }

    [Fact]
    public async Task Overwrites_of_images_come_and_go_with_the_Gardenlet()
    {
        var chart = await PushAsync("1.3.0");
        string[] variables = ["IMAGEVECTOR_OVERWRITE", "IMAGEVECTOR_OVERWRITE_COMPONENTS"];
        await World.AskForAsync(chart, Token, imageVector: "images: []\n");
        await UntilAsync(async () => (await VariablesAsync()).Intersect(variables).Count() == 2);

        await World.AskForAsync(chart, Token);
        await UntilAsync(async () => !(await VariablesAsync()).Intersect(variables).Any());
        await World.RolledOutAsync("1.3.0", Token);
    }

    private Task<string> PushAsync(string version, string? path = null) =>
        GardenletCharts.PushAsync(Registry.Server, path ?? $"v{version}", GardenletCharts.Of(version));

    private async Task<string> ConfigNameAsync() => (await DeploymentOrNullAsync())!.Spec.Template.Spec.Volumes!
        .Select(volume => volume.ConfigMap?.Name).OfType<string>().Single(name => name.StartsWith("gardenlet-configmap-", StringComparison.Ordinal));

    private async Task<IReadOnlyList<string>> VariablesAsync() => await DeploymentOrNullAsync() is { } deployment
        ? [.. deployment.Spec.Template.Spec.Containers[0].Env!.Select(variable => variable.Name)]
        : [];

    private Task<Deployment?> DeploymentOrNullAsync() => World.Seed.FindAsync<Deployment>(
        GardenletNames.DeploymentKey, Token);

    private Task UntilImagesAsync(string version) => UntilAsync(async () =>
        await World.ImagesAsync(Token) is [var one, var two] && one == two && one.EndsWith($":{version}", StringComparison.Ordinal));

    private async Task<int> FewestAvailableAsync(CancellationToken cancellationToken)
    {
        var fewest = int.MaxValue;
        try
        {
            await foreach (var change in World.Seed.WatchAsync<Deployment>(
                new WatchOptions { Namespace = GardenerNames.GardenNamespace }, cancellationToken))
            {
                if (change.Type is WatchEventType.Added or WatchEventType.Modified)
                {
                    fewest = Math.Min(fewest, change.Object.Status.AvailableReplicas ?? 0);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Seen enough.
        }

        return fewest;
    }

    private Task UntilAsync(Func<bool> holds) => UntilAsync(() => Task.FromResult(holds()));

    private async Task UntilAsync(Func<Task<bool>> holds)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (!await holds())
        {
            await timer.WaitForNextTickAsync(Token);
        }
    }
}
