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
    /// <summary>How many upgrades are disturbed; more than the default for a long run.</summary>
    private const string KillsVariable = "HORTUS_UPGRADE_KILLS";

    private const string Old = "0.1.0-a";
    private const string New = "0.1.0-b";
    private const int Seed = 20261123;
    private static readonly TimeSpan LeadsMax = TimeSpan.FromSeconds(30);

    private readonly LocalGarden garden = fixture.Garden;
    private readonly GardenletChecks gardenlet = new(fixture.Garden);

    [Fact, Order(1)]
    public async Task Another_version_leads_soon_and_a_shoot_that_is_made_meanwhile_becomes_ready()
    {
        await gardenlet.LeadsAsync(await gardenlet.PublishAsync(Old), Old);
        await gardenlet.IsHealthyAsync(Old);
        (await garden.KubectlAsync("apply", "-f", BuiltTools.Example("90-shoot.yaml"))).Succeeded();

        var took = await gardenlet.LeadsAsync(await gardenlet.PublishAsync(New), New);

        output.WriteLine($"the new version leads after {took.TotalSeconds:F1} s");
        took.ShouldBeLessThan(LeadsMax);
        await gardenlet.IsHealthyAsync(New);
        (await garden.WaitForShootAsync("local")).Succeeded();
    }

    [Fact, Order(2)]
    public async Task A_version_that_is_newer_than_the_garden_is_refused_and_an_older_one_is_not()
    {
        await gardenlet.AskForAsync(await gardenlet.PublishAsync("0.2.0"));
        await gardenlet.SaysAsync("GardenletReconciled", "gardenlet 0.2.0 is newer than the garden's API server");
        (await gardenlet.ImagesAsync()).ShouldBe([$"hortus/hortus:{New}"]);

        await gardenlet.LeadsAsync(await gardenlet.PublishAsync("0.0.9"), "0.0.9");
        await gardenlet.IsHealthyAsync("0.0.9");
    }

    [Fact, Order(3)]
    public async Task A_version_that_does_not_start_is_rolled_back()
    {
        await gardenlet.AskForAsync(await gardenlet.PublishAsync("0.1.0-broken", starts: false));

        await gardenlet.SaysAsync("GardenletRolledOut", "back at gardenlet 0.0.9");

        await GardenToShootTests.EventuallyAsync(
            "the old version is alone", async () => await gardenlet.ImagesAsync() is ["hortus/hortus:0.0.9"]);
        (await garden.KubectlAsync("wait", "seed/local", "--for=condition=GardenletReady", "--timeout=1m")).Succeeded();
    }

    [Fact, Order(4)]
    public async Task Gardenlets_and_operators_that_are_killed_during_upgrades_leave_one_healthy_version()
    {
        var times = int.TryParse(
            Environment.GetEnvironmentVariable(KillsVariable), NumberStyles.None, CultureInfo.InvariantCulture, out var given) ? given : 3;
        await gardenlet.SurvivesAsync(
            [(Old, await gardenlet.PublishAsync(Old)), (New, await gardenlet.PublishAsync(New))], times, new Random(Seed), output.WriteLine);
    }

    /// <summary>The garden that all tests share.</summary>
    public sealed class Fixture : IAsyncLifetime
    {
        public LocalGarden Garden { get; } = new();

        public async Task InitializeAsync() => (await Garden.UpAsync()).Succeeded();

        public async Task DisposeAsync() => await Garden.DisposeAsync();
    }
}
