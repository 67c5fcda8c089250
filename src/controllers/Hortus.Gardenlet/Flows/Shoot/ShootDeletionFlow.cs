using Hortus.Client;
using Hortus.Extensions;
using Hortus.Flow;
using Hortus.Objects;
using Hortus.Objects.Gardener.Resources;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;
using Ext = Hortus.Objects.Gardener.Extensions;

namespace Hortus.Gardenlet;

/// <summary>
/// Takes a shoot away: machines first, while their controller can still reach the API server, then what a resource manager has
/// applied inside, then the control plane, then the infrastructure. What users made inside the cluster goes with its nodes and its
/// store; things outside (load balancers, disks) that such objects may stand for do not exist locally, so no cleaning runs before.
/// </summary>
internal sealed class ShootDeletionFlow(ShootOperation operation, bool namespaceExists, bool apiServerExists)
{
    private readonly FoundationPart foundation = new(operation);
    private readonly ExtensionsPart extensions = new(operation);

    private ObjectKey Key => new(operation.Namespace, operation.Shoot.Metadata.Name!);

    /// <summary>Looks at what is left of the shoot and makes the flow for it.</summary>
    public static async Task<FlowPlan> BuildAsync(ShootOperation operation, CancellationToken cancellationToken)
    {
        var space = await operation.Seed.FindAsync<Namespace>(ObjectKey.Cluster(operation.Namespace), cancellationToken);
        var server = await operation.Seed.FindAsync<ManagedResource>(
            new ObjectKey(operation.Namespace, ShootNames.ApiServer), cancellationToken);
        return new ShootDeletionFlow(operation, space is { Metadata.DeletionTimestamp: null }, server is not null).Build();
    }

    /// <summary>The tasks.</summary>
    public FlowPlan Build()
    {
        var graph = new FlowGraph("Shoot cluster deletion");
        AddMachines(graph);
        AddControlPlane(graph);
        AddRest(graph);
        return graph.Build();
    }

    private void AddMachines(FlowGraph graph)
    {
        bool Never() => !namespaceExists || !apiServerExists;
        graph.Add(new FlowTask(ShootTasks.InitializeSecrets, foundation.InitializeSecretsAsync) { SkipIf = Never });
        graph.Add(
            new FlowTask(ShootTasks.DeployCloudProvider, foundation.DeployCloudProviderAsync)
            {
                SkipIf = () => !namespaceExists || operation.Inputs.Credentials is null,
            });
        graph.Add(
            new FlowTask(ShootTasks.DeployMachineController, new WorkersPart(operation).DeployMachineControllerAsync)
            {
                SkipIf = () => Never() || operation.Inputs.IsWorkerless,
            },
            ShootTasks.InitializeSecrets);
        graph.Add(
            ShootTasks.DestroyWorker,
            ct => operation.Extensions.DestroyAsync<Ext.Worker>(Key, ct),
            ShootTasks.DeployMachineController,
            ShootTasks.DeployCloudProvider);
        graph.Add(
            ShootTasks.WaitWorkerGone,
            ct => operation.Extensions.WaitGoneAsync<Ext.Worker>(Key, ExtensionWaitTimes.Worker, ct),
            ShootTasks.DestroyWorker);
        graph.Add(ShootTasks.DestroyMachineController, DestroyMachineControllerAsync, ShootTasks.WaitWorkerGone);
        graph.Add(ShootTasks.DestroySystemConfigs, DestroyConfigsAsync, ShootTasks.WaitWorkerGone);
        graph.Add(ShootTasks.WaitSystemConfigsGone, WaitConfigsGoneAsync, ShootTasks.DestroySystemConfigs);
    }

    private void AddControlPlane(FlowGraph graph)
    {
        AddDestruction<Ext.Network>(
            graph, ShootTasks.DestroyNetwork, ShootTasks.WaitNetworkGone, ExtensionWaitTimes.Standard, ShootTasks.DeployCloudProvider);
        extensions.AddRemovalBeforeTo(
            graph,
            ShootTasks.DeployResourceManager,
            ShootTasks.WaitWorkerGone,
            ShootTasks.WaitSystemConfigsGone,
            ShootTasks.WaitNetworkGone);
        new ContainerRuntimesPart(operation).AddRemovalTo(graph, ShootTasks.DeployResourceManager, ShootTasks.WaitWorkerGone);
        AddDestruction<Ext.ControlPlane>(
            graph,
            ShootTasks.DestroyControlPlane,
            ShootTasks.WaitControlPlaneGone,
            ExtensionWaitTimes.Standard,
            ShootTasks.DestroyMachineController,
            ShootTasks.WaitNetworkGone,
            ShootTasks.WaitExtensionsBeforeGone,
            ShootTasks.DestroyContainerRuntimes);
        graph.Add(
            new FlowTask(ShootTasks.DeployResourceManager, new ControlPlanePart(operation).DeployResourceManagerAsync)
            {
                SkipIf = () => !namespaceExists || !apiServerExists,
            },
            ShootTasks.InitializeSecrets);
        graph.Add(
            ShootTasks.DestroyManagedResources,
            DestroyManagedResourcesAsync,
            ShootTasks.DeployResourceManager,
            ShootTasks.WaitControlPlaneGone,
            ShootTasks.WaitSystemConfigsGone);
        graph.Add(ShootTasks.WaitManagedResourcesGone, WaitManagedResourcesGoneAsync, ShootTasks.DestroyManagedResources);
        graph.Add(
            ShootTasks.DestroyResourceManager,
            ct => DestroyAsync([ShootNames.ResourceManager], ct),
            ShootTasks.WaitManagedResourcesGone);
        graph.Add(ShootTasks.DestroyApiServer, DestroyApiServerAsync, ShootTasks.DestroyResourceManager);
        extensions.AddRemovalAfterTo(graph, ShootTasks.DestroyApiServer);
    }

