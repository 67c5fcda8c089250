using System.Collections.Concurrent;
using Hortus.Client;
using Hortus.Components;
using Hortus.Extensions;
using Hortus.Flow;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Kubernetes;
using Hortus.Pki;
using Ext = Hortus.Objects.Gardener.Extensions;

namespace Hortus.Gardenlet;

/// <summary>Everything that makes machines and lets them join: configuration, network, machine controller, pools.</summary>
internal sealed class WorkersPart(ShootOperation operation)
{
    private readonly ConcurrentDictionary<string, Ext.OperatingSystemConfig> writtenConfigs = [];
    private Ext.Network? writtenNetwork;
    private Ext.Worker? writtenWorker;

    public void AddTo(FlowGraph graph)
    {
        graph.Add(
            ShootTasks.DeploySystemResources,
            async ct => await operation.Inside.DeployAsync(await SystemResourcesAsync(ct), ct),
            ShootTasks.DeployResourceManager,
            ShootTasks.ConnectShoot);
        graph.Add(
            ShootTasks.WaitSystemResources,
            async ct => await operation.Inside.WaitAsync(await SystemResourcesAsync(ct), ct),
            ShootTasks.DeploySystemResources);
        Add(graph, ShootTasks.DeploySystemConfigs, DeployConfigsAsync, ShootTasks.InitializeSecrets, ShootTasks.WaitInfrastructure);
        Add(graph, ShootTasks.WaitSystemConfigs, WaitConfigsAsync, ShootTasks.DeploySystemConfigs);
        Add(graph, ShootTasks.DeployNetwork, DeployNetworkAsync, ShootTasks.WaitInfrastructure, ShootTasks.ConnectShoot);
        Add(graph, ShootTasks.WaitNetwork, WaitNetworkAsync, ShootTasks.DeployNetwork);
        Add(graph, ShootTasks.DeployMachineController, DeployMachineControllerAsync, ShootTasks.ConnectShoot);
        Add(
            graph,
            ShootTasks.DeployWorker,
            DeployWorkerAsync,
            ShootTasks.WaitInfrastructure,
            ShootTasks.WaitSystemConfigs,
            ShootTasks.DeployNetwork,
            ShootTasks.WaitSystemResources,
            ShootTasks.DeployMachineController);
        Add(graph, ShootTasks.WaitWorker, WaitWorkerAsync, ShootTasks.DeployWorker, ShootTasks.DeployControllerManager);

        // The tunnel between seed and nodes is checked here, before a shoot counts as usable.
        Add(graph, ShootTasks.DeleteStaleSystemConfigs, DeleteStaleConfigsAsync, ShootTasks.WaitWorker);
    }

    /// <summary>Deploys the machine controller; also needed to take machines away.</summary>
    public async Task DeployMachineControllerAsync(CancellationToken cancellationToken)
    {
        var kubeconfig = await operation.Secrets.EnsureKubeconfigAsync(
            ShootResults.Need(operation.Results.Authorities),
            "machine-controller-manager-kubeconfig",
            CertificateSpec.Client(ShootSystemResources.MachineControllerUser),
            cancellationToken);
        await operation.Deployer.DeployAsync(
            new MachineControllerManager(
                operation.Namespace, operation.Surroundings.Images.Hortus, operation.Shoot.Spec.Provider.Type, kubeconfig.SecretName),
            cancellationToken);
    }

    private void Add(FlowGraph graph, string id, Func<CancellationToken, Task> run, params string[] dependsOn) =>
        graph.Add(new FlowTask(id, run) { SkipIf = () => operation.Inputs.IsWorkerless }, dependsOn);

    private async Task<IComponent> SystemResourcesAsync(CancellationToken cancellationToken) => new ShootSystemResources(
        operation.Inputs, await operation.Secrets.EnsureBootstrapTokenAsync(cancellationToken));

    private string KeyOf(Worker pool) =>
        WorkerPools.KeyOf(operation.Inputs, pool, ShootResults.Need(operation.Results.Authorities).Server.SecretName);

