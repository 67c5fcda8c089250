using System.Text;
using Hortus.Client;
using Hortus.Components.Gardenlets;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.SeedManagement;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;
using Hortus.Testing;
using Hortus.Testing.Scripted;
using Deployment = Hortus.Objects.Kubernetes.Deployment;

namespace Hortus.Operator.Tests.Gardenlets;

[Trait("Category", "Integration")]
public sealed class GardenletDeploymentTests : IAsyncLifetime
{
    private readonly GardenletWorld world = new();
    private readonly CancellationTokenSource deadline = GardenletWorld.Deadline();

    public Task InitializeAsync() => world.InitializeAsync();

    public async Task DisposeAsync()
    {
        deadline.Dispose();
        await world.DisposeAsync();
    }

    [Fact]
    public async Task A_gardenlet_goes_into_the_cluster_of_its_kubeconfig_which_is_forgotten_when_the_Seed_is_there()
    {
        await using var running = world.StartOperator();
        await world.CreateKubeconfigAsync(deadline.Token);
        var gardenlet = await world.Garden.CreateAsync(GardenletWorld.NewGardenlet("far", isRemote: true), deadline.Token);

        var waiting = await world.UntilAsync("far", ConditionStatus.Progressing, "Waiting for seed registration", deadline.Token);

        waiting.Reason.ShouldBe("ReconcileError");
        (await world.Remote.GetAsync<Namespace>(ObjectKey.Cluster("garden"), deadline.Token)).Metadata.Labels!["gardener.cloud/role"].ShouldBe("garden");
        await ShouldHaveBootstrapKubeconfigAsync(gardenlet);
        (await world.Garden.GetAsync<Gardenlet>(GardenletWorld.Key("far"), deadline.Token)).Spec.KubeconfigSecretRef.ShouldNotBeNull();

        await world.RegisterAsync("far", deadline.Token);
        var done = await world.UntilAsync("far", ConditionStatus.True, "Gardenlet deployed and Seed \"far\" registered", deadline.Token);

        done.Reason.ShouldBe("Reconciled");
        var settled = await world.Garden.GetAsync<Gardenlet>(GardenletWorld.Key("far"), deadline.Token);
        settled.Spec.KubeconfigSecretRef.ShouldBeNull();
        (await world.Garden.FindAsync<Secret>(GardenletWorld.Key(GardenletWorld.KubeconfigSecret), deadline.Token)).ShouldBeNull();
        await ShouldBeEmptyAsync(world.Runtime);
    }

    [Fact]
    public async Task A_gardenlet_without_a_kubeconfig_goes_into_the_runtime_cluster_and_one_cluster_takes_one_gardenlet()
    {
        await using var running = world.StartOperator();
        await world.Garden.CreateAsync(GardenletWorld.NewGardenlet("near"), deadline.Token);
        await world.UntilAsync("near", ConditionStatus.Progressing, "Waiting", deadline.Token);
        await world.UntilInstalledAsync(world.Runtime, deadline.Token);

        await world.Garden.CreateAsync(GardenletWorld.NewGardenlet("second"), deadline.Token);
        var refused = await world.UntilAsync("second", ConditionStatus.False, "of seed \"near\", not of \"second\"", deadline.Token);

        refused.Reason.ShouldBe("ReconcileError");
        refused.Message.ShouldContain("check that spec.kubeconfigSecretRef names the kubeconfig of the right cluster");
        SeedOf(await world.Runtime.GetAsync<ConfigMap>(new ObjectKey("garden", "gardenlet-configmap"), deadline.Token)).ShouldBe("near");
    }

    [Fact]
    public async Task A_kubeconfig_of_the_wrong_cluster_leaves_that_cluster_as_it_is()
    {
        await using var running = world.StartOperator();
        await world.CreateKubeconfigAsync(deadline.Token);
        await world.Garden.CreateAsync(GardenletWorld.NewGardenlet("b", isRemote: true), deadline.Token);
        await world.UntilAsync("b", ConditionStatus.Progressing, "Waiting", deadline.Token);
        await world.RegisterAsync("b", deadline.Token);
        await world.UntilAsync("b", ConditionStatus.True, "registered", deadline.Token);
        var before = await world.Remote.GetAsync<Deployment>(GardenletWorld.Installed, deadline.Token);

        await world.CreateKubeconfigAsync(deadline.Token);
        await world.Garden.CreateAsync(GardenletWorld.NewGardenlet("a", isRemote: true), deadline.Token);
        await world.UntilAsync("a", ConditionStatus.False, "of seed \"b\", not of \"a\"", deadline.Token);

        var after = await world.Remote.GetAsync<Deployment>(GardenletWorld.Installed, deadline.Token);
        after.Metadata.ResourceVersion.ShouldBe(before.Metadata.ResourceVersion);
        await ShouldBeEmptyAsync(world.Runtime);
    }

