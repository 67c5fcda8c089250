using System.Text.Json;
using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Extensions;
using Hortus.MachineController.Tests.World;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.Extensions;
using Hortus.Objects.Gardener.Machine;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;
using Hortus.Testing;
using Shoot = Hortus.Objects.Gardener.Core.Shoot;
using Worker = Hortus.Objects.Gardener.Extensions.Worker;

namespace Hortus.MachineController.Tests;

/// <summary>The whole way from a Worker, as the gardenlet writes it, to machines of a scripted driver.</summary>
[Trait("Category", "Integration")]
public sealed class WorkerEndToEndTests : IAsyncLifetime
{
    private readonly CancellationTokenSource deadline = new(TimeSpan.FromSeconds(60));
    private MachineWorld world = null!;
    private ExtensionWaiter waiter = null!;
    private Task running = Task.CompletedTask;

    private CancellationToken Token => deadline.Token;

    public async Task InitializeAsync()
    {
        world = await MachineWorld.StartAsync(Token);
        await CustomKinds.InstallAsync(world.Control, [typeof(Worker), typeof(Cluster)], Token);
        await ApplyClusterAsync(hibernated: false);
        waiter = new ExtensionWaiter(world.Control, "gardenlet", TimeProvider.System);
        var manager = TestManagers.NewManager(world.Control, TimeProvider.System);
        var actuator = new WorkerActuator(manager, new ScriptedProvider(), "extension", TimeProvider.System);
        manager.AddExtension(new ExtensionController<Worker>("worker", "scripted", actuator), TimeProvider.System);
        running = manager.RunAsync(Token);
    }

    public async Task DisposeAsync()
    {
        await deadline.CancelAsync();
        await running.ContinueWith(_ => { }, TaskScheduler.Default);
        await world.DisposeAsync();
        deadline.Dispose();
    }

    [Fact]
    public async Task A_worker_lives_from_machines_to_hibernation_to_deletion()
    {
        var ready = await ReconcileAsync(Pool("cpu", 2, "gna-1"));
        ready.Status!.MachineDeployments!.Select(d => (d.Name, d.Minimum, d.Maximum))
            .ShouldBe([("shoot--local--test-cpu-z1", 2, 3)]);
        ready.Status.MachineDeploymentsLastUpdateTime.ShouldNotBeNull();
        world.Driver.Machines.Count.ShouldBe(2);

        var before = world.Driver.Machines.ToArray();
        await ReconcileAsync(Pool("cpu", 2, "gna-2"));
        world.Driver.Machines.Count.ShouldBe(2);
        world.Driver.Machines.ShouldNotContain(name => before.Contains(name));
        (await OwnClassesAsync()).Count.ShouldBe(1);

        await ReconcileAsync(Pool("gpu", 1, "gna-2"));
        world.Driver.Machines.Count.ShouldBe(1);

        await ApplyClusterAsync(hibernated: true);
        await ReconcileAsync(Pool("gpu", 1, "gna-2"));
        world.Driver.Machines.ShouldBeEmpty();
        await ApplyClusterAsync(hibernated: false);
        await ReconcileAsync(Pool("gpu", 1, "gna-2"));
        world.Driver.Machines.Count.ShouldBe(1);

        await waiter.DestroyAsync<Worker>(Key, Token);
        await waiter.WaitGoneAsync<Worker>(Key, ExtensionWaitTimes.Worker, Token);
        world.Driver.Machines.ShouldBeEmpty();
        (await world.Target.ListAsync<Node>(ListOptions.All, Token)).Items.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_machine_that_cannot_be_made_is_the_workers_fault_with_its_code()
    {
        world.Driver.CreateFault = _ => new MachineDriverException(MachineErrorCode.ResourceExhausted, "no machines left");
        await waiter.DeployAsync(Wanted(Pool("cpu", 1, "gna")), GardenerOperations.Reconcile, Token);

        var failed = await world.Control.UntilAsync<Worker>(Key, worker => worker?.Status?.LastError is not null, Token);

        failed!.Status!.LastError!.Codes.ShouldBe([ErrorCode.InfraResourcesDepleted]);
        failed.Status.LastError.Description.ShouldContain("no machines left");
    }

    private static ObjectKey Key => new(MachineWorld.Namespace, "test");

    private async Task<Worker> ReconcileAsync(WorkerPool pool) => await waiter.WaitAsync(
        await waiter.DeployAsync(Wanted(pool), GardenerOperations.Reconcile, Token), ExtensionWaitTimes.Worker, Token);

    private async Task<IReadOnlyList<MachineClass>> OwnClassesAsync() =>
        (await world.Control.ListAsync<MachineClass>(ListOptions.In(MachineWorld.Namespace), Token))
            .Items.Where(c => !c.Metadata.IsDeleting()).ToArray();

    private static Worker Wanted(WorkerPool pool) => new()
    {
        Metadata = new ObjectMeta { Namespace = Key.Namespace, Name = Key.Name },
        Spec = new WorkerSpec
        {
            Type = "scripted",
            Region = "local",
            SecretRef = new SecretReference { Namespace = Key.Namespace, Name = "userdata" },
            Pools = [pool],
        },
    };

    private static WorkerPool Pool(string name, int minimum, string agentSecret) => new()
    {
        Name = name,
        MachineType = "local",
        Minimum = minimum,
        Maximum = minimum + 1,
        MaxSurge = 1,
        MaxUnavailable = 0,
        NodeAgentSecretName = agentSecret,
        UserDataSecretRef = new SecretKeySelector { Name = "userdata", Key = "userData" },
    };

    private Task ApplyClusterAsync(bool hibernated)
    {
        var shoot = new Shoot { Metadata = new ObjectMeta { Name = "test" }, Spec = new ShootSpec { Hibernation = new Hibernation { Enabled = hibernated } } };
        var cluster = new Cluster
        {
            Metadata = new ObjectMeta { Name = MachineWorld.Namespace },
            Spec = new ClusterSpec
            {
                Shoot = JsonSerializer.SerializeToElement(KubernetesJson.ToNode(shoot)),
                CloudProfile = JsonSerializer.SerializeToElement(new JsonObject()),
            },
        };
        return world.Control.ApplyAsync(cluster, "gardenlet", Token);
    }

    private sealed class ScriptedProvider : IWorkerProvider
    {
        public string Provider => "scripted";

        public int MinReadySeconds => 0;

        public IEnumerable<string> HashValues(WorkerPool pool) => [];

        public JsonObject ProviderSpec(ActuatorRequest<Worker> request, WorkerPool pool, string? zone) => [];
    }
}
