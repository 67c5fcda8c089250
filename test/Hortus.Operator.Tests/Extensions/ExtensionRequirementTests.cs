using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.Extensions;
using Hortus.Objects.Gardener.Operator;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;
using Hortus.Testing.Scripted;
using Backup = Hortus.Objects.Gardener.Operator.Backup;
using DNSProvider = Hortus.Objects.Gardener.Operator.DNSProvider;
using ETCD = Hortus.Objects.Gardener.Operator.ETCD;
using Extension = Hortus.Objects.Gardener.Operator.Extension;

namespace Hortus.Operator.Tests.Extensions;

/// <summary>Who needs an Extension, and how it is.</summary>
[Trait("Category", "Integration")]
public sealed class ExtensionRequirementTests
{
    [Fact]
    public void A_garden_needs_what_its_spec_names()
    {
        var garden = OperatorWorld.NewGarden();
        garden = garden with
        {
            Spec = garden.Spec with
            {
                Dns = new DNSManagement { Providers = [new DNSProvider { Name = "main", Type = "dns" }] },
                Extensions = [new GardenExtension { Type = "extra" }],
                VirtualCluster = garden.Spec.VirtualCluster with
                {
                    Etcd = new ETCD { Main = new ETCDMain { Backup = new Backup { Provider = "s3" } } },
                },
            },
        };

        GardenNeeds.Of(garden).Keys.Select(pair => pair.ToString())
            .ShouldBe(["BackupBucket/s3", "BackupEntry/s3", "DNSRecord/dns", "Extension/extra"]);
        GardenNeeds.Of(garden with { Metadata = garden.Metadata with { DeletionTimestamp = DateTimeOffset.UnixEpoch } }).ShouldBeEmpty();
    }

    [Fact]
    public async Task Only_objects_of_the_garden_count()
    {
        using var deadline = OperatorWorld.Deadline();
        await using var world = await ExtensionWorld.StartAsync(deadline.Token);
        world.StartOperator();
        await world.Runtime.CreateAsync(ExtensionWorld.ForShoots(), deadline.Token);
        await world.Runtime.CreateAsync(Bucket("other-type", "else", "garden"), deadline.Token);
        await world.Runtime.CreateAsync(Record("of-a-shoot", null), deadline.Token);
        await world.Runtime.CreateAsync(Record("of-a-seed", "seed"), deadline.Token);
        await world.UntilAsync("test", ExtensionConditions.RequiredRuntime, ExtensionReasons.ExtensionNotRequired, deadline.Token);

        await world.Runtime.CreateAsync(Record("of-the-garden", "garden"), deadline.Token);
        var required = await world.UntilAsync("test", ExtensionConditions.RequiredRuntime, ExtensionReasons.ExtensionRequired, deadline.Token);
        await world.Runtime.CreateAsync(Record("another", "garden"), deadline.Token);
        await world.UntilSaysAsync(
            "test", "(objects garden/another, garden/of-the-garden)", deadline.Token, ExtensionConditions.RequiredRuntime);
        await world.Runtime.DeleteAsync<DNSRecord>(OperatorWorld.KeyOf("another"), null, deadline.Token);
        await world.Runtime.DeleteAsync<DNSRecord>(OperatorWorld.KeyOf("of-the-garden"), null, deadline.Token);

        ExtensionWorld.ConditionOf(required, ExtensionConditions.RequiredRuntime)!.Message
            .ShouldBe("The runtime cluster requires DNSRecord/test (objects garden/of-the-garden)");
        await world.UntilAsync("test", ExtensionConditions.RequiredRuntime, ExtensionReasons.ExtensionNotRequired, deadline.Token);
    }

    [Fact]
    public async Task Seeds_need_it_as_long_as_an_installation_is_required()
    {
        using var deadline = OperatorWorld.Deadline();
        await using var world = await ExtensionWorld.WithGardenAsync(deadline.Token);
        await world.Runtime.CreateAsync(ExtensionWorld.ForShoots(), deadline.Token);
        await world.UntilAsync(
            "test", ExtensionConditions.RequiredVirtual, ExtensionReasons.NoRequiredControllerInstallation, deadline.Token);

        await world.Garden.CreateAsync(Installation(), deadline.Token);
        await SetAsync(world.Garden, deadline.Token, ("Required", "True"), ("Installed", "True"), ("Healthy", "False"), ("Progressing", "False"));
        var required = await world.UntilAsync(
            "test", ExtensionConditions.RequiredVirtual, ExtensionReasons.RequiredControllerInstallation, deadline.Token);
        var unhealthy = await world.UntilSaysAsync(
            "test",
            "ControllerInstallation test-1: Healthy: said by the test",
            deadline.Token,
            ExtensionConditions.ControllerInstallationsHealthy);
        await SetAsync(world.Garden, deadline.Token, ("Required", "False"), ("Installed", "True"), ("Healthy", "True"), ("Progressing", "False"));

        ExtensionWorld.ConditionOf(required, ExtensionConditions.RequiredVirtual)!.Message.ShouldContain("seed-1");
        ExtensionWorld.ConditionOf(unhealthy, ExtensionConditions.ControllerInstallationsHealthy)!.Reason
            .ShouldBe("ControllerInstallationsUnhealthy");
        await world.UntilAsync(
            "test", ExtensionConditions.RequiredVirtual, ExtensionReasons.NoRequiredControllerInstallation, deadline.Token);
        await world.UntilAsync(
            "test", ExtensionConditions.ControllerInstallationsHealthy, ExtensionReasons.ControllerInstallationsRunning, deadline.Token);
    }