    [Fact]
    public async Task An_operator_killed_before_any_of_its_writes_never_deploys_into_the_runtime_cluster()
    {
        await world.CreateKubeconfigAsync(deadline.Token);
        await world.Garden.CreateAsync(GardenletWorld.NewGardenlet("far", isRemote: true), deadline.Token);
        var registered = RegisterWhenInstalledAsync("far");
        var lives = 0;
        for (var isDone = false; !isDone; lives++)
        {
            using var handler = new CountingHandler
            {
                CountsForDeath = request => !request.RequestUri!.AbsolutePath.EndsWith("/events", StringComparison.Ordinal),
                WritesUntilDeath = lives,
            };
            using var client = world.ConnectGarden(handler);
            await using var running = world.StartOperator(client);
            var done = world.UntilAsync("far", ConditionStatus.True, "registered", deadline.Token);
            isDone = await Task.WhenAny(done, handler.Death) == done;
        }

        await registered;
        lives.ShouldBeGreaterThan(3);
        await ShouldBeEmptyAsync(world.Runtime);
        var settled = await world.Garden.GetAsync<Gardenlet>(GardenletWorld.Key("far"), deadline.Token);
        settled.Spec.KubeconfigSecretRef.ShouldBeNull();
        (await world.Garden.FindAsync<Secret>(GardenletWorld.Key(GardenletWorld.KubeconfigSecret), deadline.Token)).ShouldBeNull();
    }

    [Fact]
    public async Task A_remote_gardenlet_whose_Seed_goes_does_not_come_into_the_runtime_cluster()
    {
        await using (world.StartOperator())
        {
            await DeployFarAsync();
        }

        await world.Garden.DeleteAsync<Seed>(ObjectKey.Cluster("far"), null, deadline.Token);
        await using var running = world.StartOperator();
        await world.UntilAsync("far", ConditionStatus.False, "was deployed to another cluster than the runtime cluster", deadline.Token);

        await ShouldBeEmptyAsync(world.Runtime);
    }

    [Fact]
    public async Task A_lost_gardenlet_is_deployed_again_on_demand_with_the_kubeconfig_in_the_same_update()
    {
        var bootstrap = GardenletWorld.Key("gardenlet-kubeconfig-bootstrap");
        await using var running = world.StartOperator();
        await DeployFarAsync();
        await world.Remote.DeleteAsync<Deployment>(GardenletWorld.Installed, null, deadline.Token);
        await world.Remote.DeleteAsync<Secret>(bootstrap, null, deadline.Token);

        await world.PatchAsync("far", """{"metadata":{"annotations":{"gardener.cloud/operation":"force-redeploy"}}}""", deadline.Token);
        await world.UntilAsync("far", ConditionStatus.False, "in one update", deadline.Token);
        await ShouldBeEmptyAsync(world.Runtime);
        await world.CreateKubeconfigAsync(deadline.Token);
        await world.PatchAsync(
            "far",
            """{"metadata":{"annotations":{"gardener.cloud/operation":"force-redeploy"}},"spec":{"kubeconfigSecretRef":{"name":"remote"}}}""",
            deadline.Token);

        await world.UntilInstalledAsync(world.Remote, deadline.Token);
        await world.UntilAsync("far", ConditionStatus.True, "registered", deadline.Token);
        var settled = await world.Garden.GetAsync<Gardenlet>(GardenletWorld.Key("far"), deadline.Token);
        settled.Metadata.Annotation("gardener.cloud/operation").ShouldBeNull();
        settled.Spec.KubeconfigSecretRef.ShouldBeNull();
        await ShouldHaveBootstrapKubeconfigAsync(settled);
        await ShouldBeEmptyAsync(world.Runtime);
    }

