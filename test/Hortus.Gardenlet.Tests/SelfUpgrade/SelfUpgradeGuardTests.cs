using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Components.Gardenlets;
using Hortus.Gardenlet.Tests.Extensions;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;
using Hortus.Testing;
using GardenletObject = Hortus.Objects.Gardener.SeedManagement.Gardenlet;

namespace Hortus.Gardenlet.Tests.SelfUpgrade;

/// <summary>What a gardenlet refuses to do to itself, and what it leaves alone.</summary>
[Trait("Category", "RealParts")]
public sealed class SelfUpgradeGuardTests(ChartRegistry registry) : SelfUpgradeWorldTests(registry)
{
    private const string Extra = """
        apiVersion: v1
        kind: {0}
        metadata:
          name: {1}
          namespace: garden

        """;

    [Fact]
    public async Task A_version_that_the_garden_does_not_work_with_is_refused_before_anything_is_applied()
    {
        await World.AskForAsync(await PushAsync("1.4.0"), Token);
        await World.RolledOutAsync("1.4.0", Token);
        var before = await World.InServiceAsync(Token);

        await World.AskForAsync(await PushAsync("1.5.0"), Token);
        await RefusedAsync("gardenlet 1.5.0 is newer than the garden's API server");
        await World.AskForAsync(await PushAsync("1.1.0"), Token);
        await RefusedAsync("gardenlet 1.1.0 is more than 2 minor versions older");
        (await World.InServiceAsync(Token)).ShouldBe(before);

        await World.AskForAsync(await PushAsync("1.2.0"), Token);
        await World.RolledOutAsync("1.2.0", Token);
    }

    [Fact]
    public async Task An_upgrade_that_was_refused_goes_on_when_the_garden_has_been_upgraded()
    {
        await World.AskForAsync(await PushAsync("1.5.0"), Token);
        await RefusedAsync("upgrade the garden first");

        await World.SayGardenVersionAsync("v1.5.0", Token);

        await World.RolledOutAsync("1.5.0", Token);
    }

