using System.Text.Json;
using System.Text.Json.Nodes;
using Hortus.Components.Charts;
using Hortus.Objects;
using Hortus.Objects.Gardener.SeedManagement;

namespace Hortus.Gardenlet.Tests.ManagedSeeds;

public sealed class ManagedGardenletTests
{
    private const string Parent = """
        {
          "logLevel": "debug",
          "controllers": {"shoot": {"concurrentSyncs": 7, "syncPeriod": "2h"}},
          "gardenClientConnection": {
            "gardenClusterAddress": "https://garden.example", "kubeconfig": "/etc/parent", "bootstrapKubeconfig": {"name": "parents"}
          },
          "seedClientConnection": {"kubeconfig": "/etc/seed", "burst": 5},
          "seedConfig": {"metadata": {"name": "parent"}, "spec": {"provider": {"type": "parents"}}}
        }
        """;

    [Fact]
    public void Settings_of_the_parent_are_below_and_what_is_its_own_is_left_out()
    {
        var config = ConfigOf(Managed("""{"controllers":{"shoot":{"concurrentSyncs":1}},"seedConfig":{"spec":{}}}"""));

        config.ToJsonString().ShouldBe(JsonNode.Parse("""
            {
              "logLevel": "debug",
              "controllers": {"shoot": {"concurrentSyncs": 1, "syncPeriod": "2h"}},
              "gardenClientConnection": {"gardenClusterAddress": "https://garden.example"},
              "seedClientConnection": {"burst": 5},
              "seedConfig": {"spec": {}}
            }
            """)!.ToJsonString());
    }

    [Fact]
    public void Without_merging_the_ManagedSeed_says_everything() =>
        ConfigOf(Managed("""{"seedConfig":{"spec":{}}}""", merge: false)).ToJsonString().ShouldBe("""{"seedConfig":{"spec":{}}}""");

    [Fact]
    public void Without_bootstrap_the_kubeconfig_of_the_parent_is_kept() =>
        (ConfigOf(Managed("""{"seedConfig":{}}""", bootstrap: "None"))["gardenClientConnection"]!["kubeconfig"]!.ToString()).ShouldBe("/etc/parent");

    [Theory]
    [InlineData("r/hortus:1", "{}", "r/hortus:1", null)]
    [InlineData("r/hortus:1", """{"tag":"2"}""", "r/hortus:2", null)]
    [InlineData("r/hortus:1", """{"ref":"x/y@sha256:1"}""", ":", "x/y@sha256:1")]
    [InlineData("r/hortus@sha256:5", "{}", ":", "r/hortus@sha256:5")]
    [InlineData("r/hortus@sha256:5", """{"repository":"x","tag":"2"}""", "x:2", null)]
    public void The_image_is_the_parents_unless_another_is_named(string parent, string given, string image, string? reference)
    {
        var managed = Managed("""{"seedConfig":{}}""");
        var deployment = new GardenletDeployment { Image = KubernetesJson.Deserialize<Image>((JsonObject)JsonNode.Parse(given)!) };
        managed = managed with { Spec = managed.Spec with { Gardenlet = managed.Spec.Gardenlet with { Deployment = deployment } } };

        var found = ManagedGardenlet.Of(managed, new ParentGardenlet(), parent).Spec.Deployment.Image!;

        ($"{found.Repository}:{found.Tag}", found.Ref).ShouldBe((image, reference));
    }

    [Fact]
    public void Without_a_seed_there_is_nothing_to_do() =>
        Should.Throw<ManagedSeedException>(() => ManagedGardenlet.Of(Managed("{}"), new ParentGardenlet(), "r/hortus:1"))
            .Message.ShouldContain("spec.gardenlet.config.seedConfig is missing");

    private static JsonObject ConfigOf(ManagedSeed managed) => ChartValues.Of(ManagedGardenlet.Of(
        managed, new ParentGardenlet { Configuration = (JsonObject)JsonNode.Parse(Parent)! }, "r/hortus:1").Spec.Config);

    private static ManagedSeed Managed(string config, bool merge = true, string bootstrap = "BootstrapToken") => new()
    {
        Metadata = new ObjectMeta { Namespace = "garden", Name = "child" },
        Spec = new ManagedSeedSpec
        {
            Gardenlet = new GardenletConfig
            {
                Config = JsonSerializer.Deserialize<JsonElement>(config),
                MergeWithParent = merge,
                Bootstrap = bootstrap,
            },
        },
    };
}
