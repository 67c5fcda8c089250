using System.Text;
using Hortus.Client;
using Hortus.Gardenlet.Tests.World;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.Resources;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;
using Ext = Hortus.Objects.Gardener.Extensions;

namespace Hortus.Gardenlet.Tests.Seeds;

/// <summary>How a cluster becomes a seed, and how it ceases to be one, with the rights of the gardenlet's chart.</summary>
[Trait("Category", "Integration")]
public sealed class SeedControllerTests : IDisposable
{
    private static readonly ObjectKey Key = ObjectKey.Cluster(GardenWorld.SeedName);
    private static readonly ObjectKey Provider = ObjectKey.Cluster(GardenWorld.Provider);
    private static readonly ObjectKey Credentials = new("garden", "backup");

    private readonly CancellationTokenSource deadline = new(TimeSpan.FromSeconds(60));

    public void Dispose() => deadline.Dispose();

    [Fact]
    public async Task A_seed_waits_for_the_extensions_that_it_needs_and_names_each_that_is_missing()
    {
        await using var world = await GardenWorld.StartAsync(deadline.Token);
        await world.Garden.DeleteAsync<ControllerInstallation>(Provider, null, deadline.Token);
        await world.Garden.DeleteAsync<ControllerRegistration>(Provider, null, deadline.Token);
        world.StartGardenlet();

        var waiting = await UntilSaysAsync(world, "required extensions");
        await world.OfferProviderAsync(deadline.Token);
        var done = await UntilSucceededAsync(world);
        var priority = await world.Seed.UntilAsync<PriorityClass>(
            ObjectKey.Cluster("gardener-system-900"), found => found is not null, deadline.Token);

        waiting.State.ShouldBe(LastOperationState.Processing);
        waiting.Progress.ShouldBeInRange(50, 99);
        foreach (var need in new[] { "DNSRecord/local", "ControlPlane/local", "Infrastructure/local", "Worker/local" })
        {
            waiting.Description.ShouldContain($"{need}: no ControllerRegistration offers it");
        }

        (done.Status!.LastOperation!.Type, done.Status.LastOperation.Progress).ShouldBe((LastOperationType.Create, 100));
        done.Status.ObservedGeneration.ShouldBe(done.Metadata.Generation);
        done.Status.ClusterIdentity.ShouldEndWith("-" + GardenWorld.SeedName);
        done.Status.KubernetesVersion.ShouldStartWith("v1.");
        priority!.Value.ShouldBe(999_998_900);
        await UntilConditionAsync(world, GardenerConditions.SeedSystemComponentsHealthy, ConditionStatus.True);
    }

    [Fact]
    public async Task A_deleted_seed_goes_when_nothing_uses_it_and_leaves_nothing_behind()
    {
        await using var world = await GardenWorld.StartAsync(deadline.Token);
        world.StartGardenlet();
        await UntilSucceededAsync(world);
        var shoot = GardenWorld.NewShoot("user");
        await world.Garden.CreateAsync(shoot with { Spec = shoot.Spec with { SchedulerName = "nobody" } }, deadline.Token);
        await world.Garden.PatchAsync<Shoot>(
            shoot.Key,
            Patch.Merge(KubernetesYaml.Parse("{ status: { seedName: local } }")) with { Subresource = "status" },
            deadline.Token);

        // The API server refuses that for itself; a Shoot may come in between.
        await Should.ThrowAsync<ApiException>(world.Garden.DeleteAsync<Seed>(Key, null, deadline.Token));
        await world.Garden.PatchAsync<Shoot>(
            shoot.Key,
            Patch.Merge(KubernetesYaml.Parse("{ status: { seedName: null } }")) with { Subresource = "status" },
            deadline.Token);
        await world.Garden.DeleteAsync<Seed>(Key, null, deadline.Token);
        var waiting = await UntilSaysAsync(world, "ControllerInstallation provider-local");
        await world.Garden.DeleteAsync<ControllerInstallation>(Provider, null, deadline.Token);
        await world.Garden.UntilAsync<Seed>(Key, found => found is null, deadline.Token);

        waiting.Type.ShouldBe(LastOperationType.Delete);
        waiting.State.ShouldBe(LastOperationState.Processing);
        (await world.Seed.FindAsync<Deployment>(SeedResourceManager.Key, deadline.Token)).ShouldBeNull();
        (await world.Seed.FindAsync<PriorityClass>(ObjectKey.Cluster("gardener-system-900"), deadline.Token)).ShouldBeNull();
        (await world.Seed.ListAsync<CustomResourceDefinition>(ListOptions.All, deadline.Token)).Items
            .Select(definition => definition.Metadata.Name).ShouldBe(["ippools.crd.projectcalico.org"]);
        (await world.Seed.ListAsync<Secret>(ListOptions.In("garden"), deadline.Token)).Items
            .ShouldNotContain(secret => secret.Metadata.Label(ResourceNames.GarbageCollectable) != null);
        (await world.Seed.FindAsync<ClusterRole>(
            ObjectKey.Cluster("hortus:garden:gardener-resource-manager"), deadline.Token)).ShouldBeNull();
    }

