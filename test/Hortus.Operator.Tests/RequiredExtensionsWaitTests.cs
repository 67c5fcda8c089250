using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener.Operator;
using Hortus.Objects.Gardener.Resources;
using Hortus.Operator.Tests.Extensions;
using Hortus.Testing;
using Microsoft.Extensions.Time.Testing;

namespace Hortus.Operator.Tests;

/// <summary>What a garden says of extensions that do not come.</summary>
[Trait("Category", "Integration")]
public sealed class RequiredExtensionsWaitTests : IAsyncLifetime
{
    private readonly CancellationTokenSource deadline = OperatorWorld.Deadline();
    private readonly FakeTimeProvider clock = new(TimeProvider.System.GetUtcNow());
    private InProcessApiServer? server;
    private KubernetesClient? client;

    public async Task InitializeAsync()
    {
        server = await InProcessApiServer.StartAsync(deadline.Token);
        client = server.Connect();
        await CustomKinds.InstallAsync(client, [typeof(Extension), typeof(ManagedResource)], deadline.Token);
        await client.CreateAsync(
            new Objects.Kubernetes.Namespace { Metadata = new ObjectMeta { Name = VirtualGardenNames.Namespace } }, deadline.Token);
    }

    public async Task DisposeAsync()
    {
        client!.Dispose();
        await server!.DisposeAsync();
        deadline.Dispose();
    }

    [Fact]
    public async Task Each_that_is_missing_is_named_with_its_reason_after_a_minute()
    {
        await OfferAsync("bad-chart", "BackupBucket", "Installed", "ReconcileFailed", "chart x:1 cannot be pulled: 401");
        await OfferAsync("unready", "DNSRecord");
        await client!.CreateAsync(
            new ManagedResource
            {
                Metadata = new ObjectMeta { Namespace = VirtualGardenNames.Namespace, Name = "extension-unready-garden" },
                Spec = new ManagedResourceSpec { SecretRefs = [new() { Name = "any" }] },
            },
            deadline.Token);

        var waiting = new RequiredExtensionsWait(client, clock).WaitAsync(OperatorWorld.WithExtensions(), deadline.Token);
        var startedAt = clock.GetUtcNow();
        var lastUnanswered = startedAt;
        while (!waiting.IsCompleted)
        {
            lastUnanswered = clock.GetUtcNow();
            clock.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Yield();
        }

        var error = await Should.ThrowAsync<TimeoutException>(waiting);
        error.Message.ShouldStartWith("extension controllers missing or unready: ");
        error.Message.ShouldContain("BackupBucket/local (Extension bad-chart: chart x:1 cannot be pulled: 401)");
        error.Message.ShouldContain("BackupEntry/local (no Extension of operator.gardener.cloud offers it)");
        error.Message.ShouldContain("DNSRecord/local (Extension unready: ManagedResource garden/extension-unready-garden ");
        (lastUnanswered - startedAt).ShouldBeGreaterThanOrEqualTo(RequiredExtensionsWait.WaitMax);
    }

    [Fact]
    public async Task It_ends_as_soon_as_all_are_ready()
    {
        await OfferAsync("one", "DNSRecord");
        var garden = OperatorWorld.WithExtensions();
        garden = garden with
        {
            Spec = garden.Spec with { VirtualCluster = garden.Spec.VirtualCluster with { Etcd = null } },
        };
        var waiting = new RequiredExtensionsWait(client!, TimeProvider.System).WaitAsync(garden, deadline.Token);

        waiting.IsCompleted.ShouldBeFalse();
        var made = await client!.CreateAsync(
            new ManagedResource
            {
                Metadata = new ObjectMeta { Namespace = VirtualGardenNames.Namespace, Name = "extension-one-garden" },
                Spec = new ManagedResourceSpec { SecretRefs = [new() { Name = "any" }] },
            },
            deadline.Token);
        await client.UpdateStatusAsync(
            made with
            {
                Status = new ManagedResourceStatus
                {
                    ObservedGeneration = made.Metadata.Generation,
                    Conditions =
                    [
                        Condition("ResourcesApplied", "True"), Condition("ResourcesHealthy", "True"), Condition("ResourcesProgressing", "False"),
                    ],
                },
            },
            deadline.Token);

        await waiting;
    }

    private async Task OfferAsync(string name, string kind, string? condition = null, string? reason = null, string? message = null)
    {
        var extension = await client!.CreateAsync(
            ExtensionWorld.NewExtension(name, $"{{ resources: [{{ kind: {kind}, type: local }}] }}"), deadline.Token);
        if (condition is not null)
        {
            await client.UpdateStatusAsync(
                extension with
                {
                    Status = new ExtensionStatus
                    {
                        Conditions = [Condition(condition, "False") with { Reason = reason!, Message = message! }],
                    },
                },
                deadline.Token);
        }
    }

    private static Objects.Gardener.Core.GardenerCondition Condition(string type, string status) => new()
    {
        Type = type,
        Status = status,
        Reason = "Test",
        Message = "test",
        LastTransitionTime = TimeProvider.System.GetUtcNow(),
        LastUpdateTime = TimeProvider.System.GetUtcNow(),
    };
}
