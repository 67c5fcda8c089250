using System.Text.Json;
using System.Text.Json.Nodes;
using Hortus.Objects;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Kubernetes;
using static Hortus.GardenControllers.Tests.Extensions.ExtensionSamples;

namespace Hortus.GardenControllers.Tests.Extensions;

public class InstallationPlanTests
{
    private static readonly Seed Seed = Samples.Seed("one");

    [Fact]
    public void What_is_missing_is_made_and_what_nobody_wants_goes()
    {
        var plan = Plan(
            [("a", Wanted("a")), ("kept", null)], Installation("b-1", "b", "one"), Installation("b-2", "b", "one").Deleting(),
            Installation("kept-1", "kept", "one"));

        plan.Creations.ShouldHaveSingleItem().Metadata.GenerateName.ShouldBe("a-");
        plan.Deletions.ShouldHaveSingleItem().Metadata.Name.ShouldBe("b-1");
        plan.Changes.ShouldBeEmpty();
    }

    [Fact]
    public void A_new_one_waits_until_the_old_one_is_gone()
    {
        var plan = Plan([("a", Wanted("a"))], Installation("a-1", "a", "one").Deleting());

        plan.Blocked.ShouldBe(["a"]);
        plan.Creations.ShouldBeEmpty();
        plan.Deletions.ShouldBeEmpty();
    }

    [Fact]
    public void Of_two_for_the_same_registration_the_older_one_stays()
    {
        ControllerInstallation At(string name, int second) => Installation(name, "a", "one") is { } made
            ? made with { Metadata = made.Metadata with { CreationTimestamp = DateTimeOffset.UnixEpoch.AddSeconds(second) } }
            : null!;

        var plan = Plan([("a", Wanted("a"))], At("a-new", 2), At("a-old", 1));

        plan.Deletions.ShouldHaveSingleItem().Metadata.Name.ShouldBe("a-new");
        plan.Changes.ShouldHaveSingleItem().Key.Name.ShouldBe("a-old");
    }

    [Fact]
    public void Reports_of_others_change_nothing_and_everything_else_does()
    {
        var registration = Registration("a", "Worker/a") with { Metadata = new ObjectMeta { Name = "a", ResourceVersion = "1" } };
        var deployment = new ControllerDeployment
        {
            Metadata = new ObjectMeta { Name = "d", ResourceVersion = "1" },
            Helm = new HelmControllerDeployment { RawChart = [1] },
        };
        var seed = Seed with { Metadata = Seed.Metadata with { ResourceVersion = "1" } };
        ObjectReference[] resources = [new ObjectReference { Kind = "Secret", Name = "s", ResourceVersion = "1" }];
        var made = new WantedInstallation(registration, seed, deployment, resources).Create();

        JsonObject? Change(
            ControllerRegistration? otherRegistration = null, Seed? otherSeed = null, ControllerDeployment? otherDeployment = null,
            ObjectReference[]? otherResources = null) => new WantedInstallation(
                otherRegistration ?? registration, otherSeed ?? seed, otherDeployment ?? deployment, otherResources ?? resources).ChangeOf(made);

        Change().ShouldBeNull();
        Change(otherSeed: seed with { Metadata = seed.Metadata with { ResourceVersion = "2" }, Status = new SeedStatus() }).ShouldBeNull();
        Change(registration with { Metadata = registration.Metadata.WithFinalizer("x") with { ResourceVersion = "2" } }).ShouldBeNull();

        var relabelled = seed with { Metadata = seed.Metadata.WithLabel("env", "dev") with { ResourceVersion = "2" } };
        Change(otherSeed: relabelled)!["spec"]!["seedRef"]!["resourceVersion"]!.ToString().ShouldBe("2");
        Change(registration with { Metadata = registration.Metadata.WithAnnotation("security.gardener.cloud/pod-security-enforce", "baseline") })!
            ["metadata"]!["annotations"]!["security.gardener.cloud/pod-security-enforce"]!.ToString().ShouldBe("baseline");
        var other = deployment with { Helm = new HelmControllerDeployment { RawChart = [2] } };
        Change(otherDeployment: other)!["metadata"]!["labels"]!["deployment-hash"]!.ToString()
            .ShouldNotBe(made.Metadata.Label("deployment-hash"));
        Change(otherDeployment: deployment with { InjectGardenKubeconfig = true }).ShouldNotBeNull();
        Change(otherResources: [resources[0] with { ResourceVersion = "2" }])!["spec"]!["resourceRefs"]![0]!["resourceVersion"]!.ToString()
            .ShouldBe("2");
        Change(otherResources: [])!["spec"]!.AsObject()["resourceRefs"].ShouldBeNull();
    }

    [Fact]
    public void A_removed_annotation_is_removed()
    {
        var registration = Registration("a");
        var annotated = registration with
        {
            Metadata = registration.Metadata.WithAnnotation("security.gardener.cloud/pod-security-enforce", "privileged"),
        };
        var made = new WantedInstallation(annotated, Seed, null, []).Create();

        var annotations = new WantedInstallation(registration, Seed, null, []).ChangeOf(made)!["metadata"]!["annotations"]!.AsObject();

        annotations.TryGetPropertyValue("security.gardener.cloud/pod-security-enforce", out var value).ShouldBeTrue();
        value.ShouldBeNull();
    }

    [Fact]
    public void Names_leave_room_for_what_the_seed_makes_of_them()
    {
        var made = new WantedInstallation(Registration(new string('x', 63)), Seed, null, []).Create();

        ("extension-" + made.Metadata.GenerateName + "12345").Length.ShouldBe(63);
    }

    [Fact]
    public void Hashes_have_sixteen_digits_and_do_not_mind_the_order()
    {
        var hash = ContentHash.Of(JsonNode.Parse("""{"a":[1,2],"b":{"c":null,"d":"x"}}"""));

        hash.ShouldMatch("^[0-9a-f]{16}$");
        ContentHash.Of(JsonNode.Parse("""{"b":{"d":"x","c":null},"a":[1,2]}""")).ShouldBe(hash);
        ContentHash.Of(JsonNode.Parse("""{"a":[2,1],"b":{"c":null,"d":"x"}}""")).ShouldNotBe(hash);
    }

    private static WantedInstallation Wanted(string registration) => new(Registration(registration), Seed, null, []);

    private static InstallationPlan Plan(
        (string Name, WantedInstallation? Installation)[] wanted, params ControllerInstallation[] current) =>
        InstallationPlan.Of(wanted.ToDictionary(entry => entry.Name, entry => entry.Installation), current);
}