    [Fact]
    public async Task The_backup_of_a_seed_gets_its_bucket_from_an_extension_and_goes_with_the_seed()
    {
        await using var world = await GardenWorld.StartAsync(deadline.Token);
        world.SeedChange = seed => seed with
        {
            Spec = seed.Spec with
            {
                Backup = new Backup
                {
                    Provider = "local",
                    CredentialsRef = new ObjectReference { ApiVersion = "v1", Kind = "Secret", Namespace = Credentials.Namespace, Name = Credentials.Name },
                },
            },
        };
        world.BucketFault = new LastError { Description = "quota exceeded", Codes = [ErrorCode.InfraQuotaExceeded] };
        await world.Seed.CreateAsync(SecretOf(new ObjectKey("garden", "made"), "folder"), deadline.Token);
        world.StartGardenlet();
        var seed = await world.Garden.UntilAsync<Seed>(Key, found => found is not null, deadline.Token);
        var name = ObjectKey.Cluster(seed!.Metadata.Uid!);

        var missing = await BucketAsync(world, name, bucket => bucket.Status?.LastError is not null);
        await world.Garden.CreateAsync(SecretOf(Credentials, "one"), deadline.Token);
        var failed = await BucketAsync(world, name, bucket => bucket.Status?.LastError?.Description == "quota exceeded");
        world.BucketFault = null;
        await world.Seed.PatchAsync<Ext.BackupBucket>(
            name, Patch.Merge(KubernetesYaml.Parse("{ metadata: { annotations: { gardener.cloud/operation: reconcile } } }")), deadline.Token);
        var made = await BucketAsync(world, name, bucket => bucket.Status?.LastOperation?.State == LastOperationState.Succeeded);
        var copy = await world.Seed.GetAsync<Secret>(new ObjectKey("garden", "bucket-" + name.Name), deadline.Token);
        var published = await world.Garden.GetAsync<Secret>(
            new ObjectKey(made.Status!.GeneratedSecretRef!.Namespace, made.Status.GeneratedSecretRef.Name!), deadline.Token);
        await world.Garden.DeleteAsync<Seed>(Key, null, deadline.Token);
        await world.Garden.UntilAsync<BackupBucket>(name, found => found is null, deadline.Token);

        missing.Status!.LastError!.Description.ShouldContain("Secret garden/backup does not exist in the garden: create it");
        failed.Status!.LastError!.Codes.ShouldBe([ErrorCode.InfraQuotaExceeded]);
        (made.Spec.Provider.Type, made.Spec.Provider.Region, made.Spec.SeedName).ShouldBe(("local", "local", "local"));
        made.Status.LastError.ShouldBeNull();
        Text(copy).ShouldBe("one");
        (published.Metadata.Namespace, Text(published)).ShouldBe(("seed-local", "folder"));
        (await world.Seed.FindAsync<Secret>(copy.Key, deadline.Token)).ShouldBeNull();
        (await world.Garden.FindAsync<Secret>(published.Key, deadline.Token)).ShouldBeNull();
    }

