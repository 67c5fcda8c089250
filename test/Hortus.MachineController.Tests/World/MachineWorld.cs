using System.Text.Json;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener.Machine;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;
using Hortus.Testing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hortus.MachineController.Tests.World;

/// <summary>Two real API servers, a scripted driver, and the machine controllers between them.</summary>
internal sealed class MachineWorld : IAsyncDisposable
{
    public const string Namespace = "shoot--local--test";
    public const string ClassName = "class-a";
    public const string PoolLabel = "worker.gardener.cloud/pool";

    private readonly InProcessApiServer control;
    private readonly InProcessApiServer target;
    private readonly KubernetesClient controlClient;
    private readonly KubernetesClient targetClient;
    private CancellationTokenSource stop = new();
    private Task running = Task.CompletedTask;

    private MachineWorld(InProcessApiServer control, InProcessApiServer target)
    {
        this.control = control;
        this.target = target;
        controlClient = control.Connect();
        targetClient = target.Connect();
        Driver = new ScriptedDriver(targetClient);
    }

    public IKubernetesClient Control => controlClient;

    public IKubernetesClient Target => targetClient;

    public ScriptedDriver Driver { get; }

    public MachineSurroundings Surroundings { get; private set; } = null!;

    /// <summary>Starts the servers, with a machine class, and the controllers.</summary>
    public static async Task<MachineWorld> StartAsync(CancellationToken cancellationToken, MachineControllerManagerOptions? options = null)
    {
        var world = new MachineWorld(
            await InProcessApiServer.StartAsync(cancellationToken), await InProcessApiServer.StartAsync(cancellationToken));
        await CustomKinds.InstallAsync(
            world.Control, [typeof(Machine), typeof(MachineSet), typeof(MachineDeployment), typeof(MachineClass)], cancellationToken);
        await world.Control.CreateAsync(new Namespace { Metadata = new ObjectMeta { Name = Namespace } }, cancellationToken);
        await world.Control.CreateAsync(
            new Secret
            {
                Metadata = new ObjectMeta { Namespace = Namespace, Name = "userdata" },
                Data = new Dictionary<string, byte[]> { ["userData"] = [1] },
            },
            cancellationToken);
        await world.AddClassAsync(ClassName, cancellationToken);
        world.Run(options);
        return world;
    }

    /// <summary>Starts the controllers anew, as after a crash.</summary>
    public async Task RestartAsync(MachineControllerManagerOptions? options = null)
    {
        await StopAsync();
        Run(options);
    }

    public Task AddClassAsync(string name, CancellationToken cancellationToken) => Control.CreateAsync(
        new MachineClass
        {
            Metadata = new ObjectMeta { Namespace = Namespace, Name = name },
            Provider = "scripted",
            ProviderSpec = JsonSerializer.SerializeToElement(new Dictionary<string, string>()),
            SecretRef = new SecretReference { Namespace = Namespace, Name = "userdata" },
        },
        cancellationToken);

    /// <summary>Applies a machine deployment named <c>pool</c>.</summary>
    public Task<MachineDeployment> ApplyAsync(
        int replicas, CancellationToken cancellationToken, string className = ClassName, int surge = 1, int unavailable = 0) =>
        Control.ApplyAsync(
            new MachineDeployment
            {
                Metadata = new ObjectMeta { Namespace = Namespace, Name = "pool" },
                Spec = new MachineDeploymentSpec
                {
                    Replicas = replicas,
                    RevisionHistoryLimit = 0,
                    Selector = new LabelSelector { MatchLabels = new Dictionary<string, string> { ["name"] = "pool" } },
                    Strategy = new MachineDeploymentStrategy
                    {
                        Type = "RollingUpdate",
                        RollingUpdate = new RollingUpdateMachineDeployment { MaxSurge = surge, MaxUnavailable = unavailable },
                    },
                    Template = new MachineTemplateSpec
                    {
                        Metadata = new ObjectMeta { Labels = new Dictionary<string, string> { ["name"] = "pool" } },
                        Spec = new MachineSpec
                        {
                            Class = new ClassSpec { Kind = "MachineClass", Name = className },
                            NodeTemplate = new NodeTemplateSpec
                            {
                                Metadata = new ObjectMeta { Labels = new Dictionary<string, string> { [PoolLabel] = "pool" } },
                            },
                        },
                    },
                },
            },
            "test",
            cancellationToken);

    /// <summary>Waits until the deployment's status is as described.</summary>
    public async Task<MachineDeployment> UntilAsync(
        Func<MachineDeployment, MachineDeploymentStatus, bool> condition, CancellationToken cancellationToken) =>
        (await Control.UntilAsync<MachineDeployment>(
            new ObjectKey(Namespace, "pool"),
            now => now?.Status is { } status && status.ObservedGeneration == now.Metadata.Generation && condition(now, status),
            cancellationToken))!;

    /// <summary>Waits until all wanted machines are there, up to date and available, and no others.</summary>
    public Task<MachineDeployment> UntilSettledAsync(CancellationToken cancellationToken) => UntilAsync(
        (deployment, status) => status.AvailableReplicas == deployment.Spec.Replicas
            && status.UpdatedReplicas == deployment.Spec.Replicas && status.Replicas == deployment.Spec.Replicas,
        cancellationToken);

    public async Task<IReadOnlyList<Machine>> MachinesAsync(CancellationToken cancellationToken) =>
        (await Control.ListAsync<Machine>(ListOptions.In(Namespace), cancellationToken)).Items;

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        controlClient.Dispose();
        targetClient.Dispose();
        await control.DisposeAsync();
        await target.DisposeAsync();
    }

    private void Run(MachineControllerManagerOptions? options)
    {
        options ??= new MachineControllerManagerOptions { TargetKubeconfig = "", Namespace = Namespace };
        var logs = Environment.GetEnvironmentVariable("HORTUS_TEST_LOG") is null
            ? (ILoggerFactory)NullLoggerFactory.Instance
            : LoggerFactory.Create(b => b.AddSimpleConsole().SetMinimumLevel(LogLevel.Debug));
        stop = new CancellationTokenSource();
        Surroundings = new MachineSurroundings(
            TestManagers.NewManager(Control, TimeProvider.System, logs),
            TestManagers.NewManager(Target, TimeProvider.System, logs),
            Driver,
            options,
            TimeProvider.System);
        running = MachineControllerManagerComponent.RunAsync(Surroundings, logs, stop.Token);
    }

    private async Task StopAsync()
    {
        await stop.CancelAsync();
        await running.ContinueWith(_ => { }, TaskScheduler.Default);
        stop.Dispose();
    }
}
