using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;
using Hortus.Testing;

namespace Hortus.KubeControllers.Tests.Integration;

/// <summary>A real API server, the controller manager and a kubelet that only says that pods run.</summary>
internal sealed class Cluster : IAsyncDisposable
{
    public const string Node = "node-1";
    public const string Space = "garden";

    private readonly InProcessApiServer server;
    private readonly CancellationTokenSource end = new(TimeSpan.FromSeconds(60));
    private readonly CancellationTokenSource kubeletStop = new();
    private readonly KubernetesClient client;
    private readonly KubeControllerManagerOptions options;
    private CancellationTokenSource managerStop = new();
    private Task<int> manager = Task.FromResult(0);
    private Task<int> kubelet = Task.FromResult(0);

    private Cluster(InProcessApiServer server, KubeControllerManagerOptions options)
    {
        this.server = server;
        this.options = options;
        client = new KubernetesClient(
            new ClientConnection { Server = server.Address },
            new ClientOptions { UserAgent = "test", Clock = TimeProvider.System });
    }

    public IKubernetesClient Client => client;

    /// <summary>Deadline of the test.</summary>
    public CancellationToken Deadline => end.Token;

    public static async Task<Cluster> StartAsync(KubeControllerManagerOptions? options = null)
    {
        var cluster = new Cluster(
            await InProcessApiServer.StartAsync(CancellationToken.None),
            (options ?? new KubeControllerManagerOptions()) with { LeaderElect = false });
        await cluster.CreateSpaceAsync(Space);
        await cluster.AddNodeAsync(Node);
        cluster.kubelet = cluster.RunAsync("kubelet", ScriptedKubelet.RunAsync, cluster.kubeletStop.Token);
        cluster.StartManager();
        await cluster.Client.UntilAsync<ServiceAccount>(new(Space, "default"), a => a is not null, cluster.Deadline);
        return cluster;
    }

    public void StartManager()
    {
        managerStop = new CancellationTokenSource();
        manager = RunAsync(
            KubeControllerManagerComponent.Name,
            (context, ct) => new KubeControllerManagerComponent().RunAsync(options, context, ct),
            managerStop.Token);
    }

    public async Task StopManagerAsync()
    {
        await managerStop.CancelAsync();
        (await manager).ShouldBe(ExitCode.Success);
        managerStop.Dispose();
    }

    public Task CreateSpaceAsync(string name) =>
        Client.CreateAsync(new Namespace { Metadata = new ObjectMeta { Name = name } }, Deadline);

    public async Task AddNodeAsync(string name)
    {
        await Client.CreateAsync(new Node { Metadata = new ObjectMeta { Name = name } }, Deadline);
        var status = """
            {"status":{"allocatable":{"cpu":"4","memory":"8Gi","pods":"110"},"conditions":[{"type":"Ready","status":"True"}]}}
            """;
        var patch = Patch.Merge((JsonObject)JsonNode.Parse(status)!) with { Subresource = "status" };
        await Client.PatchAsync<Node>(ObjectKey.Cluster(name), patch, Deadline);
    }

    public async Task<IReadOnlyList<T>> ListAsync<T>() where T : KubernetesObject =>
        (await Client.ListAsync<T>(ListOptions.In(Space), Deadline)).Items;

    /// <summary>Waits for one object; the failure shows its last state.</summary>
    public async Task<T> UntilAsync<T>(string name, Func<T, bool> condition) where T : KubernetesObject
    {
        var key = new ObjectKey(ResourceKind.Of<T>().Namespaced ? Space : null, name);
        T? last = null;
        try
        {
            return (await Client.UntilAsync<T>(key, o => (last = o) is not null && condition(o!), Deadline))!;
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException(last is null ? $"{key} is absent" : KubernetesJson.ToNode(last).ToJsonString());
        }
    }

    public Task GoneAsync<T>(string name) where T : KubernetesObject => Client.UntilAsync<T>(
        new ObjectKey(ResourceKind.Of<T>().Namespaced ? Space : null, name), o => o is null, Deadline);

    public Task<T> MergeAsync<T>(string name, string json) where T : KubernetesObject => Client.PatchAsync<T>(
        new ObjectKey(ResourceKind.Of<T>().Namespaced ? Space : null, name),
        Patch.Merge((JsonObject)JsonNode.Parse(json)!),
        Deadline);

    public async ValueTask DisposeAsync()
    {
        await managerStop.CancelAsync();
        await kubeletStop.CancelAsync();
        await Task.WhenAll(manager, kubelet);
        client.Dispose();
        await server.DisposeAsync();
        managerStop.Dispose();
        kubeletStop.Dispose();
        end.Dispose();
    }

    private Task<int> RunAsync(
        string name, Func<ComponentContext, CancellationToken, Task> run, CancellationToken stop) =>
        ComponentHost.RunAsync(
            new ComponentHostOptions
            {
                Name = name,
                Client = client,
                HandleSignals = false,
            },
            run,
            stop);
}
