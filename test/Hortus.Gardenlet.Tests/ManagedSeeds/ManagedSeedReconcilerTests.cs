using System.Text;
using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Components.Gardenlets;
using Hortus.Gardenlet.Tests.World;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.SeedManagement;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;
using Deployment = Hortus.Objects.Kubernetes.Deployment;

namespace Hortus.Gardenlet.Tests.ManagedSeeds;

[Trait("Category", "Integration")]
public sealed class ManagedSeedReconcilerTests : IAsyncLifetime
{
    private static readonly ObjectKey Deployed = new("garden", "gardenlet");
    private readonly CancellationTokenSource deadline = new(TimeSpan.FromSeconds(90));
    private ManagedSeedWorld? started;

    private ManagedSeedWorld World => started!;

    private CancellationToken Token => deadline.Token;

    public async Task InitializeAsync() => started = await ManagedSeedWorld.StartAsync(Token);

    public async Task DisposeAsync()
    {
        await World.DisposeAsync();
        deadline.Dispose();
    }

    [Fact]
    public async Task A_shoot_gets_a_gardenlet_that_takes_over_from_its_parent_and_goes_with_the_ManagedSeed()
    {
        await World.SayShootAsync("Processing", Token);
        await World.CreateAsync(Token);
        await World.SaysAsync("ShootReconciled", "False", "Waiting for shoot \"garden/child\" to be reconciled", Token);
        (await World.Shoot.FindAsync<Deployment>(Deployed, Token)).ShouldBeNull();

        await World.GiveCredentialsAsync(Token);
        await World.SayShootAsync("Succeeded", Token);
        await World.SaysAsync("ShootReconciled", "True", "has been reconciled", Token);
        await World.SaysAsync("SeedRegistered", "Progressing", "Waiting for seed registration", Token);
        await CheckDeploymentAsync();
        await World.Garden.GetAsync<Secret>(BootstrapTokens.KeyOf(ManagedSeedWorld.Key), Token);

        await World.Shoot.CreateAsync(
            new Secret { Metadata = new ObjectMeta { Namespace = "garden", Name = GardenletNames.KubeconfigSecret } }, Token);
        await World.Garden.CreateAsync(GardenWorld.SeedOf(ManagedSeedWorld.Name), Token);
        await World.SaysAsync("SeedRegistered", "True", "Seed \"child\" has been registered", Token);
        await World.Garden.UntilAsync<Secret>(BootstrapTokens.KeyOf(ManagedSeedWorld.Key), secret => secret is null, Token);
        (await World.Garden.GetAsync<ManagedSeed>(ManagedSeedWorld.Key, Token)).Status!.ObservedGeneration.ShouldBe(1);

        await HoldSeedAsync("test.example/hold");
        await World.Garden.DeleteAsync<ManagedSeed>(ManagedSeedWorld.Key, null, Token);
        await World.SaysAsync("SeedRegistered", "False", "Waiting for seed \"child\" to be deleted", Token);
        (await World.Shoot.FindAsync<Deployment>(Deployed, Token)).ShouldNotBeNull();
        await HoldSeedAsync(null);
        await World.Garden.UntilAsync<ManagedSeed>(ManagedSeedWorld.Key, managed => managed is null, Token);
        (await World.Shoot.FindAsync<Namespace>(ObjectKey.Cluster("garden"), Token)).ShouldBeNull();
        (await World.Shoot.ListAsync<ClusterRole>(
            new ListOptions { LabelSelector = $"{GardenletNames.AppliedByLabel}=gardenlet" }, Token)).Items.ShouldBeEmpty();
    }

    [Fact]
    public async Task What_is_missing_is_said_and_waited_for()
    {
        await World.SayShootAsync("Succeeded", Token);
        await World.CreateAsync(Token, seed => seed["backup"] = JsonNode.Parse("""
            {"credentialsRef":{"apiVersion":"v1","kind":"Secret","namespace":"garden","name":"backup"}}
            """));
        await World.SaysAsync("SeedRegistered", "False", "shoot \"garden/child\" cannot be reached", Token);

        await World.GiveCredentialsAsync(Token);
        var missing = await World.SaysAsync("SeedRegistered", "False", "Secret garden/backup is missing in the garden: create it", Token);
        (missing.Reason, missing.Message.StartsWith("spec.gardenlet.config.seedConfig.spec.backup", StringComparison.Ordinal))
            .ShouldBe(("ReconcileError", true));
        (await World.Shoot.FindAsync<Deployment>(Deployed, Token)).ShouldBeNull();

        await World.Garden.CreateAsync(new Secret { Metadata = new ObjectMeta { Namespace = "garden", Name = "backup" } }, Token);
        await World.SaysAsync("SeedRegistered", "Progressing", "Waiting for seed registration", Token);
    }

