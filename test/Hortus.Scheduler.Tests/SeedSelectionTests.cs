using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;

namespace Hortus.Scheduler.Tests;

public sealed class SeedSelectionTests
{
    public static TheoryData<string, string> SeedsThatFallOut => new()
    {
        { "deleting", "not usable" },
        { "invisible", "not usable" },
        { "never reconciled", "not usable" },
        { "gardenlet silent", "not usable" },
        { "backup broken", "not usable" },
        { "other provider", "of another provider type" },
        { "stopped", "stopped by its emergency switch" },
        { "other region", "too far away (SameRegion, region here)" },
        { "overlapping", "with overlapping networks" },
        { "tainted", "with taints that the Shoot does not tolerate" },
        { "full", "full" },
    };

    [Theory]
    [MemberData(nameof(SeedsThatFallOut))]
    public void Seed_that_does_not_fit_is_turned_away_with_its_reason(string fault, string reason)
    {
        var decision = SeedSelection.Decide(Request(Broken(fault)) with { ShootsOfSeeds = new Dictionary<string, int> { ["s"] = 3 } });

        decision.SeedName.ShouldBeNull();
        decision.Reason.ShouldBe($"0/1 seeds fit: 1 {reason}");
    }

    [Fact]
    public void Reasons_are_counted_over_all_seeds()
    {
        var decision = SeedSelection.Decide(Request(Broken("invisible"), Broken("deleting"), Broken("tainted")));

        decision.Reason.ShouldBe("0/3 seeds fit: 2 not usable, 1 with taints that the Shoot does not tolerate");
    }

    [Fact]
    public void Seed_with_the_fewest_shoots_wins()
    {
        var request = Request(SeedOf("a"), SeedOf("b"), SeedOf("c")) with
        {
            ShootsOfSeeds = new Dictionary<string, int> { ["a"] = 2, ["b"] = 1, ["c"] = 1 },
        };

        SeedSelection.Decide(request).SeedName.ShouldBe("b");
    }

    [Fact]
    public void No_seed_at_all_is_said() => SeedSelection.Decide(Request()).Reason.ShouldBe("there is no seed");

    [Fact]
    public void Toleration_lets_a_tainted_seed_pass()
    {
        var request = Request(Broken("tainted"));
        var shoot = request.Shoot with { Spec = request.Shoot.Spec with { Tolerations = [new Toleration { Key = "keep-out" }] } };

        SeedSelection.Decide(request with { Shoot = shoot }).SeedName.ShouldBe("s");
    }

    [Fact]
    public void Testing_shoots_may_run_in_any_region()
    {
        var request = Request(Broken("other region"));
        var shoot = request.Shoot with { Spec = request.Shoot.Spec with { Purpose = "testing" } };

        SeedSelection.Decide(request with { Shoot = shoot }).SeedName.ShouldBe("s");
    }

    [Fact]
    public void Selectors_of_profile_and_shoot_choose_by_labels_and_provider()
    {
        var selector = new SeedSelector { MatchLabels = new Dictionary<string, string> { ["tier"] = "gold" }, ProviderTypes = ["*"] };
        var gold = Broken("other provider");
        gold = gold with { Metadata = gold.Metadata.WithLabel("tier", "gold") };
        var request = Request(SeedOf("plain"), gold) with { Strategy = SeedStrategy.MinimalDistance };
        var shoot = request.Shoot with { Spec = request.Shoot.Spec with { SeedSelector = selector } };

        SeedSelection.Decide(request with { Shoot = shoot }).SeedName.ShouldBe("s");
    }

    [Fact]
    public void Zone_failure_tolerance_needs_three_zones()
    {
        var request = Request(SeedOf("a"));
        var control = new ControlPlane { HighAvailability = new HighAvailability { FailureTolerance = new FailureTolerance { Type = "zone" } } };
        var shoot = request.Shoot with { Spec = request.Shoot.Spec with { ControlPlane = control } };

        SeedSelection.Decide(request with { Shoot = shoot }).Reason
            .ShouldBe("0/1 seeds fit: 1 with too few zones for the Shoot's failure tolerance");
    }

    [Fact]
    public void Minimal_distance_takes_the_nearest_region_of_the_given_table()
    {
        var request = Request(InRegion("a", "far"), InRegion("b", "near")) with
        {
            Strategy = SeedStrategy.MinimalDistance,
            Distances = new Dictionary<string, int> { ["far"] = 9, ["near"] = 1 },
        };

        SeedSelection.Decide(request).SeedName.ShouldBe("b");
    }

