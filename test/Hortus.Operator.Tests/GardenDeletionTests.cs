using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.Resources;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;
using Garden = Hortus.Objects.Gardener.Operator.Garden;

namespace Hortus.Operator.Tests;

[Trait("Category", "Integration")]
public sealed class GardenDeletionTests
{
    [Fact]
    public async Task Deletion_waits_for_its_confirmation_and_then_leaves_nothing()
    {
        using var deadline = OperatorWorld.Deadline();
        await using var world = await OperatorWorld.WithGardenAsync(deadline.Token);
        await world.Runtime.CreateAsync(
            new Secret { Metadata = new ObjectMeta { Namespace = "garden", Name = "of-somebody-else" } }, deadline.Token);

        await world.Runtime.DeleteAsync<Garden>(OperatorWorld.Key, null, deadline.Token);
        var held = await world.UntilAsync(
            found => found?.Status?.LastOperation is { Type: LastOperationType.Delete, State: LastOperationState.Error },
            deadline.Token);
        var kept = await world.Runtime.FindAsync<StatefulSet>(OperatorWorld.ApiServer, deadline.Token);
        await world.AnnotateAsync(GardenerAnnotations.ConfirmationDeletion, "true", deadline.Token);
        await world.UntilAsync(found => found is null, deadline.Token);

        held!.Status!.LastOperation!.Description.ShouldContain("confirmation.gardener.cloud/deletion=true");
        kept.ShouldNotBeNull();
        (await world.Runtime.FindAsync<StatefulSet>(OperatorWorld.ApiServer, deadline.Token)).ShouldBeNull();
        (await world.Runtime.FindAsync<Service>(OperatorWorld.ApiServer, deadline.Token)).ShouldBeNull();
        (await world.Runtime.ListAsync<Deployment>(ListOptions.In("garden"), deadline.Token)).Items.ShouldBeEmpty();
        (await world.Runtime.ListAsync<ManagedResource>(ListOptions.All, deadline.Token)).Items.ShouldBeEmpty();
        (await world.Runtime.ListAsync<Secret>(ListOptions.In("garden"), deadline.Token)).Items
            .ShouldHaveSingleItem().Metadata.Name.ShouldBe("of-somebody-else");
    }

    [Fact]
    public async Task A_garden_with_seeds_stays_and_names_them()
    {
        using var deadline = OperatorWorld.Deadline();
        await using var world = await OperatorWorld.WithGardenAsync(deadline.Token);
        await world.Garden.CreateAsync(NewSeed(), deadline.Token);

        await DeleteAsync(world, deadline.Token);
        var refused = await world.UntilAsync(
            found => found?.Status?.LastOperation is { Type: LastOperationType.Delete, State: LastOperationState.Error },
            deadline.Token);
        var kept = await world.Runtime.FindAsync<StatefulSet>(OperatorWorld.ApiServer, deadline.Token);
        await world.Garden.DeleteAsync<Seed>(ObjectKey.Cluster("local"), null, deadline.Token);
        await world.UntilAsync(found => found is null, deadline.Token);

        refused!.Status!.LastOperation!.Description.ShouldContain("Seed local");
        kept.ShouldNotBeNull();
    }

    [Fact]
    public async Task A_garden_whose_api_server_is_down_stays_because_nobody_knows_what_it_holds()
    {
        using var deadline = OperatorWorld.Deadline();
        await using var world = await OperatorWorld.WithGardenAsync(deadline.Token);
        await world.Script.BreakAsync<StatefulSet>(OperatorWorld.ApiServer, deadline.Token);

        await DeleteAsync(world, deadline.Token);
        var refused = await world.UntilAsync(
            found => found?.Status?.LastOperation is { Type: LastOperationType.Delete, State: LastOperationState.Error },
            deadline.Token);
        await world.Script.RepairAsync<StatefulSet>(OperatorWorld.ApiServer, deadline.Token);
        await world.UntilAsync(found => found is null, deadline.Token);

        refused!.Status!.LastOperation!.Description.ShouldContain("virtual-garden-kube-apiserver is not ready");
    }

    [Fact]
    public async Task A_garden_that_never_came_up_can_be_deleted()
    {
        using var deadline = OperatorWorld.Deadline();
        await using var world = await OperatorWorld.StartAsync(deadline.Token);
        await world.Script.BreakAsync<StatefulSet>(OperatorWorld.ApiServer, deadline.Token);
        await world.Runtime.CreateAsync(OperatorWorld.NewGarden(), deadline.Token);
        world.StartOperator();
        await world.Runtime.UntilAsync<StatefulSet>(
            OperatorWorld.ApiServer, found => found?.Status?.ObservedGeneration > 0, deadline.Token);

        await DeleteAsync(world, deadline.Token);

        await world.UntilAsync(found => found is null, deadline.Token);
    }

    private static async Task DeleteAsync(OperatorWorld world, CancellationToken cancellationToken)
    {
        await world.AnnotateAsync(GardenerAnnotations.ConfirmationDeletion, "true", cancellationToken);
        await world.Runtime.DeleteAsync<Garden>(OperatorWorld.Key, null, cancellationToken);
    }

    private static Seed NewSeed() => new()
    {
        Metadata = new ObjectMeta { Name = "local" },
        Spec = new SeedSpec
        {
            Provider = new SeedProvider { Type = "local", Region = "local" },
            Networks = new SeedNetworks { Pods = "10.1.0.0/16", Services = "10.2.0.0/16" },
        },
    };
}
