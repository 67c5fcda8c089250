using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.Extensions;
using Hortus.Objects.Gardener.Operator;
using Hortus.Objects.Gardener.Resources;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;
using Extension = Hortus.Objects.Gardener.Operator.Extension;

namespace Hortus.Operator.Tests.Extensions;

/// <summary>How Extensions go.</summary>
[Trait("Category", "Integration")]
public sealed class ExtensionRemovalTests
{
    private static readonly ObjectKey Name = ObjectKey.Cluster("test");

    [Fact]
    public async Task An_Extension_that_is_deleted_takes_everything_along()
    {
        using var deadline = OperatorWorld.Deadline();
        await using var world = await ExtensionWorld.WithGardenAsync(deadline.Token);
        await world.Runtime.CreateAsync(ExtensionWorld.ForShoots(), deadline.Token);
        await world.UntilInstalledAsync("test", deadline.Token);

        await world.Runtime.DeleteAsync<Extension>(Name, null, deadline.Token);
        await world.Runtime.UntilAsync<Extension>(Name, found => found is null, deadline.Token);

        await ShouldBeGoneAsync(world, deadline.Token);
    }

    [Fact]
    public async Task Objects_of_the_garden_keep_what_only_it_can_clean_up()
    {
        using var deadline = OperatorWorld.Deadline();
        await using var world = await ExtensionWorld.WithGardenAsync(deadline.Token);
        await world.Runtime.CreateAsync(ExtensionWorld.ForShoots(), deadline.Token);
        await world.UntilInstalledAsync("test", deadline.Token);
        await world.Runtime.CreateAsync(
            new DNSRecord
            {
                Metadata = new ObjectMeta { Namespace = "garden", Name = "record" },
                Spec = new DNSRecordSpec
                {
                    Type = "test",
                    Class = "garden",
                    Name = "a.example",
                    RecordType = "A",
                    Values = ["1.2.3.4"],
                    SecretRef = new SecretReference { Name = "s" },
                },
            },
            deadline.Token);
        await world.UntilAsync("test", ExtensionConditions.RequiredRuntime, ExtensionReasons.ExtensionRequired, deadline.Token);

        await world.Runtime.DeleteAsync<Extension>(Name, null, deadline.Token);
        var kept = await world.UntilAsync("test", ExtensionConditions.Installed, ExtensionReasons.InstalledInRuntime, deadline.Token);
        var registration = await world.Runtime.FindAsync<ManagedResource>(ExtensionNames.Registration("test"), deadline.Token);
        var runtime = await world.Runtime.FindAsync<ManagedResource>(ExtensionNames.Runtime("test"), deadline.Token);
        await world.Runtime.DeleteAsync<DNSRecord>(OperatorWorld.KeyOf("record"), null, deadline.Token);
        await world.Runtime.UntilAsync<Extension>(Name, found => found is null, deadline.Token);

        ExtensionWorld.ConditionOf(kept, ExtensionConditions.Installed)!.Status.ShouldBe("True");
        ExtensionWorld.ConditionOf(kept, ExtensionConditions.RequiredRuntime)!.Message.ShouldContain("DNSRecord/test (objects garden/record)");
        registration.ShouldBeNull();
        runtime.ShouldNotBeNull();
        await ShouldBeGoneAsync(world, deadline.Token);
    }

    [Fact]
    public async Task A_garden_that_is_deleted_takes_its_Extensions_out_of_the_clusters_but_keeps_the_objects()
    {
        using var deadline = OperatorWorld.Deadline();
        await using var world = await ExtensionWorld.WithGardenAsync(deadline.Token);
        await world.Runtime.CreateAsync(ExtensionWorld.ForGarden(), deadline.Token);
        await world.UntilInstalledAsync("test", deadline.Token);

        await world.Runtime.DeleteAsync<Garden>(OperatorWorld.Key, null, deadline.Token);
        await world.UntilSaysAsync(
            "test", "Extension/test (objects garden/garden-test)", deadline.Token, ExtensionConditions.RequiredRuntime);
        var unconfirmed = await world.Runtime.FindAsync<ManagedResource>(ExtensionNames.Registration("test"), deadline.Token);
        await world.Clusters.AnnotateAsync(GardenerAnnotations.ConfirmationDeletion, "true", deadline.Token);
        await world.Runtime.UntilAsync<Garden>(OperatorWorld.Key, found => found is null, deadline.Token);
        var left = await world.UntilAsync("test", ExtensionConditions.Installed, ExtensionReasons.DeleteSuccessful, deadline.Token);

        unconfirmed.ShouldNotBeNull().Metadata.DeletionTimestamp.ShouldBeNull();
        await ShouldBeGoneAsync(world, deadline.Token);
        left!.Metadata.DeletionTimestamp.ShouldBeNull();
        await world.Runtime.UntilAsync<Extension>(Name, found => found!.Metadata.Finalizers is null, deadline.Token);
        await world.UntilAsync("test", ExtensionConditions.RequiredVirtual, ExtensionReasons.GardenDeleted, deadline.Token);
        await world.UntilSaysAsync("test", "does not need", deadline.Token, ExtensionConditions.RuntimeHealthy);
    }

    private static async Task ShouldBeGoneAsync(ExtensionWorld world, CancellationToken cancellationToken)
    {
        var resources = await world.Runtime.ListAsync<ManagedResource>(ListOptions.In("garden"), cancellationToken);
        resources.Items.Select(resource => resource.Metadata.Name).ShouldNotContain(name => name!.StartsWith("extension-", StringComparison.Ordinal));
        (await world.Runtime.FindAsync<Namespace>(ObjectKey.Cluster("runtime-extension-test"), cancellationToken)).ShouldBeNull();
        (await world.Garden.FindAsync<ControllerRegistration>(Name, cancellationToken)).ShouldBeNull();
        (await world.Garden.FindAsync<ControllerDeployment>(Name, cancellationToken)).ShouldBeNull();
    }
}
