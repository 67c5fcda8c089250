using System.Text.Json.Nodes;
using Hortus.Local.Bootstrap;
using Hortus.Objects;
using Hortus.Objects.Gardener.Core;
using Hortus.Testing;

namespace Hortus.Local.Tests;

/// <summary>Manifests of kinds that may not be served yet.</summary>
[Trait("Category", "Integration")]
public sealed class CheckedManifestsTests : IAsyncLifetime
{
    private readonly CancellationTokenSource deadline = new(TimeSpan.FromSeconds(60));
    private InProcessApiServer server = null!;

    private static IReadOnlyList<JsonObject> Documents => [.. KubernetesYaml.ParseAll("""
        apiVersion: core.gardener.cloud/v1beta1
        kind: Project
        metadata: { name: local }
        spec: { namespace: garden-local }
        """)];

    public async Task InitializeAsync() => server = await InProcessApiServer.StartAsync(deadline.Token);

    public async Task DisposeAsync()
    {
        await server.DisposeAsync();
        deadline.Dispose();
    }

    [Fact]
    public async Task A_kind_of_a_server_that_still_starts_is_waited_for()
    {
        using var client = server.Connect();
        var manifests = new CheckedManifests(client, TimeProvider.System) { KindsMayCome = true };

        var applying = manifests.ApplyAsync(Documents, "test", deadline.Token);
        applying.IsCompleted.ShouldBeFalse();
        await CustomKinds.InstallAsync(client, [typeof(Project)], deadline.Token);
        await applying;

        (await client.GetAsync<Project>(ObjectKey.Cluster("local"), deadline.Token)).Spec.Namespace.ShouldBe("garden-local");
    }

    [Fact]
    public async Task A_kind_that_nobody_will_serve_is_a_fault_that_names_it()
    {
        using var client = server.Connect();

        var fault = await Should.ThrowAsync<KindNotServedException>(
            new CheckedManifests(client, TimeProvider.System).ApplyAsync(Documents, "test", deadline.Token));

        fault.Message.ShouldBe(
            "Project local cannot be applied: the server does not serve core.gardener.cloud/v1beta1, Kind=Project");
    }
}
