using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Resources;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;
using Garden = Hortus.Objects.Gardener.Operator.Garden;

namespace Hortus.Operator.Tests;

[Trait("Category", "Integration")]
public sealed class GardenOnEtcdTests
{
    private static readonly ObjectKey Etcd = OperatorWorld.KeyOf("virtual-garden-etcd-main");

    [Fact]
    public async Task A_garden_that_asks_for_it_has_its_servers_on_one_etcd_and_takes_it_along()
    {
        using var deadline = OperatorWorld.Deadline();
        await using var world = await OperatorWorld.StartAsync(deadline.Token);
        world.StartOperator();
        var garden = OperatorWorld.NewGarden();
        var annotations = new Dictionary<string, string>
        {
            [GardenerAnnotations.GardenStore] = "etcd",
            [GardenerAnnotations.ConfirmationDeletion] = "true",
        };
        await world.Runtime.CreateAsync(garden with { Metadata = garden.Metadata with { Annotations = annotations } }, deadline.Token);
        await world.UntilSucceededAsync(deadline.Token);

        var etcd = await world.Runtime.GetAsync<StatefulSet>(Etcd, deadline.Token);
        var client = ArgumentsOf(await world.Runtime.GetAsync<StatefulSet>(OperatorWorld.ApiServer, deadline.Token));
        client.ShouldContain("--etcd-servers=https://virtual-garden-etcd-main-client.garden.svc:2379");
        ArgumentsOf(await world.Runtime.GetAsync<StatefulSet>(OperatorWorld.KeyOf("gardener-apiserver"), deadline.Token))
            .ShouldContain("--etcd-servers=https://virtual-garden-etcd-main-client.garden.svc:2379");
        etcd.Spec.Template.Spec!.Containers.ShouldHaveSingleItem().Name.ShouldBe("etcd");
        (await world.Runtime.GetAsync<ManagedResource>(Etcd, deadline.Token)).Metadata.Label(GardenerLabels.CareConditionType)
            .ShouldBe("VirtualComponentsHealthy");

        await world.Runtime.DeleteAsync<ManagedResource>(Etcd, null, deadline.Token);
        var ill = await world.UntilConditionAsync("VirtualComponentsHealthy", "False", deadline.Token);
        ill!.Status!.Conditions!.Single(c => c.Type == "VirtualComponentsHealthy").Message
            .ShouldContain("ManagedResource virtual-garden-etcd-main");

        await world.Runtime.DeleteAsync<Garden>(OperatorWorld.Key, null, deadline.Token);
        await world.UntilAsync(found => found is null, deadline.Token);
        (await world.Runtime.FindAsync<StatefulSet>(Etcd, deadline.Token)).ShouldBeNull();
        (await world.Runtime.ListAsync<Secret>(ListOptions.In("garden"), deadline.Token)).Items.ShouldBeEmpty();
    }

    private static IReadOnlyList<string> ArgumentsOf(StatefulSet set) => set.Spec.Template.Spec!.Containers[0].Args!;
}
