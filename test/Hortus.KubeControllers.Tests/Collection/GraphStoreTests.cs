using Hortus.KubeControllers.Collection;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;

namespace Hortus.KubeControllers.Tests.Collection;

public sealed class GraphStoreTests
{
    private readonly GraphStore store = new();

    [Fact]
    public void Removal_ConcernsDependantsAndOwners()
    {
        store.Put(Node("top"));
        store.Put(Node("middle", "top"));
        store.Put(Node("bottom", "middle"));

        store.Remove("middle").ShouldBe(["top", "bottom"], ignoreOrder: true);
        store.DependantsOf("middle").Single().Uid.ShouldBe("bottom");
        store.DependantsOf("top").ShouldBeEmpty();
    }

    [Fact]
    public void ChangedOwners_AreLinkedAnew()
    {
        store.Put(Node("child", "a"));

        store.Put(Node("child", "b")).ShouldContain("a");

        store.DependantsOf("a").ShouldBeEmpty();
        store.DependantsOf("b").Single().Uid.ShouldBe("child");
    }

    [Fact]
    public void Foreground_ConcernsTheDependantsWhenItBegins()
    {
        store.Put(Node("owner"));
        store.Put(Node("child", "owner"));
        var deleting = GraphNode.Of(
            ResourceKind.Of<Pod>(),
            new ObjectMeta
            {
                Uid = "owner",
                Name = "owner",
                DeletionTimestamp = DateTimeOffset.UnixEpoch,
                Finalizers = [GraphNode.Foreground],
            });

        store.Put(deleting).ShouldBe(["owner", "child"], ignoreOrder: true);
    }

    private static GraphNode Node(string uid, string? owner = null) => GraphNode.Of(
        ResourceKind.Of<Pod>(),
        new ObjectMeta
        {
            Uid = uid,
            Name = uid,
            OwnerReferences = owner is null ? null
                : [new OwnerReference { ApiVersion = "v1", Kind = "Pod", Name = owner, Uid = owner }],
        });
}
