using System.Text.Json.Nodes;
using Hortus.Components.Gardenlets;
using Hortus.Objects;
using Hortus.Objects.Gardener.SeedManagement;
using Hortus.Runtime;

namespace Hortus.Components.Tests.Gardenlets;

public sealed class GardenletValuesTests
{
    [Fact]
    public void Settings_of_the_deployment_are_values_of_the_same_name()
    {
        var values = Of("""
            {"deployment": {"replicaCount": 3, "revisionHistoryLimit": 1, "image": {"repository": "r", "tag": "t"},
             "podLabels": {"a": "b"}, "serviceAccountName": "me", "imageVectorOverwrite": "images: []",
             "componentImageVectorOverwrite": "components: []", "vpa": true,
             "helm": {"ociRepository": {"ref": "r/c:1"}}}}
            """);

        values["replicaCount"]!.GetValue<int>().ShouldBe(3);
        values.Text("image", "repository").ShouldBe("r");
        values.Text("podLabels", "a").ShouldBe("b");
        values.Text("serviceAccountName").ShouldBe("me");
        values.Text("imageVectorOverwrite").ShouldBe("images: []");
        values.Text("componentImageVectorOverwrites").ShouldBe("components: []");
        values.Select(v => v.Key).ShouldNotContain("helm");
        values.Select(v => v.Key).ShouldNotContain("vpa");
    }

    [Fact]
    public void What_the_Gardenlet_does_not_set_is_left_to_the_chart() =>
        Of("""{"deployment": {"helm": {"ociRepository": {"ref": "r/c:1"}}}}""").Select(v => v.Key).ShouldBe(["config"]);

    [Fact]
    public void The_configuration_gets_the_name_of_the_seed_and_the_names_of_its_Secrets()
    {
        var config = Of("""{"config": {"logLevel": "debug", "seedConfig": {"metadata": {"labels": {"a": "b"}}}}}""")["config"];

        config.Text("logLevel").ShouldBe("debug");
        config.Text("seedConfig", "metadata", "name").ShouldBe("mine");
        config.Text("seedConfig", "metadata", "labels", "a").ShouldBe("b");
        config.Text("leaderElection", "resourceNamespace").ShouldBe("garden");
        config.Text("gardenClientConnection", "kubeconfigSecret", "name").ShouldBe("gardenlet-kubeconfig");
        config.Text("gardenClientConnection", "bootstrapKubeconfig", "name").ShouldBe("gardenlet-kubeconfig-bootstrap");
        config.At("gardenClientConnection", "bootstrapKubeconfig", "kubeconfig").ShouldBeNull();
    }

    [Fact]
    public void Secrets_that_the_configuration_names_itself_stay()
    {
        var config = Of("""
            {"config": {"gardenClientConnection": {"kubeconfig": "/gone", "kubeconfigSecret": {"namespace": "x", "name": "y"}}}}
            """)["config"];

        config.Text("gardenClientConnection", "kubeconfigSecret", "namespace").ShouldBe("x");
        config.Text("gardenClientConnection", "kubeconfigSecret", "name").ShouldBe("y");
        config.At("gardenClientConnection", "kubeconfig").ShouldBeNull();
    }

    [Fact]
    public void Credentials_checksums_and_files_come_from_the_options()
    {
        var values = Of(
            """{"config": {"seedClientConnection": {"kubeconfig": "/etc/k"}}}""",
            new GardenletValueOptions { BootstrapKubeconfig = "token", BackupChecksum = "abc", ReadFile = path => $"content of {path}" });

        values.Text("config", "gardenClientConnection", "bootstrapKubeconfig", "kubeconfig").ShouldBe("token");
        values.Text("config", "seedClientConnection", "kubeconfig").ShouldBe("content of /etc/k");
        values.Text("podAnnotations", "checksum/seed-backup-secret").ShouldBe("abc");
    }

    [Fact]
    public void A_configuration_that_is_no_map_is_refused() =>
        Should.Throw<FormatException>(() => Of("""{"config": [1]}""")).Message.ShouldContain("want a map");

    private static JsonObject Of(string spec, GardenletValueOptions? options = null) => GardenletValues.Of(
        new Gardenlet
        {
            Metadata = new ObjectMeta { Namespace = "garden", Name = "mine" },
            Spec = KubernetesJson.Deserialize<GardenletSpec>(JsonNode.Parse(spec)!),
        },
        options ?? new GardenletValueOptions());
}
