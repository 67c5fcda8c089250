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