    [Theory]
    [InlineData("europe-west1", "europe-west1", 0)]
    [InlineData("europe-west1", "europe-east1", 2)]
    [InlineData("europe-west1", "europe-1", 1)]
    [InlineData("europe-west1", "europe-west3", 2)]
    public void Distance_is_judged_by_names(string one, string other, int expected) =>
        RegionDistance.Between("p", one, "p", other).ShouldBe(expected);

    [Fact]
    public void Another_provider_is_two_steps_farther() => RegionDistance.Between("p", "a", "q", "a").ShouldBe(2);

    [Fact]
    public void Distance_table_is_read_from_lines() =>
        RegionDistance.Parse("eu-1: 0\n\"eu-2\": 10\nnonsense\n").ShouldBe(new Dictionary<string, int> { ["eu-1"] = 0, ["eu-2"] = 10 });

    private static SchedulingRequest Request(params Seed[] seeds) => new()
    {
        Shoot = new Shoot
        {
            Metadata = new ObjectMeta { Namespace = "garden-local", Name = "one" },
            Spec = new ShootSpec
            {
                Region = "here",
                Provider = new Provider { Type = "local", Workers = [new Worker { Name = "w" }] },
                Networking = new Networking { Nodes = "10.0.0.0/16", Pods = "10.3.0.0/16", Services = "10.4.0.0/16" },
            },
        },
        CloudProfile = new CloudProfileSpec { Type = "local" },
        Seeds = seeds,
        ShootsOfSeeds = new Dictionary<string, int>(),
        Strategy = SeedStrategy.SameRegion,
    };

    private static Seed InRegion(string name, string region)
    {
        var seed = SeedOf(name);
        return seed with { Spec = seed.Spec with { Provider = seed.Spec.Provider with { Region = region } } };
    }

    private static Seed Broken(string fault)
    {
        var seed = SeedOf("s");
        var spec = seed.Spec;
        var status = seed.Status!;
        return fault switch
        {
            "deleting" => seed with { Metadata = seed.Metadata with { DeletionTimestamp = DateTimeOffset.UnixEpoch } },
            "invisible" => seed with
            {
                Spec = spec with { Settings = new SeedSettings { Scheduling = new SeedSettingScheduling { Visible = false } } },
            },
            "never reconciled" => seed with { Status = status with { LastOperation = null } },
            "gardenlet silent" => seed with { Status = status with { Conditions = [Is(GardenerConditions.GardenletReady, "Unknown")] } },
            "backup broken" => seed with
            {
                Status = status with { Conditions = [.. status.Conditions!, Is(GardenerConditions.BackupBucketsReady, "False")] },
            },
            "other provider" => seed with { Spec = spec with { Provider = spec.Provider with { Type = "other" } } },
            "stopped" => seed with
            {
                Metadata = seed.Metadata.WithAnnotation(GardenerAnnotations.SeedEmergencyStopShootReconciliations, "true"),
            },
            "other region" => InRegion("s", "there"),
            "overlapping" => seed with { Spec = spec with { Networks = spec.Networks with { Pods = "10.3.128.0/17" } } },
            "tainted" => seed with { Spec = spec with { Taints = [new SeedTaint { Key = "keep-out" }] } },
            "full" => seed with
            {
                Status = status with { Allocatable = new Dictionary<string, Quantity> { ["shoots"] = Quantity.Parse("3") } },
            },
            _ => throw new ArgumentOutOfRangeException(nameof(fault), fault, "no such fault"),
        };
    }

    private static Seed SeedOf(string name) => new()
    {
        Metadata = new ObjectMeta { Name = name },
        Spec = new SeedSpec
        {
            Provider = new SeedProvider { Type = "local", Region = "here", Zones = ["0"] },
            Networks = new SeedNetworks { Nodes = "172.18.0.0/24", Pods = "10.1.0.0/16", Services = "10.2.0.0/16" },
        },
        Status = new SeedStatus
        {
            LastOperation = new LastOperation { State = LastOperationState.Succeeded },
            Conditions = [Is(GardenerConditions.GardenletReady, "True")],
        },
    };

    private static GardenerCondition Is(string type, string status) => new() { Type = type, Status = status };
}
