using Hortus.Components;
using Hortus.Kubelet.Images;
using Hortus.Local.Bootstrap;
using Hortus.Local.Registry;
using Hortus.Objects;
using Hortus.Objects.Gardener.Core;

namespace Hortus.Local.Tests;

public sealed class BootstrapTests
{
    [Fact]
    public void The_image_map_knows_every_image_that_is_deployed()
    {
        using var folder = new TemporaryFolder();
        var images = new ImageVector();
        File.WriteAllText(folder["map.yaml"], ImageMapFile.Render(images, "/opt/tools/docker-registry", "/opt/tools/etcd"));
        var map = new LocalImageMap(folder["map.yaml"], ["/opt/hortus"]);

        map.Find(images.Hortus).ShouldBe(["/opt/hortus"]);
        map.Find(images.KubeApiServer + ":v1.35.4").ShouldBe(["/opt/hortus", "apiserver"]);
        map.Find(images.KubeControllerManager + ":v1.35.4").ShouldBe(["/opt/hortus", "kube-controller-manager"]);
        map.Find(images.LocalMachine + ":1.0.0").ShouldNotBeNull()[0].ShouldBe("/opt/hortus");
        map.Find(LocalRegistry.Image).ShouldBe(["/opt/tools/docker-registry"]);
        map.Find(images.Etcd).ShouldBe(["/opt/tools/etcd"]);
        map.Find("example.org/unknown:1").ShouldBeNull();
    }

    [Fact]
    public void The_image_map_of_a_machine_without_etcd_does_not_know_its_image()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["map.yaml"], ImageMapFile.Render(new ImageVector(), "/opt/tools/docker-registry", null));

        new LocalImageMap(folder["map.yaml"], ["/opt/hortus"]).Find(new ImageVector().Etcd).ShouldBeNull();
    }

    [Theory]
    [InlineData("00-garden.yaml", "Garden")]
    [InlineData("05-extension-provider-local.yaml", "Extension")]
    [InlineData("10-cloudprofile.yaml", "CloudProfile")]
    [InlineData("20-project.yaml", "Project")]
    [InlineData("30-credentials.yaml", "CredentialsBinding")]
    [InlineData("40-seed.yaml", "Seed")]
    [InlineData("45-gardenlet.yaml", "Gardenlet")]
    [InlineData("50-domains.yaml", "Secret")]
    [InlineData("90-shoot.yaml", "Shoot")]
    public void The_examples_travel_inside_the_executable(string name, string kind)
    {
        KubernetesYaml.ParseAll(Examples.Read(name)).Select(document => (string?)document["kind"]).ShouldContain(kind);
    }

    [Fact]
    public void The_Seed_of_the_examples_is_what_the_Gardenlet_registers()
    {
        var seed = KubernetesYaml.ParseAll(Examples.Read("40-seed.yaml")).Single();
        var gardenlet = KubernetesYaml.ParseAll(Examples.Read(LocalGardenlet.Example)).Single();

        ((string?)gardenlet["metadata"]!["name"]).ShouldBe((string?)seed["metadata"]!["name"]);
        gardenlet["spec"]!["config"]!["seedConfig"]!["spec"]!.ToJsonString().ShouldBe(seed["spec"]!.ToJsonString());
    }

    [Fact]
    public void The_Gardenlet_of_the_first_seed_is_the_example_and_that_of_another_has_its_own_name_networks_and_ingress()
    {
        var example = KubernetesYaml.ParseAll(Examples.Read(LocalGardenlet.Example)).Single();
        var second = LocalGardenlet.ForSeed(example, LocalCluster.All(2)[1], "seed-local2-kubeconfig");

        LocalGardenlet.ForSeed(example, LocalCluster.Runtime, null).ToJsonString().ShouldBe(example.ToJsonString());
        ((string?)second["metadata"]!["name"]).ShouldBe("local2");
        ((string?)second["spec"]!["kubeconfigSecretRef"]!["name"]).ShouldBe("seed-local2-kubeconfig");
        var spec = second["spec"]!["config"]!["seedConfig"]!["spec"]!;
        ((string?)spec["ingress"]!["domain"]).ShouldBe("ingress.local2.seed.local.gardener.cloud");
        new[] { "nodes", "pods", "services" }.Select(range => (string?)spec["networks"]![range])
            .ShouldBe(["172.18.1.0/24", "10.11.0.0/16", "10.12.0.0/16"]);
    }

    [Fact]
    public void The_Gardenlet_gets_the_digest_that_was_pushed_and_leaves_the_image_to_the_chart()
    {
        var charts = new Dictionary<string, string> { ["charts/gardenlet"] = "registry.registry.svc/charts/gardenlet:0.1.0@sha256:1" };
        var settings = new System.Text.Json.Nodes.JsonObject { ["env"] = new System.Text.Json.Nodes.JsonArray() };
        var example = KubernetesYaml.ParseAll(Examples.Read(LocalGardenlet.Example)).Single();

        var deployment = LocalGardenlet.Complete(example, charts, settings)["spec"]!["deployment"]!;

        ((string?)deployment["helm"]!["ociRepository"]!["ref"]).ShouldBe(charts.Values.Single());
        deployment["image"].ShouldBeNull();
        deployment["env"].ShouldNotBeNull();
        Should.Throw<LocalGardenException>(() => LocalGardenlet.Complete(example, new Dictionary<string, string>(), settings))
            .Message.ShouldContain("45-gardenlet.yaml");
    }

    [Fact]
    public void A_seed_that_is_not_there_is_waited_for_by_name_of_who_makes_it()
    {
        SeedReadiness.WaitsFor(null).ShouldBe("waiting for the gardenlet to register the Seed");
    }

    [Fact]
    public void A_seed_waits_for_the_conditions_that_are_not_true()
    {
        SeedReadiness.WaitsFor(Seed(("GardenletReady", "True"), ("SeedSystemComponentsHealthy", "False")))
            .ShouldBe("waiting for SeedSystemComponentsHealthy");
    }

    [Fact]
    public void A_seed_with_all_conditions_true_is_ready_whatever_else_it_reports()
    {
        SeedReadiness.WaitsFor(Seed(("GardenletReady", "True"), ("SeedSystemComponentsHealthy", "True"), ("BackupBucketsReady", "False")))
            .ShouldBeNull();
    }

    [Fact]
    public void A_garden_that_was_never_started_is_told_with_the_command_that_starts_it()
    {
        using var folder = new TemporaryFolder();
        var connections = new GardenConnections(new StateDirectory(folder["state"]));

        Should.Throw<LocalGardenException>(() => connections.RuntimeKubeconfig).Message.ShouldEndWith("start the garden with `hortus up`");
        connections.HasGarden.ShouldBeFalse();
    }

    private static Seed Seed(params (string Type, string Status)[] conditions) => new()
    {
        Metadata = new ObjectMeta { Name = "local" },
        Status = new SeedStatus
        {
            Conditions = [.. conditions.Select(c => new GardenerCondition { Type = c.Type, Status = c.Status })],
        },
    };
}
