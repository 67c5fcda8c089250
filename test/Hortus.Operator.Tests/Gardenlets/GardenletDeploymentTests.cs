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
public sealed class GardenletDeploymentTests : GardenletWorldTests
{
    [Fact]
    public async Task A_gardenlet_goes_into_the_cluster_of_its_kubeconfig_which_is_forgotten_when_the_Seed_is_there()
    {
        await using var running = World.StartOperator();
        await World.CreateKubeconfigAsync(Token);
        var gardenlet = await World.Garden.CreateAsync(GardenletWorld.NewGardenlet("far", isRemote: true), Token);

        var waiting = await World.UntilAsync("far", ConditionStatus.Progressing, "Waiting for seed registration", Token);

        waiting.Reason.ShouldBe("ReconcileError");
        var garden = await World.Remote.GetAsync<Namespace>(ObjectKey.Cluster("garden"), Token);
        garden.Metadata.Labels!["gardener.cloud/role"].ShouldBe("garden");
        await ShouldHaveBootstrapKubeconfigAsync(gardenlet);
        (await World.Garden.GetAsync<Gardenlet>(GardenletWorld.Key("far"), Token)).Spec.KubeconfigSecretRef.ShouldNotBeNull();

        await World.RegisterAsync("far", Token);
        var done = await World.UntilAsync("far", ConditionStatus.True, "Gardenlet deployed and Seed \"far\" registered", Token);

        done.Reason.ShouldBe("Reconciled");
        var settled = await World.Garden.GetAsync<Gardenlet>(GardenletWorld.Key("far"), Token);
        settled.Spec.KubeconfigSecretRef.ShouldBeNull();
        (await World.Garden.FindAsync<Secret>(GardenletWorld.Key(GardenletWorld.KubeconfigSecret), Token)).ShouldBeNull();
        await ShouldBeEmptyAsync(World.Runtime);
    }

    [Fact]
    public async Task A_gardenlet_without_a_kubeconfig_goes_into_the_runtime_cluster_and_one_cluster_takes_one_gardenlet()
    {
        await using var running = World.StartOperator();
        await World.Garden.CreateAsync(GardenletWorld.NewGardenlet("near"), Token);
        await World.UntilAsync("near", ConditionStatus.Progressing, "Waiting", Token);
        await World.UntilInstalledAsync(World.Runtime, Token);

        await World.Garden.CreateAsync(GardenletWorld.NewGardenlet("second"), Token);
        var refused = await World.UntilAsync("second", ConditionStatus.False, "of seed \"near\", not of \"second\"", Token);

        refused.Reason.ShouldBe("ReconcileError");
        refused.Message.ShouldContain("check that spec.kubeconfigSecretRef names the kubeconfig of the right cluster");
        SeedOf(await World.Runtime.GetAsync<ConfigMap>(new ObjectKey("garden", "gardenlet-configmap"), Token)).ShouldBe("near");
    }

    [Fact]
    public async Task A_kubeconfig_of_the_wrong_cluster_leaves_that_cluster_as_it_is()
    {
        await using var running = World.StartOperator();
        await World.CreateKubeconfigAsync(Token);
        await World.Garden.CreateAsync(GardenletWorld.NewGardenlet("b", isRemote: true), Token);
        await World.UntilAsync("b", ConditionStatus.Progressing, "Waiting", Token);
        await World.RegisterAsync("b", Token);
        await World.UntilAsync("b", ConditionStatus.True, "registered", Token);
        var before = await World.Remote.GetAsync<Deployment>(GardenletWorld.Installed, Token);

        await World.CreateKubeconfigAsync(Token);
        await World.Garden.CreateAsync(GardenletWorld.NewGardenlet("a", isRemote: true), Token);
        await World.UntilAsync("a", ConditionStatus.False, "of seed \"b\", not of \"a\"", Token);

        var after = await World.Remote.GetAsync<Deployment>(GardenletWorld.Installed, Token);
        after.Metadata.ResourceVersion.ShouldBe(before.Metadata.ResourceVersion);
        await ShouldBeEmptyAsync(World.Runtime);
    }

    [Fact]
    public async Task An_operator_killed_before_any_of_its_writes_never_deploys_into_the_runtime_cluster()
    {
        await World.CreateKubeconfigAsync(Token);
        await World.Garden.CreateAsync(GardenletWorld.NewGardenlet("far", isRemote: true), Token);
        var registered = RegisterWhenInstalledAsync("far");
        var lives = 0;
        for (var isDone = false; !isDone; lives++)
        {
            using var handler = new CountingHandler
            {
                CountsForDeath = request => !request.RequestUri!.AbsolutePath.EndsWith("/events", StringComparison.Ordinal),
                WritesUntilDeath = lives,
            };
            using var client = World.ConnectGarden(handler);
            await using var running = World.StartOperator(client);
            var done = World.UntilAsync("far", ConditionStatus.True, "registered", Token);
            isDone = await Task.WhenAny(done, handler.Death) == done;
        }

        await registered;
        lives.ShouldBeGreaterThan(3);
        await ShouldBeEmptyAsync(World.Runtime);
        var settled = await World.Garden.GetAsync<Gardenlet>(GardenletWorld.Key("far"), Token);
        settled.Spec.KubeconfigSecretRef.ShouldBeNull();
        (await World.Garden.FindAsync<Secret>(GardenletWorld.Key(GardenletWorld.KubeconfigSecret), Token)).ShouldBeNull();
    }

