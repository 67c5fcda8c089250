using Hortus.Objects.Kubernetes;

namespace Hortus.Objects.Tests.Meta;

public class ObjectMetaTests
{
    [Fact]
    public void Finalizers_AreAddedOnceAndRemoved()
    {
        var metadata = new ObjectMeta().WithFinalizer("a/b");

        metadata.HasFinalizer("a/b").ShouldBeTrue();
        metadata.WithFinalizer("a/b").ShouldBeSameAs(metadata);
        metadata.WithoutFinalizer("a/b").Finalizers.ShouldBeEmpty();
    }

    [Fact]
    public void LabelsAndAnnotations_AreCopiedOnChange()
    {
        var first = new ObjectMeta().WithLabel("x", "1").WithAnnotation("y", "2");
        var second = first.WithLabel("x", null);

        first.Label("x").ShouldBe("1");
        first.Annotation("y").ShouldBe("2");
        second.Label("x").ShouldBeNull();
    }

    [Fact]
    public void Owner_IsReferredToByItsNamesAndUid()
    {
        var owner = new ReplicaSet { Metadata = new ObjectMeta { Name = "rs", Namespace = "ns", Uid = "u" } };

        var metadata = new ObjectMeta().WithOwner(owner.AsOwner()).WithOwner(owner.AsController());

        var reference = metadata.OwnerReferences!.ShouldHaveSingleItem();
        (reference.ApiVersion, reference.Kind, reference.Name, reference.Uid).ShouldBe(("apps/v1", "ReplicaSet", "rs", "u"));
        metadata.ControllerOwner().ShouldBeSameAs(reference);
        metadata.IsOwnedBy("u").ShouldBeTrue();
    }

    [Fact]
    public void Owner_WithoutUid_IsRefused() =>
        Should.Throw<ArgumentException>(() => new ReplicaSet { Metadata = new ObjectMeta { Name = "rs", Namespace = "ns" } }.AsOwner())
            .Message.ShouldStartWith("ReplicaSet ns/rs cannot own objects");
}
