using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Gardenlet.Tests.World;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;
using Ext = Hortus.Objects.Gardener.Extensions;

namespace Hortus.Gardenlet.Tests;

[Trait("Category", "Integration")]
public sealed class ShootLifecycleTests : IDisposable
{
    private static readonly ObjectKey Key = new(GardenWorld.Project, "one");
    private static readonly string Space = GardenerNames.TechnicalID("local", "one");

    private readonly CancellationTokenSource deadline = new(TimeSpan.FromSeconds(30));

    public void Dispose() => deadline.Dispose();

    [Fact]
    public async Task Shoot_created_is_scheduled_and_succeeds_with_true_conditions()
    {
        await using var world = await GardenWorld.StartAsync(deadline.Token);
        world.StartGardenlet();
        await world.Garden.CreateAsync(GardenWorld.NewShoot("one"), deadline.Token);

        var shoot = await UntilSucceededAsync(world, LastOperationType.Create);

        shoot.Spec.SeedName.ShouldBe(GardenWorld.SeedName);
        shoot.Status!.LastOperation!.Progress.ShouldBe(100);
        shoot.Status.TechnicalID.ShouldBe(Space);
        shoot.Status.Uid.ShouldBe(shoot.Metadata.Uid);
        shoot.Status.LastErrors.ShouldBeNull();
        shoot.Status.AdvertisedAddresses!.Select(a => a.Url).ShouldBe(
            ["https://api.one.local.external.example", "https://api.one.local.internal.example"]);
        var healthy = await world.Garden.UntilAsync<Shoot>(
            Key, s => s?.Status?.Conditions is { Count: 4 } all && all.All(c => c.Status == "True"), deadline.Token);
        healthy!.Status!.Conditions!.Select(c => c.Type).ShouldBe(
            [
                GardenerConditions.APIServerAvailable, GardenerConditions.ControlPlaneHealthy, GardenerConditions.EveryNodeReady,
                GardenerConditions.SystemComponentsHealthy,
            ],
            ignoreOrder: true);
    }