    [Fact]
    public async Task A_remote_gardenlet_whose_Seed_goes_does_not_come_into_the_runtime_cluster()
    {
        await using (World.StartOperator())
        {
            await DeployFarAsync();
        }

        await World.Garden.DeleteAsync<Seed>(ObjectKey.Cluster("far"), null, Token);
        await using var running = World.StartOperator();
        await World.UntilAsync("far", ConditionStatus.False, "was deployed to another cluster than the runtime cluster", Token);

        await ShouldBeEmptyAsync(World.Runtime);
    }

    [Fact]
    public async Task A_lost_gardenlet_is_deployed_again_on_demand_with_the_kubeconfig_in_the_same_update()
    {
        var bootstrap = GardenletWorld.Key("gardenlet-kubeconfig-bootstrap");
        await using var running = World.StartOperator();
        await DeployFarAsync();
        await World.Remote.DeleteAsync<Deployment>(GardenletWorld.Installed, null, Token);
        await World.Remote.DeleteAsync<Secret>(bootstrap, null, Token);

        await World.PatchAsync("far", """{"metadata":{"annotations":{"gardener.cloud/operation":"force-redeploy"}}}""", Token);
        await World.UntilAsync("far", ConditionStatus.False, "in one update", Token);
        await ShouldBeEmptyAsync(World.Runtime);
        await World.CreateKubeconfigAsync(Token);
        await World.PatchAsync(
            "far",
            """{"metadata":{"annotations":{"gardener.cloud/operation":"force-redeploy"}},"spec":{"kubeconfigSecretRef":{"name":"remote"}}}""",
            Token);

        await World.UntilInstalledAsync(World.Remote, Token);
        await World.UntilAsync("far", ConditionStatus.True, "registered", Token);
        var settled = await World.Garden.GetAsync<Gardenlet>(GardenletWorld.Key("far"), Token);
        settled.Metadata.Annotation("gardener.cloud/operation").ShouldBeNull();
        settled.Spec.KubeconfigSecretRef.ShouldBeNull();
        await ShouldHaveBootstrapKubeconfigAsync(settled);
        await ShouldBeEmptyAsync(World.Runtime);
    }

    [Fact]
    public async Task A_gardenlet_with_its_own_kubeconfig_gets_no_token_until_that_has_expired()
    {
        await World.Runtime.CreateAsync(new Namespace { Metadata = new ObjectMeta { Name = "garden" } }, Token);
        var own = new ObjectKey("garden", "gardenlet-kubeconfig");
        await World.Runtime.CreateAsync(
            new Secret { Metadata = new ObjectMeta { Namespace = own.Namespace, Name = own.Name } }, Token);
        await using var running = World.StartOperator();
        var gardenlet = await World.Garden.CreateAsync(GardenletWorld.NewGardenlet("near"), Token);
        await World.UntilAsync("near", ConditionStatus.Progressing, "Waiting", Token);
        (await World.Garden.FindAsync<Secret>(BootstrapTokens.KeyOf(gardenlet.Key), Token)).ShouldBeNull();

        var seed = await World.RegisterAsync("near", Token);
        await World.Garden.UpdateStatusAsync(
            seed with { Status = new SeedStatus { ClientCertificateExpirationTimestamp = DateTimeOffset.UnixEpoch } }, Token);
        await World.UntilAsync("near", ConditionStatus.True, "registered", Token);
        await World.PatchAsync("near", """{"metadata":{"annotations":{"gardener.cloud/operation":"force-redeploy"}}}""", Token);

        await World.Runtime.UntilAsync<Secret>(own, found => found is null, Token);
        await World.Garden.UntilAsync<Secret>(BootstrapTokens.KeyOf(gardenlet.Key), found => found is not null, Token);
    }

    [Fact]
    public async Task Faults_of_the_kubeconfig_are_named_and_heal()
    {
        await using var running = World.StartOperator();
        await World.Garden.CreateAsync(GardenletWorld.NewGardenlet("far", isRemote: true), Token);
        await World.UntilAsync("far", ConditionStatus.False, "Secret garden/remote of the virtual garden", Token);

        await World.CreateKubeconfigAsync(Token, "x", "config");
        await World.PatchAsync("far", Again, Token);
        await World.UntilAsync("far", ConditionStatus.False, "has no key kubeconfig", Token);

        await ReplaceKubeconfigAsync("clusters: [");
        await World.UntilAsync("far", ConditionStatus.False, "has no usable kubeconfig", Token);

        await ReplaceKubeconfigAsync("""
            clusters: [{ name: a, cluster: { server: "https://127.0.0.1:1" } }]
            users: [{ name: a, user: { tokenFile: /var/run/secrets/kubernetes.io/serviceaccount/token } }]
            contexts: [{ name: a, context: { cluster: a, user: a } }]
            current-context: a
            """);
        await World.UntilAsync("far", ConditionStatus.False, "it names files", Token);

        await ReplaceKubeconfigAsync(null);
        await World.UntilInstalledAsync(World.Remote, Token);
        await ShouldBeEmptyAsync(World.Runtime);
    }