    [Fact]
    public async Task An_answer_that_is_taken_back_before_the_cache_knows_it_is_taken_back()
    {
        using var deadline = OperatorWorld.Deadline();
        await using var world = await OperatorWorld.StartAsync(deadline.Token);
        world.Charts = new ChartScript();
        world.Charts.Offer(ExtensionWorld.Chart, _ => ExtensionWorld.Workload);
        using var watches = new LateWatches(path => path.Contains("operator.gardener.cloud/v1alpha1/extensions", StringComparison.Ordinal));
        using var client = world.Connect(watches);
        world.StartOperator(client);
        await world.Runtime.CreateAsync(OperatorWorld.NewGarden(), deadline.Token);
        await world.UntilSucceededAsync(deadline.Token);
        await world.Runtime.CreateAsync(ExtensionWorld.ForShoots(), deadline.Token);
        await watches.UntilToldAsync(ExtensionReasons.NoRequiredControllerInstallation, deadline.Token);

        watches.Hold();
        await world.Garden.CreateAsync(Installation(), deadline.Token);
        await SetAsync(world.Garden, deadline.Token, ("Required", "True"));
        await UntilRequiredAsync(world, ExtensionReasons.RequiredControllerInstallation, deadline.Token);
        await SetAsync(world.Garden, deadline.Token, ("Required", "False"));

        await UntilRequiredAsync(world, ExtensionReasons.NoRequiredControllerInstallation, deadline.Token);
        watches.Release();
    }

    private static Task UntilRequiredAsync(OperatorWorld world, string reason, CancellationToken cancellationToken) =>
        world.Runtime.UntilAsync<Extension>(
            ObjectKey.Cluster("test"),
            found => ExtensionWorld.ConditionOf(found, ExtensionConditions.RequiredVirtual)?.Reason == reason,
            cancellationToken);

    private static ControllerInstallation Installation() => new()
    {
        Metadata = new ObjectMeta { Name = "test-1" },
        Spec = new ControllerInstallationSpec
        {
            RegistrationRef = new ObjectReference { Name = "test" },
            SeedRef = new ObjectReference { Name = "seed-1" },
        },
    };

    private static Task<ControllerInstallation> SetAsync(
        IKubernetesClient garden, CancellationToken cancellationToken, params (string Type, string Status)[] conditions) =>
        garden.PatchAsync<ControllerInstallation>(
            ObjectKey.Cluster("test-1"),
            Patch.Merge(new JsonObject
            {
                ["status"] = new JsonObject
                {
                    ["conditions"] = new JsonArray([.. conditions.Select(condition => (JsonNode)KubernetesJson.ToNode(
                        new GardenerCondition
                        {
                            Type = condition.Type,
                            Status = condition.Status,
                            Reason = "Test",
                            Message = "said by the test",
                            LastTransitionTime = DateTimeOffset.UnixEpoch,
                            LastUpdateTime = DateTimeOffset.UnixEpoch,
                        }))]),
                },
            }) with
            { Subresource = "status" },
            cancellationToken);

    private static DNSRecord Record(string name, string? ofClass) => new()
    {
        Metadata = new ObjectMeta { Namespace = "garden", Name = name },
        Spec = new DNSRecordSpec
        {
            Type = "test",
            Class = ofClass,
            Name = "a.example",
            RecordType = "A",
            Values = ["1.2.3.4"],
            SecretRef = new SecretReference { Name = "s" },
        },
    };

    private static Hortus.Objects.Gardener.Extensions.BackupBucket Bucket(string name, string type, string ofClass) => new()
    {
        Metadata = new ObjectMeta { Name = name },
        Spec = new Hortus.Objects.Gardener.Extensions.BackupBucketSpec
        {
            Type = type,
            Class = ofClass,
            Region = "r",
            SecretRef = new SecretReference { Name = "s" },
        },
    };
}