    private async Task DeployConfigsAsync(CancellationToken cancellationToken)
    {
        var token = await operation.Secrets.EnsureBootstrapTokenAsync(cancellationToken);
        var server = operation.Inputs.Internal is { } inner ? "https://" + inner.ApiServer : operation.Secrets.Server;
        var kubeconfig = KubeConfig.ForToken(
            operation.Namespace,
            server,
            ShootResults.Need(operation.Results.Authorities).Server.Text("ca.crt"),
            $"{token.Text("id")}.{token.Text("secret")}").ToYaml();
        await Parallel.ForEachAsync(operation.Inputs.Workers, cancellationToken, async (pool, ct) =>
            writtenConfigs[pool.Name] = await operation.Extensions.DeployAsync(
                WorkerPools.ConfigOf(operation.Inputs, pool, KeyOf(pool), kubeconfig), GardenerOperations.Reconcile, ct));
    }

    private async Task WaitConfigsAsync(CancellationToken cancellationToken)
    {
        var ready = new ConcurrentDictionary<string, Ext.OperatingSystemConfig>();
        await Parallel.ForEachAsync(writtenConfigs, cancellationToken, async (pair, ct) =>
            ready[pair.Key] = await operation.Extensions.WaitAsync(pair.Value, ExtensionWaitTimes.Standard, ct));
        operation.Results.SystemConfigs = ready;
    }

    private async Task DeployNetworkAsync(CancellationToken cancellationToken) =>
        writtenNetwork = await operation.Extensions.DeployAsync(
            new Ext.Network
            {
                Metadata = new ObjectMeta { Namespace = operation.Namespace, Name = operation.Shoot.Metadata.Name },
                Spec = new Ext.NetworkSpec
                {
                    Type = operation.Shoot.Spec.Networking?.Type ?? "",
                    ProviderConfig = operation.Shoot.Spec.Networking?.ProviderConfig,
                    PodCIDR = operation.Inputs.Pods ?? "",
                    ServiceCIDR = operation.Inputs.Services,
                    IpFamilies = operation.Shoot.Spec.Networking?.IpFamilies,
                },
            },
            GardenerOperations.Reconcile,
            cancellationToken);

    private Task WaitNetworkAsync(CancellationToken cancellationToken) =>
        operation.Extensions.WaitAsync(ShootResults.Need(writtenNetwork), ExtensionWaitTimes.Standard, cancellationToken);

    private async Task DeployWorkerAsync(CancellationToken cancellationToken) =>
        writtenWorker = await operation.Extensions.DeployAsync(
            new Ext.Worker
            {
                Metadata = new ObjectMeta { Namespace = operation.Namespace, Name = operation.Shoot.Metadata.Name },
                Spec = new Ext.WorkerSpec
                {
                    Type = operation.Shoot.Spec.Provider.Type,
                    Region = operation.Shoot.Spec.Region,
                    SecretRef = new SecretReference { Name = ShootNames.CloudProvider, Namespace = operation.Namespace },
                    InfrastructureProviderStatus = operation.Results.Infrastructure?.Status?.ProviderStatus,
                    Pools =
                    [
                        .. operation.Inputs.Workers.Select(pool =>
                            WorkerPools.PoolOf(operation.Inputs, pool, KeyOf(pool), operation.Results.SystemConfigs[pool.Name])),
                    ],
                },
            },
            GardenerOperations.Reconcile,
            cancellationToken);

    private async Task WaitWorkerAsync(CancellationToken cancellationToken) =>
        operation.Results.Worker = await operation.Extensions.WaitAsync(
            ShootResults.Need(writtenWorker), ExtensionWaitTimes.Worker, cancellationToken);

    private async Task DeleteStaleConfigsAsync(CancellationToken cancellationToken)
    {
        var wanted = writtenConfigs.Values.Select(config => config.Key).ToHashSet();
        var all = await operation.Seed.ListAsync<Ext.OperatingSystemConfig>(ListOptions.In(operation.Namespace), cancellationToken);
        foreach (var stale in all.Items.Where(config => !wanted.Contains(config.Key)))
        {
            await operation.Extensions.DestroyAsync<Ext.OperatingSystemConfig>(stale.Key, cancellationToken);
        }
    }
}