    [Fact]
    public async Task Shoot_created_has_what_admin_kubeconfigs_and_extensions_need()
    {
        await using var world = await GardenWorld.StartAsync(deadline.Token);
        world.StartGardenlet();
        await world.Garden.CreateAsync(GardenWorld.NewShoot("one"), deadline.Token);
        var shoot = await UntilSucceededAsync(world, LastOperationType.Create);

        var bundle = await world.Garden.GetAsync<ConfigMap>(new ObjectKey(GardenWorld.Project, "one.ca-cluster"), deadline.Token);
        bundle.Data!["ca.crt"].ShouldStartWith("-----BEGIN CERTIFICATE-----");
        var signer = await world.Garden.GetAsync<InternalSecret>(new ObjectKey(GardenWorld.Project, "one.ca-client"), deadline.Token);
        signer.Data!.Keys.ShouldBe(["ca.crt", "ca.key"], ignoreOrder: true);

        var cluster = await world.Seed.UntilAsync<Ext.Cluster>(
            ObjectKey.Cluster(Space),
            c => (string?)JsonNode.Parse(c!.Spec.Shoot!.Value.GetRawText())!["status"]!["lastOperation"]!["state"] == "Succeeded",
            deadline.Token);
        var copy = JsonNode.Parse(cluster!.Spec.Shoot!.Value.GetRawText())!;
        ((string?)copy["apiVersion"]).ShouldBe("core.gardener.cloud/v1beta1");
        ((string?)copy["metadata"]!["uid"]).ShouldBe(shoot.Metadata.Uid);
        var worker = await world.Seed.GetAsync<Ext.Worker>(new ObjectKey(Space, "one"), deadline.Token);
        var pool = worker.Spec.Pools.ShouldHaveSingleItem();
        pool.UserDataSecretRef.Name.ShouldBe($"osc-{pool.NodeAgentSecretName}-init");
        var token = (await world.Shoot.ListAsync<Secret>(ListOptions.In("kube-system"), deadline.Token)).Items
            .ShouldHaveSingleItem();
        token.Type.ShouldBe("bootstrap.kubernetes.io/token");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Certificates_of_kubelets_have_one_approver_and_none_where_there_are_no_workers(bool hasWorkers)
    {
        await using var world = await GardenWorld.StartAsync(deadline.Token);
        world.StartGardenlet();
        var shoot = GardenWorld.NewShoot("one");
        await world.Garden.CreateAsync(
            hasWorkers ? shoot : shoot with
            {
                Spec = shoot.Spec with
                {
                    CredentialsBindingName = null,
                    Networking = null,
                    Provider = shoot.Spec.Provider with { Workers = null },
                },
            },
            deadline.Token);
        await UntilSucceededAsync(world, LastOperationType.Create);

        async Task<IReadOnlyList<string>> ArgumentsAsync(string name) =>
            (await world.Seed.GetAsync<Deployment>(new ObjectKey(Space, name), deadline.Token)).Spec.Template.Spec.Containers[0].Args!;
        (await ArgumentsAsync("kube-controller-manager")).Contains("--controllers=*,-kubelet-serving-approving-controller").ShouldBe(hasWorkers);
        (await ArgumentsAsync("gardener-resource-manager")).Contains("--csr-approver=true").ShouldBe(hasWorkers);
    }

    [Fact]
    public async Task Shoot_deleted_leaves_nothing()
    {
        await using var world = await GardenWorld.StartAsync(deadline.Token);
        world.StartGardenlet();
        await world.Garden.CreateAsync(GardenWorld.NewShoot("one"), deadline.Token);
        await UntilSucceededAsync(world, LastOperationType.Create);

        await world.DeleteShootAsync(Key, deadline.Token);
        await world.Garden.UntilAsync<Shoot>(Key, s => s is null, deadline.Token);

        (await world.Seed.FindAsync<Namespace>(ObjectKey.Cluster(Space), deadline.Token)).ShouldBeNull();
        (await world.Seed.FindAsync<Ext.Cluster>(ObjectKey.Cluster(Space), deadline.Token)).ShouldBeNull();
        foreach (var kind in GardenerKinds.SeedCrds.Select(ResourceKind.Find))
        {
            (await world.Seed.Dynamic.ListAsync(kind!, ListOptions.All, deadline.Token)).Items
                .Where(item => (string?)item["metadata"]!["namespace"] != GardenerNames.GardenNamespace)
                .ShouldBeEmpty(kind!.Plural);
        }

        (await world.Garden.FindAsync<ConfigMap>(new ObjectKey(GardenWorld.Project, "one.ca-cluster"), deadline.Token)).ShouldBeNull();
        (await world.Garden.FindAsync<InternalSecret>(new ObjectKey(GardenWorld.Project, "one.ca-client"), deadline.Token)).ShouldBeNull();
    }

    [Fact]
    public async Task Deletion_does_not_wait_for_a_creation_that_cannot_go_on()
    {
        await using var world = await GardenWorld.StartAsync(deadline.Token);
        world.InfrastructureFault = new LastError { Description = "wrong", Codes = [ErrorCode.ConfigurationProblem] };
        world.StartGardenlet();
        await world.Garden.CreateAsync(GardenWorld.NewShoot("one"), deadline.Token);
        await world.Seed.UntilAsync<Ext.Infrastructure>(
            new ObjectKey(Space, "one"), i => i?.Status?.LastError is not null, deadline.Token);

        await world.DeleteShootAsync(Key, deadline.Token);

        // The creation waits minutes for the infrastructure; the deletion must not.
        await world.Garden.UntilAsync<Shoot>(Key, s => s is null, deadline.Token);
        (await world.Seed.FindAsync<Namespace>(ObjectKey.Cluster(Space), deadline.Token)).ShouldBeNull();
    }

    [Fact]
    public async Task Gardenlet_stopped_while_creating_a_shoot_resumes_and_succeeds()
    {
        await using var world = await GardenWorld.StartAsync(deadline.Token);
        world.StartGardenlet();
        await world.Garden.CreateAsync(GardenWorld.NewShoot("one"), deadline.Token);
        await world.Seed.UntilAsync<Namespace>(ObjectKey.Cluster(Space), n => n is not null, deadline.Token);

        await world.StopGardenletAsync();
        world.StartGardenlet();

        await UntilSucceededAsync(world, LastOperationType.Create);
    }

    [Fact]
    public async Task Reconcile_annotation_runs_the_shoot_again()
    {
        await using var world = await GardenWorld.StartAsync(deadline.Token);
        world.StartGardenlet();
        await world.Garden.CreateAsync(GardenWorld.NewShoot("one"), deadline.Token);
        await UntilSucceededAsync(world, LastOperationType.Create);
        var ask = new JsonObject
        {
            ["metadata"] = new JsonObject
            {
                ["annotations"] = new JsonObject { [GardenerAnnotations.Operation] = GardenerOperations.Reconcile },
            },
        };

        await world.Garden.PatchAsync<Shoot>(Key, Patch.Merge(ask), deadline.Token);

        await UntilSucceededAsync(world, LastOperationType.Reconcile);
    }

    [Fact]
    public async Task Shoot_without_its_credentials_says_so_and_can_be_deleted()
    {
        await using var world = await GardenWorld.StartAsync(deadline.Token);
        await world.Garden.CreateAsync(GardenWorld.NewShoot("one"), deadline.Token);
        await world.Garden.DeleteAsync<Secret>(new ObjectKey(GardenWorld.Project, "local"), null, deadline.Token);
        world.StartGardenlet();

        var shoot = await world.Garden.UntilAsync<Shoot>(Key, s => s?.Status?.LastErrors is { Count: > 0 }, deadline.Token);
        var error = shoot!.Status!.LastErrors!.ShouldHaveSingleItem();
        error.TaskID.ShouldBe(ShootTasks.Initialize);
        error.Codes.ShouldBe([ErrorCode.RetryableConfigurationProblem]);
        error.Description.ShouldContain("Secret garden-local/local");

        await world.DeleteShootAsync(Key, deadline.Token);
        await world.Garden.UntilAsync<Shoot>(Key, s => s is null, deadline.Token);
    }

    private async Task<Shoot> UntilSucceededAsync(GardenWorld world, string operation)
    {
        Shoot? last = null;
        try
        {
            return (await world.Garden.UntilAsync<Shoot>(
                Key,
                s => (last = s)?.Status?.LastOperation is { State: LastOperationState.Succeeded } o && o.Type == operation,
                deadline.Token))!;
        }
        catch (OperationCanceledException)
        {
            var state = last?.Status?.LastOperation;
            var errors = string.Join("; ", last?.Status?.LastErrors?.Select(e => e.Description) ?? []);
            throw new TimeoutException($"shoot is {state?.Type} {state?.State} {state?.Progress}: {state?.Description}; {errors}");
        }
    }
}