    [Fact]
    public async Task The_emergency_stop_is_a_condition_as_long_as_it_lasts()
    {
        await using var world = await GardenWorld.StartAsync(deadline.Token);
        world.StartGardenlet();
        await UntilConditionAsync(world, GardenerConditions.SeedSystemComponentsHealthy, ConditionStatus.True);
        const string type = GardenerConditions.EmergencyStopShootReconciliations;

        await AnnotateAsync(world, "'true'");
        await UntilConditionAsync(world, type, ConditionStatus.True);
        await AnnotateAsync(world, "null");
        await world.Garden.UntilAsync<Seed>(Key, seed => Condition(seed, type) is null, deadline.Token);
    }

    [Theory]
    [InlineData("True", 600, true)]
    [InlineData("False", 20, true)]
    [InlineData("False", 40, false)]
    public void A_resource_manager_may_be_away_for_a_moment(string available, int seconds, bool fine)
    {
        var now = new DateTimeOffset(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);
        var manager = new Deployment
        {
            Status = new DeploymentStatus
            {
                Conditions = [new DeploymentCondition { Type = "Available", Status = available, LastTransitionTime = now.AddSeconds(-seconds) }],
            },
        };

        (SeedSystemHealth.FaultOf(manager, now, TimeSpan.FromSeconds(30)) is null).ShouldBe(fine);
        SeedSystemHealth.FaultOf(null, now, TimeSpan.FromSeconds(30))!.ShouldContain("is missing");
    }

    private static Task AnnotateAsync(GardenWorld world, string value) => world.Garden.PatchAsync<Seed>(
        Key,
        Patch.Merge(KubernetesYaml.Parse(
            $"{{ metadata: {{ annotations: {{ {GardenerAnnotations.SeedEmergencyStopShootReconciliations}: {value} }} }} }}")),
        CancellationToken.None);

    private static GardenerCondition? Condition(Seed? seed, string type) =>
        seed?.Status?.Conditions?.FirstOrDefault(condition => condition.Type == type);

    private static Secret SecretOf(ObjectKey key, string text) => new()
    {
        Metadata = new ObjectMeta { Namespace = key.Namespace, Name = key.Name },
        Data = new Dictionary<string, byte[]> { ["key"] = Encoding.UTF8.GetBytes(text) },
    };

    private static string Text(Secret secret) => Encoding.UTF8.GetString(secret.Data!["key"]);

    private Task UntilConditionAsync(GardenWorld world, string type, string status) =>
        world.Garden.UntilAsync<Seed>(Key, seed => Condition(seed, type)?.Status == status, deadline.Token);

    private async Task<BackupBucket> BucketAsync(GardenWorld world, ObjectKey name, Func<BackupBucket, bool> condition) =>
        (await world.Garden.UntilAsync<BackupBucket>(name, found => found is not null && condition(found), deadline.Token))!;

    private async Task<LastOperation> UntilSaysAsync(GardenWorld world, string text)
    {
        var found = await world.Garden.UntilAsync<Seed>(
            Key, seed => seed?.Status?.LastOperation?.Description.Contains(text, StringComparison.Ordinal) == true, deadline.Token);
        return found!.Status!.LastOperation!;
    }

    private async Task<Seed> UntilSucceededAsync(GardenWorld world)
    {
        Seed? last = null;
        try
        {
            return (await world.Garden.UntilAsync<Seed>(
                Key, seed => (last = seed)?.Status?.LastOperation?.State == LastOperationState.Succeeded, deadline.Token))!;
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"the seed stands at {last?.Status?.LastOperation}");
        }
    }
}
