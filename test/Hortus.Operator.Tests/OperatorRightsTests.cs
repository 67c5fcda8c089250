using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;

namespace Hortus.Operator.Tests;

/// <summary>What the operator's chart does not let it do. That it suffices show all other tests, which run with these rights.</summary>
[Trait("Category", "Integration")]
public sealed class OperatorRightsTests
{
    [Fact]
    public async Task Operator_can_neither_read_what_is_not_the_gardens_nor_raise_itself()
    {
        using var deadline = OperatorWorld.Deadline();
        await using var world = await OperatorWorld.StartAsync(deadline.Token);
        var asOperator = world.RuntimeAsOperator;

        await ForbiddenAsync(asOperator.ListAsync<Secret>(new ListOptions { Namespace = "kube-system" }, deadline.Token));
        await ForbiddenAsync(asOperator.ListAsync<Secret>(ListOptions.All, deadline.Token));
        await ForbiddenAsync(asOperator.ListAsync<Pod>(ListOptions.All, deadline.Token));
        await ForbiddenAsync(asOperator.CreateAsync(RoleOf("mine"), deadline.Token));
        await ForbiddenAsync(asOperator.ApplyAsync(RoleOf("gardener-operator"), "test", deadline.Token));
        await ForbiddenAsync(asOperator.ApplyAsync(
            new ClusterRoleBinding
            {
                Metadata = new ObjectMeta { Name = "mine" },
                RoleRef = new RoleRef { ApiGroup = "rbac.authorization.k8s.io", Kind = "ClusterRole", Name = "cluster-admin" },
            },
            "test",
            deadline.Token));
        await ForbiddenAsync(asOperator.DeleteAsync<CustomResourceDefinition>(
            ObjectKey.Cluster("gardens.operator.gardener.cloud"), null, deadline.Token));
        (await asOperator.ListAsync<Secret>(new ListOptions { Namespace = "garden" }, deadline.Token)).Items.ShouldNotBeNull();
    }

    private static ClusterRole RoleOf(string name) => new()
    {
        Metadata = new ObjectMeta { Name = name },
        Rules = [new PolicyRule { ApiGroups = ["*"], Resources = ["*"], Verbs = ["*"] }],
    };

    private static async Task ForbiddenAsync(Task call) => (await Should.ThrowAsync<ApiException>(call)).Code.ShouldBe(403);
}
