using System.Collections.Concurrent;
using Hortus.Client;
using Hortus.Extensions;
using Hortus.Flow;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Ext = Hortus.Objects.Gardener.Extensions;

namespace Hortus.Gardenlet;

/// <summary>Further container runtimes of worker pools: an object for each pool and runtime.</summary>
internal sealed class ContainerRuntimesPart(ShootOperation operation)
{
    /// <summary>Folder on the nodes for the programs of runtimes.</summary>
    public const string BinaryPath = "/var/bin/containerruntimes";

    private readonly ConcurrentBag<Ext.ContainerRuntime> written = [];

    /// <summary>Adds the tasks.</summary>
    public void AddTo(FlowGraph graph)
    {
        graph.Add(ShootTasks.DeployContainerRuntimes, DeployAsync, ShootTasks.ConnectShoot);
        graph.Add(ShootTasks.WaitContainerRuntimes, WaitAsync, ShootTasks.DeployContainerRuntimes);
        graph.Add(
            ShootTasks.DestroyStaleContainerRuntimes,
            async token => await DestroyAsync(await FindAsync(IsStale, token), token),
            ShootTasks.ConnectShoot);
    }

    /// <summary>Adds the tasks that take all of them away.</summary>
    public void AddRemovalTo(FlowGraph graph, params ReadOnlySpan<string> after) => graph.Add(
        ShootTasks.DestroyContainerRuntimes, async token => await DestroyAsync(await FindAsync(_ => true, token), token), after);

    /// <summary>The objects that the shoot's pools ask for.</summary>
    public IEnumerable<Ext.ContainerRuntime> Wanted() =>
        from pool in operation.Inputs.Workers
        from runtime in pool.Cri?.ContainerRuntimes ?? []
        select ObjectOf(pool, runtime);

    private Ext.ContainerRuntime ObjectOf(Worker pool, ContainerRuntime runtime) => new()
    {
        Metadata = new ObjectMeta { Namespace = operation.Namespace, Name = $"{runtime.Type}-{pool.Name}" },
        Spec = new Ext.ContainerRuntimeSpec
        {
            Type = runtime.Type,
            ProviderConfig = runtime.ProviderConfig,
            BinaryPath = BinaryPath,
            WorkerPool = new Ext.ContainerRuntimeWorkerPool
            {
                Name = pool.Name,
                Selector = new LabelSelector
                {
                    MatchLabels = new Dictionary<string, string> { [GardenerLabels.WorkerPool] = pool.Name },
                },
            },
        },
    };

    private Task DeployAsync(CancellationToken cancellationToken) => Task.WhenAll(Wanted().Select(async runtime => written.Add(
        await operation.Extensions.DeployAsync(runtime, GardenerOperations.Reconcile, cancellationToken))));

    private Task WaitAsync(CancellationToken cancellationToken) => Task.WhenAll(written.Select(
        runtime => operation.Extensions.WaitAsync(runtime, ExtensionWaitTimes.Standard, cancellationToken)));

    private bool IsStale(Ext.ContainerRuntime found) => Wanted().All(wanted => wanted.Key != found.Key);

    private async Task<IReadOnlyList<ObjectKey>> FindAsync(Func<Ext.ContainerRuntime, bool> condition, CancellationToken cancellationToken)
    {
        var found = await operation.Seed.ListAsync<Ext.ContainerRuntime>(ListOptions.In(operation.Namespace), cancellationToken);
        return [.. found.Items.Where(condition).Select(runtime => runtime.Key)];
    }

    private async Task DestroyAsync(IReadOnlyList<ObjectKey> keys, CancellationToken cancellationToken)
    {
        await Task.WhenAll(keys.Select(key => operation.Extensions.DestroyAsync<Ext.ContainerRuntime>(key, cancellationToken)));
        await Task.WhenAll(keys.Select(key => operation.Extensions.WaitGoneAsync<Ext.ContainerRuntime>(
            key, ExtensionWaitTimes.Standard, cancellationToken)));
    }
}
