using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hortus.Components;
using Hortus.Objects;
using Hortus.Objects.Gardener.GardenletConfig;
using Hortus.Objects.Gardener.Resources;
using Hortus.Objects.Gardener.SeedManagement;
using Hortus.Objects.Kubernetes;

namespace Hortus.Packaging.Tests.Charts;

/// <summary>What the gardenlet's chart makes of its values.</summary>
[Trait("Category", "RealParts")]
public sealed class GardenletChartTests
{
    private const string Chart = "hortus-gardenlet";

    private static readonly string[] Everything =
    [
        "--set", "config.seedConfig.metadata.name=s1,config.seedClientConnection.kubeconfig=seed-credentials",
        "--set", "config.gardenClientConnection.kubeconfig=garden-credentials",
        "--set", "config.gardenClientConnection.bootstrapKubeconfig.name=first,"
            + "config.gardenClientConnection.bootstrapKubeconfig.namespace=garden,"
            + "config.gardenClientConnection.bootstrapKubeconfig.kubeconfig=first-credentials",
        "--set", "imageVectorOverwrite=images: [],componentImageVectorOverwrites=components: []",
        "--set", "selfUpgrade.deployment.helm.ociRepository.ref=registry.example/gardenlet:1",
    ];

    [Fact]
    public async Task Changed_configuration_has_another_name_so_that_the_pods_roll()
    {
        var before = await ChartRun.RenderAsync(Chart);
        var same = await ChartRun.RenderAsync(Chart, "--set", "replicaCount=3");
        var after = await ChartRun.RenderAsync(Chart, "--set", "config.logLevel=debug");

        ConfigOf(same).Metadata.Name.ShouldBe(ConfigOf(before).Metadata.Name);
        ConfigOf(after).Metadata.Name.ShouldNotBe(ConfigOf(before).Metadata.Name);
        ConfigOf(after).Data!["config.yaml"].ShouldContain("logLevel: debug");
        var pod = after.Deployment.Spec.Template.Spec;
        pod.Volumes!.Single(volume => volume.ConfigMap is not null).ConfigMap!.Name.ShouldBe(ConfigOf(after).Metadata.Name);
        pod.Containers[0].Args.ShouldBe(["gardenlet", "--config=/etc/gardenlet/config/config.yaml"]);
        pod.Containers[0].VolumeMounts!.ShouldContain(mount => mount.MountPath == "/etc/gardenlet/config");
    }

    [Fact]
    public async Task Contents_cannot_change_and_are_garbage_once_no_workload_refers_to_them()
    {
        var rendered = await ChartRun.RenderAsync(Chart, Everything);

        var contents = rendered.ConfigMaps.Select(map => (map.Metadata, map.Immutable))
            .Concat(rendered.Secrets.Select(secret => (secret.Metadata, secret.Immutable)))
            .Where(item => item.Metadata.Name is not ("first" or "gardenlet-selfupgrade-config"))
            .ToArray();
        contents.Length.ShouldBe(5);
        contents.ShouldAllBe(item =>
            item.Immutable == true && item.Metadata.Labels![ResourceNames.GarbageCollectable] == "true");
        var deployment = rendered.Deployment;
        var marked = (Deployment)ReferenceAnnotations.Mark(deployment);
        deployment.Metadata.Annotations.ShouldBe(marked.Metadata.Annotations, ignoreOrder: true);
        deployment.Spec.Template.Metadata.Annotations.ShouldBe(marked.Spec.Template.Metadata.Annotations, ignoreOrder: true);
        deployment.Metadata.Annotations!.Values.Order().ShouldBe(contents.Select(item => item.Metadata.Name!).Order());
    }

    [Fact]
    public async Task Credentials_are_in_Secrets_only_and_the_configuration_has_their_paths()
    {
        var rendered = await ChartRun.RenderAsync(Chart, Everything);

        rendered.ConfigMaps.ShouldAllBe(map => !map.Data!.Values.Any(text => text.Contains("credentials", StringComparison.Ordinal)));
        rendered.Secrets.Select(secret => Encoding.UTF8.GetString(secret.Data!["kubeconfig"])).Order()
            .ShouldBe(["first-credentials", "garden-credentials", "seed-credentials"]);
        rendered.Secrets.ShouldContain(secret => secret.Metadata.Name == "first" && secret.Immutable != true);
        var config = KubernetesYaml.Parse(ConfigOf(rendered).Data!["config.yaml"]);
        var mounts = rendered.Container.VolumeMounts!.Select(mount => mount.MountPath + "/kubeconfig").ToArray();
        mounts.ShouldContain((string)config["gardenClientConnection"]!["kubeconfig"]!);
        mounts.ShouldContain((string)config["seedClientConnection"]!["kubeconfig"]!);
        config["gardenClientConnection"]!["bootstrapKubeconfig"]!.AsObject().Select(field => field.Key).Order()
            .ShouldBe(["name", "namespace"]);
    }

