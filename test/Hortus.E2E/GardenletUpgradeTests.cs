using System.Globalization;
using Hortus.Testing;
using Xunit.Abstractions;

namespace Hortus.E2E;

/// <summary>The gardenlet of a garden upgrades itself, and cannot be talked or killed out of having one healthy version.</summary>
[Trait("Category", "EndToEnd")]
[Collection("local garden")]
[TestCaseOrderer("Hortus.E2E.ByOrder", "Hortus.E2E")]
public sealed class GardenletUpgradeTests(GardenletUpgradeTests.Fixture fixture, ITestOutputHelper output)
    : IClassFixture<GardenletUpgradeTests.Fixture>
{
    /// <summary>How many upgrades there are and how many are disturbed; more than the default for a long run.</summary>
    private const string KillsVariable = "HORTUS_UPGRADE_KILLS";

    private const string Old = "0.1.0-a";
    private const string New = "0.1.0-b";
    private const int Seed = 20261123;
    private const string Shoot = "local";
    private static readonly TimeSpan LeadsMax = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan SilentMax = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan AnswerMax = TimeSpan.FromSeconds(10);

    private readonly LocalGarden garden = fixture.Garden;
    private readonly GardenletChecks gardenlet = new(fixture.Garden);

    [Fact, Order(1)]
    public async Task Another_version_leads_soon_and_a_shoot_that_is_made_meanwhile_becomes_ready()
    {
        await gardenlet.LeadsAsync(await gardenlet.PublishAsync(Old), Old);
        await gardenlet.IsHealthyAsync(Old);
        (await garden.KubectlAsync("apply", "-f", BuiltTools.Example("90-shoot.yaml"))).Succeeded();

        (string Version, string Reference)[] turns = [(New, await gardenlet.PublishAsync(New)), (Old, await gardenlet.PublishAsync(Old))];
        var took = new List<TimeSpan>();
        for (var i = 0; i < (Times | 1); i++)
        {
            // Back and forth; an odd number of times ends with the new version.
            var (version, reference) = turns[i % 2];
            took.Add(await gardenlet.LeadsAsync(reference, version));
            await gardenlet.IsHealthyAsync(version);
        }

        output.WriteLine($"the other version leads after {Describe(took)}");
        took.ShouldAllBe(time => time < LeadsMax);
        (await garden.WaitForShootAsync(Shoot)).Succeeded();
    }

    [Fact, Order(2)]
    public async Task A_chart_that_is_not_there_is_told_soon_and_the_running_version_stays()
    {
        var before = await gardenlet.PodNamesAsync();

        var took = await gardenlet.SaysAsync("GardenletReconciled", "cannot be pulled", "registry.registry.svc/charts/gardenlet:9.9.9");
        output.WriteLine($"a missing chart is told after {took.TotalSeconds:F1} s");

        took.ShouldBeLessThan(AnswerMax);
        (await gardenlet.PodNamesAsync()).ShouldBe(before);
    }

    [Fact, Order(2)]
    public async Task A_version_that_is_newer_than_the_garden_is_refused_and_an_older_one_is_not()
    {
        var newer = await gardenlet.PublishAsync("0.2.0");
        await gardenlet.SaysAsync("GardenletReconciled", "gardenlet 0.2.0 is newer than the garden's API server", newer);
        (await gardenlet.ImagesAsync()).ShouldBe([$"hortus/hortus:{New}"]);

        await gardenlet.LeadsAsync(await gardenlet.PublishAsync("0.0.9"), "0.0.9");
        await gardenlet.IsHealthyAsync("0.0.9");
    }

    [Fact, Order(3)]
    public async Task A_version_that_does_not_start_is_rolled_back()
    {
        await gardenlet.SaysAsync(
            "GardenletRolledOut", "back at gardenlet 0.0.9", await gardenlet.PublishAsync("0.1.0-broken", starts: false));

        await GardenToShootTests.EventuallyAsync(
            "the old version is alone", async () => await gardenlet.ImagesAsync() is ["hortus/hortus:0.0.9"]);
        (await garden.KubectlAsync("wait", "seed/local", "--for=condition=GardenletReady", "--timeout=1m")).Succeeded();
    }

    [Fact, Order(4)]
    public async Task Gardenlets_and_operators_that_are_killed_during_upgrades_leave_one_healthy_version()
    {
        var took = await gardenlet.SurvivesAsync(
            [(Old, await gardenlet.PublishAsync(Old)), (New, await gardenlet.PublishAsync(New))], Times, new Random(Seed), output.WriteLine);

        output.WriteLine($"healthy again after {Describe(took)}");
        await gardenlet.IsUpToDateAsync(Shoot);
    }

    [Fact, Order(5)]
    public void All_the_time_the_seed_was_alive_and_had_one_leader()
    {
        var watch = fixture.Watch;
        output.WriteLine($"longest time between two renewals of the seed's lease: {watch.LongestGap.TotalSeconds:F1} s");
        output.WriteLine($"{watch.Leaders.Count} leaders: {string.Join(", ", watch.Leaders)}");

        watch.NotReady.ShouldBeEmpty();
        watch.LongestGap.ShouldBeLessThan(SilentMax);
        watch.Renewers.Count.ShouldBeGreaterThan(3);
        watch.Renewers.ShouldBeUnique("a process that comes back after another one led was a second leader");
    }

    [Fact, Order(6)]
    public async Task A_cluster_becomes_a_seed_by_the_guide_gets_its_lost_gardenlet_back_and_is_left_as_it_was()
    {
        var seed = new UnmanagedSeedChecks(garden);

        await seed.DeployAsync();
        await seed.ComesBackAsync();
        await seed.GoesAsync();
    }

    private static int Times =>
        int.TryParse(Environment.GetEnvironmentVariable(KillsVariable), NumberStyles.None, CultureInfo.InvariantCulture, out var given)
            ? given
            : 3;

    private static string Describe(IReadOnlyList<TimeSpan> times)
    {
        var sorted = times.Order().ToArray();
        return $"{sorted[sorted.Length / 2].TotalSeconds:F1} s (median of {sorted.Length}), {sorted[^1].TotalSeconds:F1} s (max)";
    }

    /// <summary>The garden that all tests share.</summary>
    public sealed class Fixture : IAsyncLifetime
    {
        private SeedWatch? watch;

        public LocalGarden Garden { get; } = new();

        internal SeedWatch Watch => watch!;

        public async Task InitializeAsync()
        {
            (await Garden.UpAsync()).Succeeded();
            watch = new SeedWatch(Garden);
        }

        public async Task DisposeAsync()
        {
            if (watch is not null)
            {
                await watch.DisposeAsync();
            }

            await Garden.DisposeAsync();
        }
    }
}