    [Fact]
    public async Task A_gardenlet_with_its_own_kubeconfig_gets_no_token_until_that_has_expired()
    {
        await world.Runtime.CreateAsync(new Namespace { Metadata = new ObjectMeta { Name = "garden" } }, deadline.Token);
        var own = new ObjectKey("garden", "gardenlet-kubeconfig");
        await world.Runtime.CreateAsync(
            new Secret { Metadata = new ObjectMeta { Namespace = own.Namespace, Name = own.Name } }, deadline.Token);
        await using var running = world.StartOperator();
        var gardenlet = await world.Garden.CreateAsync(GardenletWorld.NewGardenlet("near"), deadline.Token);
        await world.UntilAsync("near", ConditionStatus.Progressing, "Waiting", deadline.Token);
        (await world.Garden.FindAsync<Secret>(BootstrapTokens.KeyOf(gardenlet.Key), deadline.Token)).ShouldBeNull();

        var seed = await world.RegisterAsync("near", deadline.Token);
        await world.Garden.UpdateStatusAsync(
            seed with { Status = new SeedStatus { ClientCertificateExpirationTimestamp = DateTimeOffset.UnixEpoch } }, deadline.Token);
        await world.UntilAsync("near", ConditionStatus.True, "registered", deadline.Token);
        await world.PatchAsync("near", """{"metadata":{"annotations":{"gardener.cloud/operation":"force-redeploy"}}}""", deadline.Token);

        await world.Runtime.UntilAsync<Secret>(own, found => found is null, deadline.Token);
        await world.Garden.UntilAsync<Secret>(BootstrapTokens.KeyOf(gardenlet.Key), found => found is not null, deadline.Token);
    }

    [Fact]
    public async Task Faults_of_the_kubeconfig_are_named_and_heal()
    {
        await using var running = world.StartOperator();
        await world.Garden.CreateAsync(GardenletWorld.NewGardenlet("far", isRemote: true), deadline.Token);
        await world.UntilAsync("far", ConditionStatus.False, "Secret garden/remote of the virtual garden", deadline.Token);

        await world.CreateKubeconfigAsync(deadline.Token, "x", "config");
        await world.PatchAsync("far", Again, deadline.Token);
        await world.UntilAsync("far", ConditionStatus.False, "has no key kubeconfig", deadline.Token);

        await ReplaceKubeconfigAsync("clusters: [");
        await world.UntilAsync("far", ConditionStatus.False, "has no usable kubeconfig", deadline.Token);

        await ReplaceKubeconfigAsync("""
            clusters: [{ name: a, cluster: { server: "https://127.0.0.1:1" } }]
            users: [{ name: a, user: { tokenFile: /var/run/secrets/kubernetes.io/serviceaccount/token } }]
            contexts: [{ name: a, context: { cluster: a, user: a } }]
            current-context: a
            """);
        await world.UntilAsync("far", ConditionStatus.False, "it names files", deadline.Token);

        await ReplaceKubeconfigAsync(null);
        await world.UntilInstalledAsync(world.Remote, deadline.Token);
        await ShouldBeEmptyAsync(world.Runtime);
    }

    [Fact]
    public async Task Faults_of_the_chart_and_of_the_backup_are_named_before_anything_is_applied()
    {
        await using var running = world.StartOperator();
        await world.Garden.CreateAsync(GardenletWorld.NewGardenlet("near", chart: "registry.example/charts/none:v1"), deadline.Token);
        await world.UntilAsync("near", ConditionStatus.False, "no such chart in this test", deadline.Token);

        world.Charts.Offer("registry.example/charts/other:v1", _ => "{ apiVersion: v1, kind: ConfigMap, metadata: { name: a } }");
        await world.PatchAsync("near", ChartIs("registry.example/charts/other:v1"), deadline.Token);
        await world.UntilAsync("near", ConditionStatus.False, "is no chart of a gardenlet", deadline.Token);

        await world.PatchAsync("near", ChartIs(GardenletWorld.Chart, """
            ,"config":{"seedConfig":{"spec":{"backup":{"provider":"local","region":"a","credentialsRef":
            {"apiVersion":"v1","kind":"Secret","namespace":"garden","name":"backup"}}}}}
            """), deadline.Token);
        await world.UntilAsync("near", ConditionStatus.False, "Secret garden/backup is missing", deadline.Token);
        await ShouldBeEmptyAsync(world.Runtime);

        await world.Garden.CreateAsync(
            new Secret { Metadata = new ObjectMeta { Namespace = "garden", Name = "backup" } }, deadline.Token);
        await world.PatchAsync("near", Again, deadline.Token);
        var deployment = await world.UntilInstalledAsync(world.Runtime, deadline.Token);
        deployment!.Metadata.Annotations!["values"].ShouldContain("checksum/seed-backup-secret");
    }

