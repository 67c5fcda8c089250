using Hortus.Objects;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.Rules;
using static Hortus.GardenControllers.Tests.Extensions.ExtensionSamples;

namespace Hortus.GardenControllers.Tests.Extensions;

public class WantedRegistrationsTests
{
    private static readonly Seed Seed = Samples.Seed("one") is { } seed
        ? seed with { Metadata = seed.Metadata with { Labels = new Dictionary<string, string> { ["env"] = "dev" } } }
        : null!;

    [Fact]
    public void Whoever_serves_what_is_needed_comes()
    {
        Names([new("Worker", "a")], 0, Registration("owner", "Worker/a"), Registration("second", "Worker/a").AsSecondary(), Registration("other", "Worker/b"))
            .ShouldBe(["owner", "second"]);
    }

    [Fact]
    public void A_pair_that_nobody_serves_is_named()
    {
        var fault = Should.Throw<UnservedExtensionsException>(
            () => Names([new("Worker", "b"), new("Worker", "a"), new("Network", "c")], 0, Registration("owner", "Worker/a")));

        fault.Message.ShouldBe(
            "Seed one needs Network/c, Worker/b, which no ControllerRegistration serves: register an extension for them");
    }

    [Fact]
    public void Policies_bring_what_nobody_asked_for()
    {
        var always = Registration("always").WithDeployment("Always");
        var withShoots = Registration("with-shoots").WithDeployment("AlwaysExceptNoShoots");
        var onDemand = Registration("on-demand").WithDeployment("OnDemand");

        Names([], 0, always, withShoots, onDemand).ShouldBe(["always"]);
        Names([], 1, always, withShoots, onDemand).ShouldBe(["always", "with-shoots"]);
        Names([], 1, always.Deleting(), withShoots.Deleting()).ShouldBeEmpty();
        WantedRegistrations.Of(Seed.Deleting(), [], 0, [always], []).ShouldBeEmpty();
    }

    [Fact]
    public void What_has_objects_on_the_seed_stays()
    {
        var registrations = new[] { Registration("a"), Registration("b") };
        var installations = new[] { Installation("a-1", "a", "one", "True"), Installation("b-1", "b", "one", "False") };

        WantedRegistrations.Of(Seed, [], 0, registrations, installations).Select(r => r.Metadata.Name).ShouldBe(["a"]);
    }

    [Fact]
    public void Selectors_decide_last()
    {
        var dev = Registration("dev", "Worker/a").AsSecondary().WithDeployment("Always", seeds: Labelled("env", "dev"));
        var live = Registration("live", "Worker/a").AsSecondary().WithDeployment("Always", seeds: Labelled("env", "live"));
        var any = Registration("any", "Worker/a").WithDeployment(seeds: new LabelSelector());

        Names([new("Worker", "a")], 0, dev, live, any).ShouldBe(["dev", "any"]);
    }

    private static IEnumerable<string?> Names(ExtensionPair[] wanted, int shoots, params ControllerRegistration[] registrations) =>
        WantedRegistrations.Of(Seed, wanted, shoots, registrations, []).Select(registration => registration.Metadata.Name);
}
