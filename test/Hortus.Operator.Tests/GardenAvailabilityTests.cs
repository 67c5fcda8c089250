using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Operator;
using Hortus.Objects.Kubernetes;
using Deployment = Hortus.Objects.Kubernetes.Deployment;

namespace Hortus.Operator.Tests;

/// <summary>Gardens with <c>spec.virtualCluster.controlPlane.highAvailability</c>.</summary>
[Trait("Category", "Integration")]
public sealed class GardenAvailabilityTests
{
    [Theory]
    [InlineData("etcd", 2)]
    [InlineData("embedded", 1)]
    public async Task A_garden_that_is_to_survive_failures_has_two_of_each_component_as_far_as_the_store_allows(string store, int servers)
    {
        using var deadline = OperatorWorld.Deadline();
        await using var world = await OperatorWorld.StartAsync(deadline.Token);
        world.StartOperator();

        await world.Runtime.CreateAsync(Available(OperatorWorld.NewGarden(), store), deadline.Token);
        await world.UntilSucceededAsync(deadline.Token);

        string[] controllers =
        [
            "gardener-resource-manager", "virtual-garden-gardener-resource-manager", "virtual-garden-kube-controller-manager",
            "gardener-controller-manager", "gardener-scheduler",
        ];
        foreach (var name in controllers)
        {
            var workload = await world.Runtime.GetAsync<Deployment>(OperatorWorld.KeyOf(name), deadline.Token);
            workload.Spec.Replicas.ShouldBe(2, name);
            workload.Spec.Template.Spec!.Containers[0].Args!.ShouldNotContain("--leader-elect=false", name);
            (await world.Runtime.GetAsync<PodDisruptionBudget>(OperatorWorld.KeyOf(name), deadline.Token)).Spec.MaxUnavailable.ShouldBe(1);
        }

        foreach (var name in new[] { "virtual-garden-kube-apiserver", "gardener-apiserver" })
        {
            (await world.Runtime.GetAsync<StatefulSet>(OperatorWorld.KeyOf(name), deadline.Token)).Spec.Replicas.ShouldBe(servers, name);
        }
    }

    [Fact]
    public async Task A_garden_of_single_components_becomes_one_that_survives_failures()
    {
        using var deadline = OperatorWorld.Deadline();
        await using var world = await OperatorWorld.WithGardenAsync(deadline.Token);
        var scheduler = OperatorWorld.KeyOf("gardener-scheduler");
        (await world.Runtime.GetAsync<Deployment>(scheduler, deadline.Token)).Spec.Replicas.ShouldBe(1);

        var garden = await world.Runtime.GetAsync<Garden>(OperatorWorld.Key, deadline.Token);
        var changed = await world.Runtime.UpdateAsync(Available(garden, "embedded"), deadline.Token);
        await world.UntilAsync(
            found => found?.Status is { ObservedGeneration: { } seen, LastOperation: { State: "Succeeded", Progress: 100 } }
                && seen >= changed.Metadata.Generation,
            deadline.Token);

        (await world.Runtime.GetAsync<Deployment>(scheduler, deadline.Token)).Spec.Replicas.ShouldBe(2);
        var manager = await world.Runtime.GetAsync<Deployment>(OperatorWorld.KeyOf("gardener-resource-manager"), deadline.Token);
        manager.Spec.Strategy!.Type.ShouldBe("RollingUpdate");
    }

    private static Garden Available(Garden garden, string store) => garden with
    {
        Metadata = garden.Metadata with
        {
            Annotations = new Dictionary<string, string> { [GardenerAnnotations.GardenStore] = store },
        },
        Spec = garden.Spec with
        {
            VirtualCluster = garden.Spec.VirtualCluster with
            {
                ControlPlane = new ControlPlane { HighAvailability = new HighAvailability() },
            },
        },
    };
}