    [Theory]
    [InlineData("imageVectorOverwrite", "IMAGEVECTOR_OVERWRITE", "images_overwrite.yaml")]
    [InlineData("componentImageVectorOverwrites", "IMAGEVECTOR_OVERWRITE_COMPONENTS", "components.yaml")]
    [InlineData("componentImageVectorOverwrite", "IMAGEVECTOR_OVERWRITE_COMPONENTS", "components.yaml")]
    public async Task Other_images_come_and_go_with_their_value(string value, string variable, string file)
    {
        var without = await ChartRun.RenderAsync(Chart);
        var with = await ChartRun.RenderAsync(Chart, "--set", $"{value}=images: []");

        without.Container.Env!.ShouldNotContain(item => item.Name == variable);
        without.ConfigMaps.ShouldHaveSingleItem();
        var path = with.Container.Env!.Single(item => item.Name == variable).Value!;
        with.ConfigMaps.Single(map => map.Data!.ContainsKey(file)).Data![file].Trim().ShouldBe("images: []");
        path.ShouldBe(with.Container.VolumeMounts!.Single(mount => path.StartsWith(mount.MountPath + "/", StringComparison.Ordinal)).MountPath
            + "/" + file);
    }

    [Theory]
    [InlineData("componentImageVectorOverwrites=components: []", null)]
    [InlineData("componentImageVectorOverwrite=components: []", null)]
    [InlineData("selfUpgrade.deployment.componentImageVectorOverwrites=components: []", null)]
    [InlineData("selfUpgrade.deployment.componentImageVectorOverwrite=components: []", null)]
    [InlineData("componentImageVectorOverwrites=other", "selfUpgrade.deployment.componentImageVectorOverwrite=components: []")]
    public async Task Self_upgrade_takes_over_the_release_with_either_spelling_of_the_images_of_components(string value, string? second)
    {
        var gardenlet = await GardenletOfAsync([.. Everything[..^4], .. Everything[^2..], "--set", value, .. second is null
            ? (string[])[] : ["--set", second]]);

        gardenlet.Spec.Deployment.ComponentImageVectorOverwrite.ShouldBe("components: []");
    }

    [Fact]
    public async Task Self_upgrade_describes_the_release_as_a_Gardenlet_without_the_seeds_name_and_credentials()
    {
        var gardenlet = await GardenletOfAsync(
        [
            .. Everything, "--set", "replicaCount=3,image.tag=v7,podLabels.team=a,enableHealthProbes=false",
            "--set", "env[0].name=A,env[0].value=b",
        ]);

        gardenlet.Key.ShouldBe(new ObjectKey("garden", "s1"));
        var deployment = gardenlet.Spec.Deployment;
        deployment.Helm.OciRepository.Ref.ShouldBe("registry.example/gardenlet:1");
        (deployment.ReplicaCount, deployment.RevisionHistoryLimit, deployment.Image!.Tag).ShouldBe((3, 2, "v7"));
        deployment.PodLabels!["team"].ShouldBe("a");
        deployment.Env!.ShouldHaveSingleItem().Name.ShouldBe("A");
        deployment.ImageVectorOverwrite.ShouldBe("images: []");
        var config = JsonObject.Create(gardenlet.Spec.Config!.Value)!;
        config["seedConfig"]!["metadata"]!.AsObject().ShouldNotContainKey("name");
        config["gardenClientConnection"]!.AsObject().Select(field => field.Key).ShouldBe(["bootstrapKubeconfig"]);
        config.ToJsonString().ShouldNotContain("credentials");
    }

    [Theory]
    [InlineData("config.apiVersion=gardenlet.config.gardener.cloud/v1", "apiVersion")]
    [InlineData("config.gardenClientConnection.bootstrapKubeconfig.kubeconfig=a", "bootstrapKubeconfig")]
    [InlineData("config.gardenClientConnection.kubeconfigSecret.name=a", "namespace")]
    [InlineData("selfUpgrade.deployment.helm.ociRepository=", "ociRepository")]
    [InlineData("selfUpgrade.deployment.helm.ociRepository.ref=a", "config.seedConfig.metadata.name is required with selfUpgrade")]
    public async Task Configuration_that_cannot_work_is_refused(string value, string what) =>
        (await ChartRun.RefusalAsync(Chart, "--set", value)).ShouldContain(what);

    [Fact]
    public async Task Configuration_is_one_that_a_gardenlet_reads()
    {
        var rendered = await ChartRun.RenderAsync(Chart, [.. Everything, "--set", "config.seedConfig.spec=null"]);

        var config = KubernetesYaml.Parse(ConfigOf(rendered).Data!["config.yaml"]);
        var errors = new FieldErrors();
        var read = GardenletConfigurationReader.Read(config.Deserialize<JsonElement>(), FieldPath.Root, errors);

        errors.All.ShouldBeEmpty();
        (read!.Server!.HealthProbes!.Port, read.Server.Metrics!.Port).ShouldBe((2728, 2729));
    }

    [Fact]
    public async Task Ports_are_those_of_the_configuration()
    {
        var rendered = await ChartRun.RenderAsync(
            Chart, "--set", "config.server.healthProbes.port=1234,config.server.metrics.port=1235");

        rendered.Container.ReadinessProbe!.HttpGet!.Port.ToString().ShouldBe("1234");
        rendered.Of<Service>("Service").ShouldHaveSingleItem().Spec.Ports!.ShouldHaveSingleItem().Port.ShouldBe(1235);
    }

    private static async Task<Gardenlet> GardenletOfAsync(IReadOnlyList<string> arguments)
    {
        var rendered = await ChartRun.RenderAsync(Chart, arguments);
        var map = rendered.ConfigMaps.Single(map => map.Metadata.Name == "gardenlet-selfupgrade-config");
        return KubernetesJson.Deserialize<Gardenlet>(KubernetesYaml.Parse(map.Data!["gardenlet.yaml"]));
    }

    private static ConfigMap ConfigOf(RenderedChart rendered) => rendered.ConfigMaps.Single(map => map.Data!.ContainsKey("config.yaml"));
}
