using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;

namespace Hortus.KubeControllers.Tests.Integration;

[Trait("Category", "Integration")]
public sealed class CollectionTests
{
    [Fact]
    public async Task Owner_DeletedInBackground_TakesDependantsAlong()
    {
        await using var cluster = await Cluster.StartAsync();
        await DeployAsync(cluster);

        await cluster.Client.DeleteAsync<Deployment>(new(Cluster.Space, "web"), null, cluster.Deadline);

        await EmptyAsync<ReplicaSet>(cluster);
        await EmptyAsync<Pod>(cluster);
    }

    [Fact]
    public async Task Owner_DeletedInForeground_GoesLast()
    {
        await using var cluster = await Cluster.StartAsync();
        await DeployAsync(cluster);

        await cluster.Client.DeleteAsync<Deployment>(
            new(Cluster.Space, "web"), new DeleteOptions { PropagationPolicy = "Foreground" }, cluster.Deadline);

        await cluster.GoneAsync<Deployment>("web");
        (await cluster.ListAsync<ReplicaSet>()).ShouldBeEmpty();
        (await cluster.ListAsync<Pod>()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Owner_DeletedAsOrphan_LeavesDependants_WhichASuccessorAdopts()
    {
        await using var cluster = await Cluster.StartAsync();
        await DeployAsync(cluster);

        await cluster.Client.DeleteAsync<Deployment>(
            new(Cluster.Space, "web"), new DeleteOptions { PropagationPolicy = "Orphan" }, cluster.Deadline);
        await cluster.GoneAsync<Deployment>("web");
        var orphan = (await cluster.ListAsync<ReplicaSet>()).Single();
        (orphan.Metadata.OwnerReferences ?? []).ShouldBeEmpty();

        var successor = await cluster.Client.CreateAsync(Samples.Deployment(2), cluster.Deadline);
        await cluster.UntilAsync<ReplicaSet>(
            orphan.Key.Name, s => s.Metadata.ControllerOwner()?.Uid == successor.Metadata.Uid);
        (await cluster.ListAsync<Pod>()).Count.ShouldBe(2);
    }

    [Fact]
    public async Task Dependant_OfAnOwnerThatNeverWas_IsDeleted()
    {
        await using var cluster = await Cluster.StartAsync();
        await cluster.Client.CreateAsync(
            new ConfigMap
            {
                Metadata = new ObjectMeta
                {
                    Name = "lost",
                    Namespace = Cluster.Space,
                    OwnerReferences =
                        [new() { ApiVersion = "v1", Kind = "Secret", Name = "gone", Uid = "no-such-uid" }],
                },
            },
            cluster.Deadline);

        await cluster.GoneAsync<ConfigMap>("lost");
    }

    [Fact]
    public async Task Circle_OfThreeOwners_DeletedInForeground_Goes()
    {
        await using var cluster = await Cluster.StartAsync();
        var first = await CreateMapAsync(cluster, "first", null);
        var second = await CreateMapAsync(cluster, "second", first);
        var third = await CreateMapAsync(cluster, "third", second);
        await cluster.MergeAsync<ConfigMap>("first", $$$"""
            {"metadata":{"ownerReferences":[{"apiVersion":"v1","kind":"ConfigMap","name":"third","uid":"{{{third.Metadata.Uid}}}","blockOwnerDeletion":true}]} }
            """);

        await cluster.Client.DeleteAsync<ConfigMap>(
            first.Key, new DeleteOptions { PropagationPolicy = "Foreground" }, cluster.Deadline);

        await cluster.GoneAsync<ConfigMap>("first");
        await cluster.GoneAsync<ConfigMap>("second");
        await cluster.GoneAsync<ConfigMap>("third");
    }

    [Fact]
    public async Task Dependant_OfAnOwnerInAnotherNamespace_IsReportedByAnEvent()
    {
        await using var cluster = await Cluster.StartAsync();
        var owner = await cluster.Client.CreateAsync(
            new ConfigMap { Metadata = new ObjectMeta { Name = "far", Namespace = "default" } }, cluster.Deadline);

        await CreateMapAsync(cluster, "near", owner);

        await cluster.GoneAsync<ConfigMap>("near");
        IReadOnlyList<Event> events;
        do
        {
            events = [.. (await cluster.ListAsync<Event>()).Where(e => e.Reason == "OwnerRefInvalidNamespace")];
        }
        while (events.Count == 0 && !cluster.Deadline.IsCancellationRequested);

        events.ShouldHaveSingleItem().InvolvedObject.Name.ShouldBe("near");
        events[0].Message!.ShouldContain("does not exist in namespace \"garden\" but in \"default\"");
    }

    private static Task<ConfigMap> CreateMapAsync(Cluster cluster, string name, ConfigMap? owner) => cluster.Client.CreateAsync(
        new ConfigMap
        {
            Metadata = new ObjectMeta
            {
                Name = name,
                Namespace = Cluster.Space,
                OwnerReferences = owner is null
                    ? null
                    :
                    [
                        new()
                        {
                            ApiVersion = "v1",
                            Kind = "ConfigMap",
                            Name = owner.Key.Name,
                            Uid = owner.Metadata.Uid!,
                            BlockOwnerDeletion = true,
                        },
                    ],
            },
        },
        cluster.Deadline);

    [Fact]
    public async Task Namespace_Deleted_IsEmptiedAndGoes()
    {
        await using var cluster = await Cluster.StartAsync();
        await DeployAsync(cluster);
        await cluster.Client.CreateAsync(
            new ConfigMap
            {
                Metadata =
                new ObjectMeta { Name = "held", Namespace = Cluster.Space, Finalizers = ["example.com/hold"] }
            },
            cluster.Deadline);

        await cluster.Client.DeleteAsync<Namespace>(ObjectKey.Cluster(Cluster.Space), null, cluster.Deadline);

        var stuck = await cluster.UntilAsync<Namespace>(
            Cluster.Space, n => Conditions.IsTrue(n.Status.Conditions, "NamespaceFinalizersRemaining"));
        Conditions.Find(stuck.Status.Conditions, "NamespaceFinalizersRemaining")!.Message!.ShouldContain(
            "example.com/hold");
        await EmptyAsync<Pod>(cluster);
        await cluster.MergeAsync<ConfigMap>("held", """{"metadata":{"finalizers":null}}""");
        await cluster.GoneAsync<Namespace>(Cluster.Space);
    }

    private static async Task DeployAsync(Cluster cluster)
    {
        await cluster.Client.CreateAsync(Samples.Deployment(2), cluster.Deadline);
        await cluster.UntilAsync<Deployment>("web", d => d.Status.AvailableReplicas == 2);
    }

    private static async Task EmptyAsync<T>(Cluster cluster) where T : KubernetesObject
    {
        foreach (var item in await cluster.ListAsync<T>())
        {
            await cluster.GoneAsync<T>(item.Key.Name);
        }
    }
}
