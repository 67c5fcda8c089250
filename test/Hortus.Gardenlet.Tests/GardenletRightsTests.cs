using Hortus.Client;
using Hortus.Gardenlet.Tests.World;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;

namespace Hortus.Gardenlet.Tests;

/// <summary>What the gardenlet's chart does not let it do in the seed. That it suffices show the tests of shoots, of extensions and of
/// the self-upgrade, which run with these rights.</summary>
[Trait("Category", "Integration")]
public sealed class GardenletRightsTests
{
    [Fact]
    public async Task Gardenlet_can_neither_run_pods_beside_its_own_nor_give_rights_to_others()
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await using var world = await GardenWorld.StartAsync(deadline.Token);
        var seed = world.SeedAsGardenlet;

        await ForbiddenAsync(seed.CreateAsync(
            new Pod { Metadata = new ObjectMeta { Namespace = "garden", Name = "mine" }, Spec = new PodSpec() }, deadline.Token));
        await ForbiddenAsync(seed.ApplyAsync(RoleOf("mine"), "test", deadline.Token));
        await ForbiddenAsync(seed.ApplyAsync(
            new ClusterRoleBinding
            {
                Metadata = new ObjectMeta { Name = "hortus:garden:gardener-resource-manager" },
                RoleRef = new RoleRef { ApiGroup = "rbac.authorization.k8s.io", Kind = "ClusterRole", Name = "cluster-admin" },
            },
            "test",
            deadline.Token));
        await ForbiddenAsync(seed.DeleteAsync<CustomResourceDefinition>(
            ObjectKey.Cluster("ippools.crd.projectcalico.org"), null, deadline.Token));
        await seed.ApplyAsync(RoleOf("gardenlet"), "test", deadline.Token);
    }

    // A new version of the gardenlet may need more than the old one has.
    private static ClusterRole RoleOf(string name) => new()
    {
        Metadata = new ObjectMeta { Name = name },
        Rules = [new PolicyRule { ApiGroups = ["*"], Resources = ["*"], Verbs = ["*"] }],
    };

    private static async Task ForbiddenAsync(Task call) => (await Should.ThrowAsync<ApiException>(call)).Code.ShouldBe(403);
}
