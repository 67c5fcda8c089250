using System.Text.Json;
using System.Text.Json.Nodes;
using Hortus.ApiServer;
using Hortus.Client;
using Hortus.GardenApi;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Operator;
using Hortus.Objects.Gardener.Resources;
using Hortus.Objects.Kubernetes;
using Hortus.Operator.Tests.Extensions;
using Hortus.ResourceManager;
using Hortus.Runtime;
using Hortus.Testing;
using Hortus.Testing.Scripted;
using Microsoft.Extensions.Logging.Abstractions;
using Ext = Hortus.Objects.Gardener.Extensions;

namespace Hortus.Operator.Tests;

/// <summary>A runtime cluster and a virtual garden as API servers of this process, with resource managers at work and a script in
/// place of controllers and kubelet; the operator is started by the test.</summary>
internal sealed class OperatorWorld : IAsyncDisposable
{
    private readonly InProcessApiServer runtimeServer;
    private readonly InProcessApiServer gardenServer;
    private readonly KubernetesClient runtime;
    private readonly KubernetesClient runtimeAsOperator;
    private readonly KubernetesClient garden;
    private readonly ScriptedCluster gardenScript;
    private readonly CancellationTokenSource stop = new();
    private Task[] resourceManagers = [];
    private RunningComponent? running;

    private OperatorWorld(InProcessApiServer runtimeServer, InProcessApiServer gardenServer)
    {
        this.runtimeServer = runtimeServer;
        this.gardenServer = gardenServer;
        runtime = runtimeServer.Connect();
        runtimeAsOperator = runtimeServer.ConnectAs(OperatorComponent.Name);
        RuntimeAsOperator = runtime;
        garden = gardenServer.Connect();
        Script = ScriptedCluster.Start(runtime, TimeProvider.System);
        gardenScript = ScriptedCluster.Start(garden, TimeProvider.System);
    }

    public static ObjectKey Key { get; } = ObjectKey.Cluster("local");

    public static ObjectKey ApiServer { get; } = KeyOf(VirtualGardenNames.ApiServer);

    public IKubernetesClient Runtime => runtime;

    /// <summary>The runtime cluster with the operator's rights, no more; with all of them when there is no namespace for its own.</summary>
    public IKubernetesClient RuntimeAsOperator { get; private set; }

    public IKubernetesClient Garden => garden;

    public ScriptedCluster Script { get; }

    /// <summary>Charts of the Extensions; null means those of real registries, rendered by helm.</summary>
    public ChartScript? Charts { get; set; }

    /// <summary>Starts both clusters; <paramref name="withNamespace"/> is false for tests of what happens without it.</summary>
    public static async Task<OperatorWorld> StartAsync(CancellationToken cancellationToken, bool withNamespace = true)
    {
        var runtimeServer = await ChartRights.StartServerAsync(cancellationToken);
        var gardenServer = await InProcessApiServer.StartAloneAsync(
            [new GardenApiPlugin(new GardenApiOptions())], cancellationToken);
        var world = new OperatorWorld(runtimeServer, gardenServer);
        await CustomKinds.InstallAsync(
            world.Runtime,
            [
                typeof(Garden), typeof(ManagedResource), typeof(Extension), typeof(Ext.BackupBucket), typeof(Ext.BackupEntry),
                typeof(Ext.DNSRecord), typeof(Ext.Extension),
            ],
            cancellationToken);
        world.RunResourceManagers();
        if (withNamespace)
        {
            await world.CreateNamespaceAsync(cancellationToken);
            await ChartRights.GrantAsync(world.Runtime, "hortus-operator", cancellationToken);
            world.RuntimeAsOperator = world.runtimeAsOperator;
        }

        return world;
    }

    public static CancellationTokenSource Deadline() => new(TimeSpan.FromSeconds(60));

    public static ObjectKey KeyOf(string name) => new(VirtualGardenNames.Namespace, name);

    public static Garden NewGarden(string name = "local") => new()
    {
        Metadata = new ObjectMeta { Name = name },
        Spec = new GardenSpec
        {
            RuntimeCluster = new RuntimeCluster
            {
                Ingress = new Objects.Gardener.Operator.Ingress
                {
                    Domains = [new DNSDomain { Name = "ingress.example" }],
                    Controller = new IngressController { Kind = "nginx" },
                },
                Networking = new RuntimeNetworking { Pods = ["10.1.0.0/16"], Services = ["10.2.0.0/16"] },
            },
            VirtualCluster = new VirtualCluster
            {
                Dns = new DNS { Domains = [new DNSDomain { Name = "garden.example" }] },
                Gardener = new Objects.Gardener.Operator.Gardener { ClusterIdentity = "test" },
                Kubernetes = new Objects.Gardener.Operator.Kubernetes { Version = "1.35.4" },
                Maintenance = new Maintenance
                {
                    TimeWindow = new Objects.Gardener.Core.MaintenanceTimeWindow { Begin = "220000+0000", End = "230000+0000" },
                },
                Networking = new Networking { Services = ["100.64.0.0/13"] },
            },
        },
    };