    private void AddRest(FlowGraph graph)
    {
        AddDestruction<Ext.Infrastructure>(
            graph,
            ShootTasks.DestroyInfrastructure,
            ShootTasks.WaitInfrastructureGone,
            ExtensionWaitTimes.Infrastructure,
            ShootTasks.WaitControlPlaneGone,
            ShootTasks.WaitExtensionsAfterGone);
        graph.Add(ShootTasks.DestroyDns, DestroyRecordsAsync, ShootTasks.DestroyApiServer);
        graph.Add(
            ShootTasks.DeleteNamespace,
            ct => operation.Seed.DeleteAsync<Namespace>(ObjectKey.Cluster(operation.Namespace), null, ct),
            ShootTasks.DestroyApiServer,
            ShootTasks.WaitInfrastructureGone,
            ShootTasks.DestroyDns);
        graph.Add(
            ShootTasks.WaitNamespaceGone,
            ct => operation.Seed.UntilAsync<Namespace>(ObjectKey.Cluster(operation.Namespace), found => found is null, ct),
            ShootTasks.DeleteNamespace);
        graph.Add(
            ShootTasks.DeleteCluster,
            ct => operation.Seed.DeleteAsync<Ext.Cluster>(ObjectKey.Cluster(operation.Namespace), null, ct),
            ShootTasks.WaitNamespaceGone);
        graph.Add(ShootTasks.UnpublishAuthorities, foundation.UnpublishAuthoritiesAsync, ShootTasks.DestroyApiServer);
    }

    private void AddDestruction<T>(FlowGraph graph, string destroy, string wait, ExtensionWaitTimes times, params string[] after)
        where T : Ext.ExtensionObject
    {
        graph.Add(destroy, ct => operation.Extensions.DestroyAsync<T>(Key, ct), after);
        graph.Add(wait, ct => operation.Extensions.WaitGoneAsync<T>(Key, times, ct), destroy);
    }

    private Task DestroyMachineControllerAsync(CancellationToken cancellationToken) =>
        DestroyAsync([ShootNames.MachineControllerManager], cancellationToken);

    private async Task DestroyAsync(IReadOnlyList<string> components, CancellationToken cancellationToken)
    {
        ObjectKey[] keys = [.. components.Select(name => new ObjectKey(operation.Namespace, name))];
        await Task.WhenAll(keys.Select(key => operation.Deployer.DestroyAsync(key, cancellationToken)));
        await Task.WhenAll(keys.Select(key => operation.Deployer.WaitCleanupAsync(key, cancellationToken)));
    }

    private async Task DestroyManagedResourcesAsync(CancellationToken cancellationToken)
    {
        foreach (var key in await InsideAsync(cancellationToken))
        {
            await operation.Inside.DestroyAsync(key, cancellationToken);
        }
    }

    private async Task WaitManagedResourcesGoneAsync(CancellationToken cancellationToken)
    {
        foreach (var key in await InsideAsync(cancellationToken))
        {
            await operation.Inside.WaitCleanupAsync(key, cancellationToken);
        }
    }

    // Also those of extensions: with the API server goes the only one who can delete their objects.
    private async Task<IEnumerable<ObjectKey>> InsideAsync(CancellationToken cancellationToken)
    {
        var found = await operation.Seed.ListAsync<ManagedResource>(ListOptions.In(operation.Namespace), cancellationToken);
        return found.Items.Where(resource => string.IsNullOrEmpty(resource.Spec.Class)).Select(resource => resource.Key);
    }

    private async Task DestroyConfigsAsync(CancellationToken cancellationToken)
    {
        foreach (var config in await ConfigsAsync(cancellationToken))
        {
            await operation.Extensions.DestroyAsync<Ext.OperatingSystemConfig>(config, cancellationToken);
        }
    }

    private async Task WaitConfigsGoneAsync(CancellationToken cancellationToken)
    {
        foreach (var config in await ConfigsAsync(cancellationToken))
        {
            await operation.Extensions.WaitGoneAsync<Ext.OperatingSystemConfig>(config, ExtensionWaitTimes.Standard, cancellationToken);
        }
    }

    private async Task<IEnumerable<ObjectKey>> ConfigsAsync(CancellationToken cancellationToken)
    {
        var found = await operation.Seed.ListAsync<Ext.OperatingSystemConfig>(ListOptions.In(operation.Namespace), cancellationToken);
        return found.Items.Select(config => config.Key);
    }

    private async Task DestroyApiServerAsync(CancellationToken cancellationToken)
    {
        operation.Surroundings.Shoots.Forget(operation.Namespace);
        await DestroyAsync(
            [ShootNames.KubeControllerManager, ShootNames.ApiServer, ShootNames.ApiServer + "-service"], cancellationToken);
    }

    private async Task DestroyRecordsAsync(CancellationToken cancellationToken)
    {
        var keys = new ApiServerPart(operation).RecordKeys().ToArray();
        foreach (var key in keys)
        {
            await operation.Extensions.DestroyAsync<Ext.DNSRecord>(key, cancellationToken);
        }

        foreach (var key in keys)
        {
            await operation.Extensions.WaitGoneAsync<Ext.DNSRecord>(key, ExtensionWaitTimes.DnsRecord, cancellationToken);
        }
    }
}
