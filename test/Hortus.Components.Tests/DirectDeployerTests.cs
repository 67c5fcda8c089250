using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;

namespace Hortus.Components.Tests;

[Trait("Category", "Integration")]
public sealed class DirectDeployerTests(ClusterFixture cluster) : IClassFixture<ClusterFixture>
{
    [Theory]
    [MemberData(nameof(RenderingTests.ComponentNames), MemberType = typeof(RenderingTests))]
    public async Task Deploying_twice_changes_nothing(string name)
    {
        using var deadline = ClusterFixture.Deadline();
        var component = RenderingTests.Component(name, await cluster.NewNamespaceAsync(deadline.Token));
        var deployer = new DirectDeployer(cluster.Client, "tests");
        await deployer.DeployAsync(component, deadline.Token);
        await deployer.WaitAsync(component, deadline.Token);
        var before = await VersionsAsync(component, deadline.Token);

        await deployer.DeployAsync(component, deadline.Token);

        (await VersionsAsync(component, deadline.Token)).ShouldBe(before);
    }

    [Fact]
    public async Task Fields_of_others_stay()
    {
        using var deadline = ClusterFixture.Deadline();
        var component = RenderingTests.Component("controller", await cluster.NewNamespaceAsync(deadline.Token));
        var deployer = new DirectDeployer(cluster.Client, "tests");
        await deployer.DeployAsync(component, deadline.Token);
        var key = component.Render().Single().Key;
        var annotations = new System.Text.Json.Nodes.JsonObject { ["by"] = "somebody" };
        var metadata = new System.Text.Json.Nodes.JsonObject { ["annotations"] = annotations };
        await cluster.Client.PatchAsync<Deployment>(
            key, Patch.Merge(new System.Text.Json.Nodes.JsonObject { ["metadata"] = metadata }), deadline.Token);

        await deployer.DeployAsync(component, deadline.Token);

        (await cluster.Client.GetAsync<Deployment>(key, deadline.Token)).Metadata.Annotation("by").ShouldBe("somebody");
    }

    [Fact]
    public async Task Waiting_ends_when_the_workload_has_rolled_out_and_not_before()
    {
        using var deadline = ClusterFixture.Deadline();
        var space = await cluster.NewNamespaceAsync(deadline.Token);
        var component = RenderingTests.Component("kube-apiserver", space);
        var key = new ObjectKey(space, component.Name);
        await cluster.Script.BreakAsync<StatefulSet>(key, deadline.Token);
        var deployer = new DirectDeployer(cluster.Client, "tests");
        await deployer.DeployAsync(component, deadline.Token);
        await cluster.Client.UntilReportedAsync(key, deadline.Token);

        var waiting = deployer.WaitAsync(component, deadline.Token);
        var early = waiting.IsCompleted;
        await cluster.Script.RepairAsync<StatefulSet>(key, deadline.Token);
        await waiting;

        early.ShouldBeFalse();
    }

    [Fact]
    public async Task Destroying_takes_everything_away_and_twice_is_fine()
    {
        using var deadline = ClusterFixture.Deadline();
        var component = RenderingTests.Component("service-account", await cluster.NewNamespaceAsync(deadline.Token));
        var deployer = new DirectDeployer(cluster.Client, "tests");
        await deployer.DeployAsync(component, deadline.Token);

        await deployer.DestroyAsync(component, deadline.Token);
        await deployer.WaitCleanupAsync(component, deadline.Token);
        await deployer.DestroyAsync(component, deadline.Token);

        (await VersionsAsync(component, deadline.Token)).ShouldBeEmpty();
    }

    private async Task<Dictionary<string, string>> VersionsAsync(IComponent component, CancellationToken cancellationToken)
    {
        var versions = new Dictionary<string, string>();
        foreach (var value in component.Render())
        {
            var kind = ResourceKind.Find(value.GetType())!;
            if (await cluster.Client.Dynamic.FindAsync(kind, value.Key, cancellationToken) is { } found)
            {
                versions[$"{kind.Kind} {value.Key}"] = (string)found["metadata"]!["resourceVersion"]!;
            }
        }

        return versions;
    }
}
