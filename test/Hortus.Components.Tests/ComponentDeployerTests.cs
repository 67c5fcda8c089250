using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.Resources;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;
using Hortus.Testing;
using Microsoft.Extensions.Time.Testing;
using Names = Hortus.Objects.Gardener.Resources.ManagedResourceConditions;

namespace Hortus.Components.Tests;

/// <summary>No resource manager runs: the tests say in its place how a ManagedResource is.</summary>
[Trait("Category", "Integration")]
public sealed class ComponentDeployerTests(ComponentDeployerTests.Resources cluster) : IClassFixture<ComponentDeployerTests.Resources>
{
    [Fact]
    public async Task Component_becomes_a_managed_resource_whose_workloads_name_what_they_use()
    {
        using var deadline = ClusterFixture.Deadline();
        var component = RenderingTests.Component("kube-apiserver", await cluster.NewNamespaceAsync(deadline.Token));

        await NewDeployer(TimeProvider.System).DeployAsync(component, deadline.Token);

        var resource = await FindAsync(component, deadline.Token);
        resource!.Spec.Class.ShouldBe("seed");
        var secret = await cluster.Client.GetAsync<Secret>(
            new ObjectKey(component.Namespace, resource.Spec.SecretRefs.Single().Name), deadline.Token);
        var set = ManifestReader.Read([secret]).Objects.Single().Json;
        var mounted = (string)set["spec"]!["template"]!["spec"]!["volumes"]![0]!["secret"]!["secretName"]!;
        var annotation = ResourceNames.SecretReference(mounted);
        ((string?)set["metadata"]!["annotations"]![annotation]).ShouldBe(mounted);
        ((string?)set["spec"]!["template"]!["metadata"]!["annotations"]![annotation]).ShouldBe(mounted);
    }

    [Fact]
    public async Task Waiting_ends_when_the_latest_state_is_rolled_out_and_not_before()
    {
        using var deadline = ClusterFixture.Deadline();
        var component = RenderingTests.Component("controller", await cluster.NewNamespaceAsync(deadline.Token));
        var deployer = NewDeployer(TimeProvider.System);
        await deployer.DeployAsync(component, deadline.Token);

        var waiting = deployer.WaitAsync(component, deadline.Token);
        foreach (var (applied, healthy, progressing) in new[] { ("False", "False", "True"), ("True", "False", "True"), ("True", "True", "True") })
        {
            await SayAsync(component, applied, healthy, progressing, deadline.Token);
            waiting.IsCompleted.ShouldBeFalse();
        }

        await SayAsync(component, "True", "True", "False", deadline.Token);
        await waiting;
    }

    [Fact]
    public async Task Waiting_too_long_says_what_is_not_well()
    {
        using var deadline = ClusterFixture.Deadline();
        var component = RenderingTests.Component("controller", await cluster.NewNamespaceAsync(deadline.Token));
        var clock = new FakeTimeProvider();
        var deployer = NewDeployer(clock);
        await deployer.DeployAsync(component, deadline.Token);

        var waiting = deployer.WaitAsync(component, deadline.Token);
        clock.Advance(ComponentDeployer.WaitMax);

        var failure = await Should.ThrowAsync<ManagedResourceWaitException>(waiting);
        failure.Message.ShouldStartWith($"waited 300 s for ManagedResource {component.Namespace}/{component.Name}: ");
    }

    [Fact]
    public async Task Destroying_takes_resource_and_secrets_of_all_contents_and_twice_is_fine()
    {
        using var deadline = ClusterFixture.Deadline();
        var space = await cluster.NewNamespaceAsync(deadline.Token);
        var key = new ObjectKey(space, "one");
        var deployer = NewDeployer(TimeProvider.System);
        foreach (var value in new[] { "first", "second" })
        {
            var map = new ConfigMap
            {
                Metadata = new ObjectMeta { Namespace = space, Name = "one" },
                Data = new Dictionary<string, string> { ["key"] = value },
            };
            await deployer.DeployAsync(new RenderedObjects("one", space, [map]), deadline.Token);
        }

        await deployer.DeployAsync(new RenderedObjects("one-more", space, []), deadline.Token);
        (await cluster.Client.ListAsync<Secret>(ListOptions.In(space), deadline.Token)).Items.Count.ShouldBe(3);
        await deployer.DestroyAsync(key, deadline.Token);
        await deployer.WaitCleanupAsync(key, deadline.Token);
        await deployer.DestroyAsync(key, deadline.Token);

        (await cluster.Client.ListAsync<Secret>(ListOptions.In(space), deadline.Token)).Items
            .ShouldHaveSingleItem().Metadata.Name!.ShouldStartWith("managedresource-one-more-");
        (await cluster.Client.ListAsync<ManagedResource>(ListOptions.In(space), deadline.Token)).Items
            .ShouldHaveSingleItem().Metadata.Name.ShouldBe("one-more");
    }

    private ComponentDeployer NewDeployer(TimeProvider clock) => ComponentDeployer.ForSeed(cluster.Client, "tests", clock);

    private Task<ManagedResource?> FindAsync(IComponent component, CancellationToken cancellationToken) =>
        cluster.Client.FindAsync<ManagedResource>(new ObjectKey(component.Namespace, component.Name), cancellationToken);

    private async Task SayAsync(
        IComponent component, string applied, string healthy, string progressing, CancellationToken cancellationToken)
    {
        var resource = (await FindAsync(component, cancellationToken))!;
        GardenerCondition Of(string type, string status) => new()
        {
            Type = type,
            Status = status,
            Reason = "Test",
            Message = $"{type} is {status}",
            LastTransitionTime = DateTimeOffset.UnixEpoch,
            LastUpdateTime = DateTimeOffset.UnixEpoch,
        };
        var status = new ManagedResourceStatus
        {
            ObservedGeneration = resource.Metadata.Generation,
            Conditions = [Of(Names.Applied, applied), Of(Names.Healthy, healthy), Of(Names.Progressing, progressing)],
        };
        await cluster.Client.PatchAsync<ManagedResource>(
            resource.Key,
            Patch.Merge(new JsonObject { ["status"] = KubernetesJson.ToNode(status) }) with { Subresource = "status" },
            cancellationToken);
    }

    /// <summary>A cluster that knows ManagedResources.</summary>
    public sealed class Resources : IAsyncLifetime
    {
        private readonly ClusterFixture cluster = new();

        public IKubernetesClient Client => cluster.Client;

        public Task<string> NewNamespaceAsync(CancellationToken cancellationToken) => cluster.NewNamespaceAsync(cancellationToken);

        public async Task InitializeAsync()
        {
            await cluster.InitializeAsync();
            using var deadline = ClusterFixture.Deadline();
            await CustomKinds.InstallAsync(Client, [typeof(ManagedResource)], deadline.Token);
        }

        public Task DisposeAsync() => cluster.DisposeAsync();
    }
}
