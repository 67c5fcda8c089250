using Hortus.Local.Workloads;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;

namespace Hortus.Local.Tests;

public sealed class ComponentPodsTests
{
    private static readonly ComponentPod[] Pods =
    [
        Of("garden", "gardener-operator-7f-x2", "ReplicaSet", "gardener-operator-7f"),
        Of("garden", "gardener-apiserver-0", "StatefulSet", "gardener-apiserver"),
        Of("garden", "virtual-garden-kube-apiserver-0", "StatefulSet", "virtual-garden-kube-apiserver"),
        Of("kube-system", "kube-apiserver-hortus-local", "Node", "hortus-local"),
        Of("extension-a", "gardener-extension-provider-local-1-a", "ReplicaSet", "gardener-extension-provider-local-1"),
        Of("runtime-a", "gardener-extension-provider-local-2-b", "ReplicaSet", "gardener-extension-provider-local-2"),
    ];

    [Theory]
    [InlineData("gardener-operator", "garden/gardener-operator-7f-x2")]
    [InlineData("operator", "garden/gardener-operator-7f-x2")]
    [InlineData("apiserver", "garden/gardener-apiserver-0")]
    [InlineData("kube-apiserver", "kube-system/kube-apiserver-hortus-local")]
    [InlineData("virtual-garden-kube-apiserver", "garden/virtual-garden-kube-apiserver-0")]
    [InlineData("provider-local", "extension-a/gardener-extension-provider-local-1-a runtime-a/gardener-extension-provider-local-2-b")]
    public void A_component_is_found_by_its_whole_name_or_without_what_all_names_begin_with(string name, string pods)
    {
        string.Join(' ', ComponentPods.Find(Pods, name).Select(pod => pod.Pod.Key)).ShouldBe(pods);
    }

    [Fact]
    public void A_name_that_nobody_has_is_answered_with_those_that_there_are()
    {
        Should.Throw<LocalGardenException>(() => ComponentPods.Find(Pods, "gardenlit")).Message.ShouldBe(
            "no component is called \"gardenlit\"; there are gardener-apiserver, gardener-extension-provider-local, gardener-operator, "
            + "kube-apiserver, virtual-garden-kube-apiserver");
    }

    private static ComponentPod Of(string @namespace, string name, string kind, string owner)
    {
        var pod = new Pod
        {
            Metadata = new ObjectMeta
            {
                Namespace = @namespace,
                Name = name,
                OwnerReferences = [new OwnerReference { ApiVersion = "v1", Kind = kind, Name = owner, Uid = "1", Controller = true }],
            },
            Spec = new PodSpec { Containers = [new Container { Name = "main" }] },
        };
        return new ComponentPod(ComponentPods.WorkloadOf(pod), pod);
    }
}