    [Fact]
    public async Task Gardenlets_of_shoots_that_host_themselves_and_those_that_others_deployed_are_left_alone()
    {
        await world.RegisterAsync("manual", deadline.Token);
        await world.Garden.CreateAsync(GardenletWorld.NewGardenlet("manual"), deadline.Token);
        await world.Garden.CreateAsync(GardenletWorld.NewGardenlet("self-hosted-shoot-a"), deadline.Token);
        await using var running = world.StartOperator();
        await world.Garden.CreateAsync(GardenletWorld.NewGardenlet("near"), deadline.Token);
        await world.UntilAsync("near", ConditionStatus.Progressing, "Waiting", deadline.Token);

        foreach (var name in new[] { "manual", "self-hosted-shoot-a" })
        {
            (await world.Garden.GetAsync<Gardenlet>(GardenletWorld.Key(name), deadline.Token)).Status.ShouldBeNull();
        }
    }

    private const string Again = """{"metadata":{"annotations":{"gardener.cloud/operation":"reconcile"}}}""";

    private static string ChartIs(string reference, string more = "") =>
"""{"spec":{"deployment":{"helm":{"ociRepository":{"ref":"REFERENCE"}}}MORE}}"""
            .Replace("REFERENCE", reference, StringComparison.Ordinal).Replace("MORE", more, StringComparison.Ordinal);

    private static string? SeedOf(ConfigMap map) =>
        KubernetesYaml.Parse(map.Data!["config.yaml"])["seedConfig"]?["metadata"]?["name"]?.ToString();

    private async Task DeployFarAsync()
    {
        await world.CreateKubeconfigAsync(deadline.Token);
        await world.Garden.CreateAsync(GardenletWorld.NewGardenlet("far", isRemote: true), deadline.Token);
        await world.UntilInstalledAsync(world.Remote, deadline.Token);
        await world.RegisterAsync("far", deadline.Token);
        await world.UntilAsync("far", ConditionStatus.True, "registered", deadline.Token);
    }

    private async Task RegisterWhenInstalledAsync(string name)
    {
        await world.UntilInstalledAsync(world.Remote, deadline.Token);
        await world.RegisterAsync(name, deadline.Token);
    }

    private async Task ReplaceKubeconfigAsync(string? text)
    {
        await world.Garden.DeleteAsync<Secret>(GardenletWorld.Key(GardenletWorld.KubeconfigSecret), null, deadline.Token);
        await world.CreateKubeconfigAsync(deadline.Token, text);
        await world.PatchAsync("far", Again, deadline.Token);
    }

    private async Task ShouldHaveBootstrapKubeconfigAsync(Gardenlet gardenlet)
    {
        var token = await world.Garden.GetAsync<Secret>(BootstrapTokens.KeyOf(gardenlet.Key), deadline.Token);
        token.Type.ShouldBe("bootstrap.kubernetes.io/token");
        string Text(string key) => Encoding.UTF8.GetString(token.Data![key]);
        Text("description").ShouldBe(
            "A bootstrap token for the Gardenlet for seedmanagement.gardener.cloud/v1alpha1.Gardenlet resource garden/far.");
        var secret = await world.Remote.GetAsync<Secret>(new ObjectKey("garden", "gardenlet-kubeconfig-bootstrap"), deadline.Token);
        var kubeconfig = KubeConfig.Parse(Encoding.UTF8.GetString(secret.Data!["kubeconfig"]), null);
        kubeconfig.Clusters.ShouldHaveSingleItem().Server.ShouldBe("https://api.garden.example");
        kubeconfig.Users.ShouldHaveSingleItem().Token.ShouldBe($"{Text("token-id")}.{Text("token-secret")}");
    }

    private async Task ShouldBeEmptyAsync(IKubernetesClient cluster) =>
        (await cluster.ListAsync<Deployment>(ListOptions.All, deadline.Token)).Items.ShouldBeEmpty();
}
