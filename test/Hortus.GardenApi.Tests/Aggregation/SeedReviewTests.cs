using Hortus.Objects;
using Hortus.Objects.Kubernetes;

namespace Hortus.GardenApi.Tests.Aggregation;

/// <summary>The host asks the server behind what a gardenlet may do with the kinds that the host serves itself.</summary>
[Trait("Category", "Integration")]
public sealed class SeedReviewTests(AggregatedGarden garden) : IClassFixture<AggregatedGarden>
{
    [Fact]
    public async Task A_gardenlet_reads_the_secrets_of_its_seed_and_of_no_other()
    {
        foreach (var space in new[] { "seed-a", "seed-b" })
        {
            await garden.CreateAsync(new Namespace { Metadata = new ObjectMeta { Name = space } });
            await garden.CreateAsync(new Secret { Metadata = new ObjectMeta { Namespace = space, Name = "own" } });
        }

        var own = await garden.GetAsync("/api/v1/namespaces/seed-a/secrets/own", token: AggregatedGarden.GardenletToken);
        var other = await garden.GetAsync("/api/v1/namespaces/seed-b/secrets/own", token: AggregatedGarden.GardenletToken);

        own.Code.ShouldBe(200, own.Message);
        other.Code.ShouldBe(403);
        other.Message.ShouldContain("no relationship found between seed 'a' and this object");
    }

    [Fact]
    public async Task Its_rights_over_the_groups_behind_are_judged_there()
    {
        const string core = "/apis/core.gardener.cloud/v1beta1";

        var own = await garden.GetAsync($"{core}/shoots?fieldSelector=spec.seedName%3Da", token: AggregatedGarden.GardenletToken);
        var all = await garden.GetAsync($"{core}/shoots", token: AggregatedGarden.GardenletToken);

        var itself = await garden.GetAsync(
            "/apis/seedmanagement.gardener.cloud/v1alpha1/namespaces/garden/gardenlets?fieldSelector=metadata.name%3Da",
            token: AggregatedGarden.GardenletToken);

        own.Code.ShouldBe(200, own.Message);
        all.Code.ShouldBe(403);
        itself.Code.ShouldBe(200, itself.Message);
    }

    [Fact]
    public async Task Others_cannot_ask()
    {
        var (code, _) = await garden.AskBehindAsync("/webhooks/auth/seed", AggregatedGarden.AliceToken);

        code.ShouldBe(403);
    }
}