    [Fact]
    public async Task Faults_of_the_chart_and_of_the_backup_are_named_before_anything_is_applied()
    {
        await using var running = World.StartOperator();
        await World.Garden.CreateAsync(GardenletWorld.NewGardenlet("near", chart: "registry.example/charts/none:v1"), Token);
        await World.UntilAsync("near", ConditionStatus.False, "no such chart in this test", Token);

        World.Charts.Offer("registry.example/charts/other:v1", _ => "{ apiVersion: v1, kind: ConfigMap, metadata: { name: a } }");
        await World.PatchAsync("near", ChartIs("registry.example/charts/other:v1"), Token);
        await World.UntilAsync("near", ConditionStatus.False, "is no chart of a gardenlet", Token);

        await World.PatchAsync("near", ChartIs(GardenletWorld.Chart, """
            ,"config":{"seedConfig":{"spec":{"backup":{"provider":"local","region":"a","credentialsRef":
            {"apiVersion":"v1","kind":"Secret","namespace":"garden","name":"backup"}}}}}
            """), Token);
        await World.UntilAsync("near", ConditionStatus.False, "Secret garden/backup is missing", Token);
        await ShouldBeEmptyAsync(World.Runtime);

        await World.Garden.CreateAsync(
            new Secret { Metadata = new ObjectMeta { Namespace = "garden", Name = "backup" } }, Token);
        await World.PatchAsync("near", Again, Token);
        var deployment = await World.UntilInstalledAsync(World.Runtime, Token);
        deployment!.Metadata.Annotations!["values"].ShouldContain("checksum/seed-backup-secret");
    }

    [Fact]
    public async Task Gardenlets_of_shoots_that_host_themselves_and_those_that_others_deployed_are_left_alone()
    {
        await World.RegisterAsync("manual", Token);
        await World.Garden.CreateAsync(GardenletWorld.NewGardenlet("manual"), Token);
        await World.Garden.CreateAsync(GardenletWorld.NewGardenlet("self-hosted-shoot-a"), Token);
        await using var running = World.StartOperator();
        await World.Garden.CreateAsync(GardenletWorld.NewGardenlet("near"), Token);
        await World.UntilAsync("near", ConditionStatus.Progressing, "Waiting", Token);

        foreach (var name in new[] { "manual", "self-hosted-shoot-a" })
        {
            (await World.Garden.GetAsync<Gardenlet>(GardenletWorld.Key(name), Token)).Status.ShouldBeNull();
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
        await World.CreateKubeconfigAsync(Token);
        await World.Garden.CreateAsync(GardenletWorld.NewGardenlet("far", isRemote: true), Token);
        await World.UntilInstalledAsync(World.Remote, Token);
        await World.RegisterAsync("far", Token);
        await World.UntilAsync("far", ConditionStatus.True, "registered", Token);
    }

    private async Task RegisterWhenInstalledAsync(string name)
    {
        await World.UntilInstalledAsync(World.Remote, Token);
        await World.RegisterAsync(name, Token);
    }

    private async Task ReplaceKubeconfigAsync(string? text)
    {
        await World.Garden.DeleteAsync<Secret>(GardenletWorld.Key(GardenletWorld.KubeconfigSecret), null, Token);
        await World.CreateKubeconfigAsync(Token, text);
        await World.PatchAsync("far", Again, Token);
    }

    private async Task ShouldHaveBootstrapKubeconfigAsync(Gardenlet gardenlet)
    {
        var token = await World.Garden.GetAsync<Secret>(BootstrapTokens.KeyOf(gardenlet.Key), Token);
        token.Type.ShouldBe("bootstrap.kubernetes.io/token");
        string Text(string key) => Encoding.UTF8.GetString(token.Data![key]);
        Text("description").ShouldBe(
            "A bootstrap token for the Gardenlet for seedmanagement.gardener.cloud/v1alpha1.Gardenlet resource garden/far.");
        var secret = await World.Remote.GetAsync<Secret>(new ObjectKey("garden", "gardenlet-kubeconfig-bootstrap"), Token);
        var kubeconfig = KubeConfig.Parse(Encoding.UTF8.GetString(secret.Data!["kubeconfig"]), null);
        kubeconfig.Clusters.ShouldHaveSingleItem().Server.ShouldBe("https://api.garden.example");
        kubeconfig.Users.ShouldHaveSingleItem().Token.ShouldBe($"{Text("token-id")}.{Text("token-secret")}");
    }

    private async Task ShouldBeEmptyAsync(IKubernetesClient cluster) =>
        (await cluster.ListAsync<Deployment>(ListOptions.All, Token)).Items.ShouldBeEmpty();
}