    [Fact]
    public async Task A_shoot_that_is_another_seed_is_left_alone()
    {
        await World.SayShootAsync("Succeeded", Token);
        await World.GiveCredentialsAsync(Token);
        await World.Shoot.CreateAsync(new Namespace { Metadata = new ObjectMeta { Name = "garden" } }, Token);
        await World.Shoot.CreateAsync(
            new ConfigMap
            {
                Metadata = new ObjectMeta { Namespace = "garden", Name = "other" },
                Data = new Dictionary<string, string> { ["config.yaml"] = "seedConfig: {metadata: {name: other}}\n" },
            },
            Token);
        var foreign = await World.Shoot.CreateAsync(ForeignGardenlet(), Token);

        await World.CreateAsync(Token);

        await World.SaysAsync("SeedRegistered", "False", "the shoot has a gardenlet already, which is of seed \"other\"", Token);
        (await World.Shoot.GetAsync<Deployment>(Deployed, Token)).Metadata.ResourceVersion.ShouldBe(foreign.Metadata.ResourceVersion);
    }

    private async Task CheckDeploymentAsync()
    {
        var deployment = await World.Shoot.GetAsync<Deployment>(Deployed, Token);
        (deployment.Spec.Replicas, deployment.Spec.Template.Spec.Containers[0].Image).ShouldBe((2, "registry.example/mirror/hortus:0.9.9"));
        var volumes = deployment.Spec.Template.Spec.Volumes!;
        var map = await World.Shoot.GetAsync<ConfigMap>(
            new ObjectKey("garden", volumes.First(v => v.Name == "gardenlet-config").ConfigMap!.Name!), Token);
        var config = KubernetesYaml.Parse(map.Data!["config.yaml"]);
        config.Text("logLevel").ShouldBe("debug");
        config.Text("gardenClientConnection", "kubeconfigValidity", "validity").ShouldBe("24h");
        config.Text("seedConfig", "metadata", "name").ShouldBe("child");
        config.Text("seedConfig", "spec", "networks", "pods").ShouldBe("10.3.0.0/16");
        deployment.Spec.Template.Spec.Containers[0].Env!.ShouldContain(variable => variable.Name == "IMAGEVECTOR_OVERWRITE");
        var bootstrap = await World.Shoot.GetAsync<Secret>(new ObjectKey("garden", GardenletNames.BootstrapKubeconfigSecret), Token);
        Encoding.UTF8.GetString(bootstrap.Data!["kubeconfig"]).ShouldContain(BootstrapTokens.IdOf(ManagedSeedWorld.Key) + ".");
    }

    private Task HoldSeedAsync(string? finalizer) => World.Garden.PatchAsync<Seed>(
        ObjectKey.Cluster(ManagedSeedWorld.Name),
        Patch.Merge(new JsonObject
        {
            ["metadata"] = new JsonObject { ["finalizers"] = finalizer is null ? null : new JsonArray(finalizer) },
        }),
        Token);

    private static Deployment ForeignGardenlet()
    {
        var labels = new Dictionary<string, string> { ["app"] = "gardenlet" };
        return new Deployment
        {
            Metadata = new ObjectMeta { Namespace = "garden", Name = "gardenlet" },
            Spec = new DeploymentSpec
            {
                Selector = new LabelSelector { MatchLabels = labels },
                Template = new PodTemplateSpec
                {
                    Metadata = new ObjectMeta { Labels = labels },
                    Spec = new PodSpec
                    {
                        Containers = [new Container { Name = "gardenlet", Image = "any" }],
                        Volumes = [new Objects.Kubernetes.Volume { Name = "gardenlet-config", ConfigMap = new ConfigMapVolumeSource { Name = "other" } }],
                    },
                },
            },
        };
    }
}
