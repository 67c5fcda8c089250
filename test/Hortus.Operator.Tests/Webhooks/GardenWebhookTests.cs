using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Operator;
using Hortus.Operator.Tests.Extensions;

namespace Hortus.Operator.Tests.Webhooks;

/// <summary>Gardens as an API server judges them: by their definition, and by asking the operator.</summary>
public sealed class GardenWebhookTests
{
    [Fact]
    [Trait("Category", "Integration")]
    public async Task A_second_garden_a_provider_that_is_not_there_and_a_backup_taken_away_are_refused()
    {
        using var deadline = OperatorWorld.Deadline();
        await using var world = await ExtensionWebhookTests.StartAsync(deadline.Token);
        var typo = await Should.ThrowAsync<ApiException>(CreateAsync(world, Garden("dns", "primry"), deadline.Token));
        await CreateAsync(world, Garden("local", "primary"), deadline.Token);

        var second = await Should.ThrowAsync<ApiException>(CreateAsync(world, Garden("other", "primary"), deadline.Token));
        var off = await Should.ThrowAsync<ApiException>(PatchAsync(world, """{"virtualCluster":{"etcd":null}}""", deadline.Token));
        var moved = await Should.ThrowAsync<ApiException>(PatchAsync(
            world, """{"virtualCluster":{"etcd":{"main":{"backup":{"provider":"s3"}}}}}""", deadline.Token));
        await world.Clusters.AnnotateAsync(GardenerAnnotations.ConfirmationDeletion, "true", deadline.Token);
        await world.Runtime.DeleteAsync<Garden>(OperatorWorld.Key, null, deadline.Token);
        await world.Clusters.UntilAsync(found => found is null, deadline.Token);

        (typo.Code, second.Code, off.Code, moved.Code).ShouldBe((422, 403, 422, 422));
        typo.Message.ShouldContain("spec.virtualCluster.dns.domains[0].provider: Invalid value: \"primry\"");
        second.Message.ShouldContain("there is Garden local already, and there can be only one");
        off.Message.ShouldContain("spec.virtualCluster.etcd.main.backup: Forbidden: backup must not be deactivated");
        moved.Message.ShouldContain("Provider is immutable");
    }

    private static Garden Garden(string name, string provider)
    {
        var garden = OperatorWorld.WithExtensions();
        var virtualCluster = garden.Spec.VirtualCluster;
        return garden with
        {
            Metadata = new ObjectMeta { Name = name },
            Spec = garden.Spec with
            {
                VirtualCluster = virtualCluster with { Dns = new DNS { Domains = [virtualCluster.Dns.Domains![0] with { Provider = provider }] } },
            },
        };
    }

    private static Task<Garden> CreateAsync(ExtensionWorld world, Garden garden, CancellationToken cancellationToken) =>
        world.Runtime.CreateAsync(garden, cancellationToken);

    private static Task<Garden> PatchAsync(ExtensionWorld world, string spec, CancellationToken cancellationToken) =>
        world.Clusters.PatchAsync($$"""{"spec":{{spec}}}""", cancellationToken);
}
