using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;
using Hortus.Testing;
using Hortus.Testing.Scripted;

namespace Hortus.Components.Tests;

/// <summary>One API server for the tests of a class; each test has a namespace of its own.</summary>
public sealed class ClusterFixture : IAsyncLifetime
{
    private InProcessApiServer? server;
    private KubernetesClient? client;
    private ScriptedCluster? script;

    public IKubernetesClient Client => client!;

    public ScriptedCluster Script => script!;

    public async Task InitializeAsync()
    {
        using var deadline = Deadline();
        server = await InProcessApiServer.StartAsync(deadline.Token);
        client = server.Connect();
        script = ScriptedCluster.Start(client, TimeProvider.System);
    }

    public async Task DisposeAsync()
    {
        await script!.DisposeAsync();
        client!.Dispose();
        await server!.DisposeAsync();
    }

    public async Task<string> NewNamespaceAsync(CancellationToken cancellationToken)
    {
        var space = new Namespace { Metadata = new ObjectMeta { Name = $"test-{Guid.NewGuid():N}" } };
        return (await Client.CreateAsync(space, cancellationToken)).Metadata.Name!;
    }

    public static CancellationTokenSource Deadline() => new(TimeSpan.FromSeconds(60));
}