    [Fact]
    public async Task A_chart_of_something_else_is_refused()
    {
        await World.AskForAsync(await PushAsync("1.3.0"), Token);
        await World.RolledOutAsync("1.3.0", Token);
        var other = ChartFiles.Chart(
            ("Chart.yaml", "apiVersion: v2\nname: demo\nversion: 1.3.0\nappVersion: 1.3.0\n"),
            ("templates/map.yaml", Format("ConfigMap", "stray")));
        var digest = await ChartRegistry.PushAsync(Registry.Server, "other", other);

        await World.AskForAsync($"{Registry.Server.Name}/other/demo@{digest}", Token);

        await RefusedAsync("demo 1.3.0 is no chart of a gardenlet");
        (await FindAsync<ConfigMap>("stray")).ShouldBeNull();
        (await World.ImagesAsync(Token)).ShouldAllBe(image => image.EndsWith(":1.3.0", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Values_that_the_schema_of_the_chart_refuses_are_named()
    {
        var strict = GardenletCharts.Of("1.3.0", (
            "values.schema.json",
            """{"type": "object", "properties": {"config": {"properties": {"logLevel": {"enum": ["error"]}}}}}"""));

        await World.AskForAsync(await GardenletCharts.PushAsync(Registry.Server, "strict", strict), Token);

        await RefusedAsync("logLevel");
        (await FindAsync<Deployment>(GardenletNames.Deployment)).ShouldBeNull();
    }

    [Fact]
    public async Task An_object_that_the_seed_refuses_is_named_and_the_replicas_stay()
    {
        await World.AskForAsync(await PushAsync("1.3.0"), Token);
        await World.RolledOutAsync("1.3.0", Token);
        var before = await World.InServiceAsync(Token);
        var faulty = GardenletCharts.Of("1.4.0", ("templates/a.yaml", Format("ConfigMap", "Not_A_Name")));

        await World.AskForAsync(await GardenletCharts.PushAsync(Registry.Server, "faulty", faulty), Token);

        await RefusedAsync("v1 ConfigMap garden/Not_A_Name cannot be written");
        (await World.InServiceAsync(Token)).ShouldBe(before);
    }

    [Fact]
    public async Task What_a_new_chart_no_longer_has_goes_after_the_rollout_except_what_others_need()
    {
        var first = GardenletCharts.Of(
            "1.3.0",
            ("templates/extra.yaml", Format("ConfigMap", "only-in-the-first")),
            ("templates/kept.yaml", Format("ConfigMap", "taken-over")),
            ("templates/access.yaml", Format("Secret", "some-kubeconfig") + "stringData: {kubeconfig: mine}\n"));
        await World.AskForAsync(await GardenletCharts.PushAsync(Registry.Server, "pruned", first), Token);
        await World.RolledOutAsync("1.3.0", Token);
        (await FindAsync<ConfigMap>("only-in-the-first")).ShouldNotBeNull();
        var taken = new JsonObject { [GardenletNames.AppliedByLabel] = null };
        await World.Seed.PatchAsync<ConfigMap>(
            KeyOf("taken-over"), Patch.Merge(new JsonObject { ["metadata"] = new JsonObject { ["labels"] = taken } }), Token);

        await World.AskForAsync(await PushAsync("1.4.0"), Token);

        await World.Seed.UntilAsync<ConfigMap>(KeyOf("only-in-the-first"), gone => gone is null, Token);
        await World.RolledOutAsync("1.4.0", Token);
        (await FindAsync<ConfigMap>("taken-over")).ShouldNotBeNull();
        (await FindAsync<Secret>("some-kubeconfig")).ShouldNotBeNull();
        // What is deleted is crossed off afterwards.
        var inventory = GardenletInventory.Of(await World.Seed.UntilAsync<ConfigMap>(
            GardenletInventory.Key,
            map => GardenletInventory.Of(map).Objects.All(entry => entry.Name != "only-in-the-first"),
            Token));
        inventory.Version.ShouldBe("1.4.0");
        inventory.Objects.ShouldContain(entry => entry.ToString() == "apps/v1 Deployment garden/gardenlet");
    }

    [Fact]
    public async Task A_gardenlet_stays_when_its_object_is_deleted()
    {
        await World.AskForAsync(await PushAsync("1.3.0"), Token);
        await World.RolledOutAsync("1.3.0", Token);

        await World.Garden.DeleteAsync<GardenletObject>(new ObjectKey("garden", SelfUpgradeWorld.SeedName), null, Token);
        await World.TouchAsync(Token);

        (await World.ImagesAsync(Token)).Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_request_for_a_new_kubeconfig_is_handed_on()
    {
        await World.Seed.CreateAsync(
            new Secret
            {
                Metadata = new ObjectMeta { Namespace = "garden", Name = GardenletNames.KubeconfigSecret },
                Data = new Dictionary<string, byte[]> { [GardenletNames.KubeconfigKey] = [1] },
            },
            Token);
        await World.AskForAsync(await PushAsync("1.3.0"), Token);
        await World.RolledOutAsync("1.3.0", Token);

        await World.AnnotateAsync(GardenerAnnotations.Operation, "renew-kubeconfig", Token);

        await World.Seed.UntilAsync<Secret>(
            KeyOf(GardenletNames.KubeconfigSecret),
            secret => secret!.Metadata.Annotation(GardenerAnnotations.Operation) == "renew",
            Token);
        await World.Garden.UntilAsync<GardenletObject>(
            new ObjectKey("garden", SelfUpgradeWorld.SeedName),
            gardenlet => gardenlet!.Metadata.Annotation(GardenerAnnotations.Operation) is null,
            Token);
    }

    [Fact]
    public async Task An_installation_with_helm_registers_itself_and_keeps_itself_from_then_on()
    {
        var chart = await PushAsync("1.3.0");
        await CreateSettingsAsync($$$"""
            apiVersion: seedmanagement.gardener.cloud/v1alpha1
            kind: Gardenlet
            metadata: {name: local, namespace: garden}
            spec:
              deployment: {helm: {ociRepository: {ref: "{{{chart}}}"}}, componentImageVectorOverwrite: "components: []"}
              config:
                apiVersion: gardenlet.config.gardener.cloud/v1alpha1
                kind: GardenletConfiguration
                seedConfig:
                  metadata: {name: local, labels: {a: b}}
                  spec: {{{KubernetesJson.ToNode(ExtensionWorld.SeedConfig.Spec).ToJsonString()}}}
            """);

        await new SelfRegistration(World.Surroundings).RunAsync(Token);

        await World.RolledOutAsync("1.3.0", Token);
        var gardenlet = await World.GardenletAsync(Token);
        gardenlet.Metadata.Annotation(GardenletNames.TargetCluster).ShouldBe(
            (await World.Seed.GetAsync<Namespace>(ObjectKey.Cluster("kube-system"), Token)).Metadata.Uid);
        var metadata = gardenlet.Spec.Config!.Value.GetProperty("seedConfig").GetProperty("metadata");
        metadata.TryGetProperty("name", out _).ShouldBeFalse();
        metadata.GetProperty("labels").GetProperty("a").GetString().ShouldBe("b");
        (await FindAsync<ConfigMap>(GardenletNames.SelfUpgradeConfigMap)).ShouldBeNull();
        (await World.DeploymentAsync(Token)).Spec.Template.Spec.Containers[0].Env!
            .ShouldContain(variable => variable.Name == "IMAGEVECTOR_OVERWRITE_COMPONENTS");
    }

    [Theory]
    [InlineData("kind: [", "")]
    [InlineData("apiVersion: v1\nkind: ConfigMap\n", "found v1 ConfigMap")]
    public async Task Settings_of_no_Gardenlet_stay_and_the_log_says_why(string text, string why)
    {
        await CreateSettingsAsync(text);

        await new SelfRegistration(World.Surroundings).RunAsync(Token);

        (await FindAsync<ConfigMap>(GardenletNames.SelfUpgradeConfigMap)).ShouldNotBeNull();
        World.Log.ShouldContain(line => line.Contains("no Gardenlet can be made of it", StringComparison.Ordinal)
            && line.Contains(why, StringComparison.Ordinal));
    }

    private static string Format(string kind, string name) =>
        Extra.Replace("{0}", kind, StringComparison.Ordinal).Replace("{1}", name, StringComparison.Ordinal);

    private static ObjectKey KeyOf(string name) => new(GardenerNames.GardenNamespace, name);

    private Task RefusedAsync(string why) => World.ConditionAsync(
        GardenerConditions.GardenletReconciled, SelfUpgradeStatus.ReconcileError, Token, why);

    private Task<string> PushAsync(string version) =>
        GardenletCharts.PushAsync(Registry.Server, $"v{version}", GardenletCharts.Of(version));

    private Task<T?> FindAsync<T>(string name) where T : KubernetesObject => World.Seed.FindAsync<T>(KeyOf(name), Token);

    private Task CreateSettingsAsync(string text) => World.Seed.CreateAsync(
        new ConfigMap
        {
            Metadata = new ObjectMeta { Namespace = GardenerNames.GardenNamespace, Name = GardenletNames.SelfUpgradeConfigMap },
            Data = new Dictionary<string, string> { [GardenletNames.SelfUpgradeKey] = text },
        },
        Token);
}