    /// <summary>A Garden whose names and backups an extension of type local takes care of.</summary>
    public static Garden WithExtensions()
    {
        var garden = NewGarden();
        return garden with
        {
            Spec = garden.Spec with
            {
                Dns = new DNSManagement
                {
                    Providers =
                        [new DNSProvider { Name = "primary", Type = "local", SecretRef = new LocalObjectReference { Name = "dns" } }],
                },
                RuntimeCluster = garden.Spec.RuntimeCluster with
                {
                    Provider = new RuntimeProvider { Region = "region-1" },
                    Ingress = garden.Spec.RuntimeCluster.Ingress with
                    {
                        Domains = [new DNSDomain { Name = "ingress.example", Provider = "primary" }],
                    },
                },
                VirtualCluster = garden.Spec.VirtualCluster with
                {
                    Dns = new DNS { Domains = [new DNSDomain { Name = "garden.example", Provider = "primary" }] },
                    Etcd = new ETCD
                    {
                        Main = new ETCDMain
                        {
                            Backup = new Backup
                            {
                                Provider = "local",
                                SecretRef = new LocalObjectReference { Name = "backup" },
                                ProviderConfig = JsonSerializer.SerializeToElement(new Dictionary<string, string> { ["tier"] = "hot" }),
                            },
                        },
                    },
                },
            },
        };
    }

    public Task CreateNamespaceAsync(CancellationToken cancellationToken) => Runtime.CreateAsync(
        new Namespace { Metadata = new ObjectMeta { Name = VirtualGardenNames.Namespace } }, cancellationToken);

    /// <summary>Starts the operator, on the runtime cluster's own client unless another one is given.</summary>
    public void StartOperator(IKubernetesClient? client = null, OperatorOptions? options = null) => running = RunningComponent.Start(
        "operator", client ?? RuntimeAsOperator, TimeProvider.System, (context, token) =>
            new OperatorComponent { Access = (_, _) => new Access(garden), Puller = Charts, Renderer = Charts }
                .RunAsync(options ?? new OperatorOptions(), context, token));

    /// <summary>Another client of the runtime cluster; the caller closes it.</summary>
    public KubernetesClient Connect(HttpMessageHandler handler) => runtimeServer.Connect(handler);

    public async Task StopOperatorAsync()
    {
        if (running is not null)
        {
            await running.DisposeAsync();
            running = null;
        }
    }

    /// <summary>A world with a Garden that has Succeeded.</summary>
    public static async Task<OperatorWorld> WithGardenAsync(CancellationToken cancellationToken)
    {
        var world = await StartAsync(cancellationToken);
        world.StartOperator();
        await world.Runtime.CreateAsync(NewGarden(), cancellationToken);
        await world.UntilSucceededAsync(cancellationToken);
        return world;
    }

    public Task<Garden?> UntilSucceededAsync(CancellationToken cancellationToken) => UntilAsync(
        found => found?.Status?.LastOperation is { State: LastOperationState.Succeeded, Progress: 100 }, cancellationToken);

    public Task<Garden?> UntilAsync(Func<Garden?, bool> condition, CancellationToken cancellationToken) =>
        Runtime.UntilAsync(Key, condition, cancellationToken);

    public Task<Garden?> UntilConditionAsync(string type, string status, CancellationToken cancellationToken) =>
        UntilAsync(found => found?.Status?.Conditions?.Any(c => c.Type == type && c.Status == status) == true, cancellationToken);

    public Task<Garden> AnnotateAsync(string name, string? value, CancellationToken cancellationToken) =>
        Runtime.PatchAsync<Garden>(Key, Annotations.Set(name, value), cancellationToken);

    public Task<Garden> PatchAsync(string json, CancellationToken cancellationToken) =>
        Runtime.PatchAsync<Garden>(Key, Patch.Merge((JsonObject)JsonNode.Parse(json)!), cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await StopOperatorAsync();
        await stop.CancelAsync();
        await Task.WhenAll(resourceManagers).ContinueWith(_ => { }, TaskScheduler.Default);
        stop.Dispose();
        await Script.DisposeAsync();
        await gardenScript.DisposeAsync();
        runtime.Dispose();
        runtimeAsOperator.Dispose();
        garden.Dispose();
        await gardenServer.DisposeAsync();
        await runtimeServer.DisposeAsync();
    }

    // They run whatever their Deployments say, as kubelets would have it.
    private void RunResourceManagers()
    {
        var inRuntime = TestManagers.NewManager(runtime, TimeProvider.System);
        resourceManagers =
        [
            RunAsync(inRuntime, inRuntime, new ResourceManagerOptions { ResourceClass = "seed" }),
            RunAsync(
                TestManagers.NewManager(runtime, TimeProvider.System),
                TestManagers.NewManager(garden, TimeProvider.System),
                new ResourceManagerOptions { Namespace = VirtualGardenNames.Namespace }),
        ];
    }

    private Task RunAsync(ControllerManager source, ControllerManager target, ResourceManagerOptions options)
    {
        var setup = new ControllerSetup
        {
            Source = source,
            Target = target,
            Options = options,
            Clock = TimeProvider.System,
            Logs = NullLoggerFactory.Instance,
            Random = new Random(1),
        };
        return ResourceManagerComponent.RunAsync(setup, stop.Token);
    }

    private sealed class Access(IKubernetesClient client) : IVirtualGardenAccess
    {
        public Task<IKubernetesClient> ConnectAsync(VirtualGardenAuthorities authorities, CancellationToken cancellationToken) =>
            Task.FromResult(client);
    }
}
