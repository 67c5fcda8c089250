using Hortus.Components;
using Hortus.Flow;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hortus.Gardenlet.Tests;

public sealed class ShootFlowTests
{
    private static readonly FlowPlan Creation = ShootReconcileFlow.Build(Operation());

    [Theory]
    [InlineData(ShootTasks.DeployInfrastructure, ShootTasks.DeployCloudProvider)]
    [InlineData(ShootTasks.DeployApiServer, ShootTasks.DeployApiServerService)]
    [InlineData(ShootTasks.DeployApiServer, ShootTasks.InitializeSecrets)]
    [InlineData(ShootTasks.DeployControlPlane, ShootTasks.WaitInfrastructure)]
    [InlineData(ShootTasks.DeployControlPlane, ShootTasks.WaitApiServer)]
    [InlineData(ShootTasks.DeploySystemResources, ShootTasks.ConnectShoot)]
    [InlineData(ShootTasks.DeployWorker, ShootTasks.WaitSystemConfigs)]
    [InlineData(ShootTasks.DeployWorker, ShootTasks.WaitSystemResources)]
    [InlineData(ShootTasks.WaitSystemResources, ShootTasks.DeployResourceManager)]
    [InlineData(ShootTasks.DeployWorker, ShootTasks.DeployMachineController)]
    [InlineData(ShootTasks.WaitWorker, ShootTasks.DeployWorker)]
    [InlineData(ShootTasks.DeployApiServer, ShootTasks.WaitExtensionsBefore)]
    [InlineData(ShootTasks.DeployExtensionsAfter, ShootTasks.ConnectShoot)]
    [InlineData(ShootTasks.DeployExtensionsAfterWorker, ShootTasks.DeployWorker)]
    [InlineData(ShootTasks.WaitStaleExtensionsGone, ShootTasks.ConnectShoot)]
    [InlineData(ShootTasks.DeployContainerRuntimes, ShootTasks.ConnectShoot)]
    public void Creation_does_one_before_the_other(string later, string earlier) => Before(Creation, later).ShouldContain(earlier);

    [Fact]
    public void Creation_makes_infrastructure_and_API_server_side_by_side()
    {
        Before(Creation, ShootTasks.DeployApiServer).ShouldNotContain(ShootTasks.DeployInfrastructure);
        Before(Creation, ShootTasks.WaitInfrastructure).ShouldNotContain(ShootTasks.DeployApiServer);
    }

    [Theory]
    [InlineData(ShootTasks.DestroyMachineController, ShootTasks.WaitWorkerGone)]
    [InlineData(ShootTasks.DestroyWorker, ShootTasks.DeployMachineController)]
    [InlineData(ShootTasks.DestroyApiServer, ShootTasks.WaitWorkerGone)]
    [InlineData(ShootTasks.DestroyApiServer, ShootTasks.WaitNetworkGone)]
    [InlineData(ShootTasks.DestroyManagedResources, ShootTasks.WaitWorkerGone)]
    [InlineData(ShootTasks.DestroyResourceManager, ShootTasks.WaitManagedResourcesGone)]
    [InlineData(ShootTasks.DestroyApiServer, ShootTasks.DestroyResourceManager)]
    [InlineData(ShootTasks.DestroyInfrastructure, ShootTasks.WaitWorkerGone)]
    [InlineData(ShootTasks.DeleteNamespace, ShootTasks.WaitInfrastructureGone)]
    [InlineData(ShootTasks.DestroyExtensionsBefore, ShootTasks.WaitWorkerGone)]
    [InlineData(ShootTasks.DestroyExtensionsBefore, ShootTasks.DeployResourceManager)]
    [InlineData(ShootTasks.DestroyControlPlane, ShootTasks.WaitExtensionsBeforeGone)]
    [InlineData(ShootTasks.DestroyControlPlane, ShootTasks.DestroyContainerRuntimes)]
    [InlineData(ShootTasks.DestroyManagedResources, ShootTasks.WaitExtensionsBeforeGone)]
    [InlineData(ShootTasks.DestroyExtensionsAfter, ShootTasks.DestroyApiServer)]
    [InlineData(ShootTasks.DestroyInfrastructure, ShootTasks.WaitExtensionsAfterGone)]
    [InlineData(ShootTasks.DeleteCluster, ShootTasks.WaitNamespaceGone)]
    public void Deletion_does_one_before_the_other(string later, string earlier) =>
        Before(new ShootDeletionFlow(Operation(), namespaceExists: true, apiServerExists: true).Build(), later).ShouldContain(earlier);

    [Fact]
    public void What_comes_before_the_API_server_has_the_infrastructure_already()
    {
        var offer = new ControllerResource
        {
            Kind = "Extension",
            Type = "early",
            AutoEnable = ["shoot"],
            Lifecycle = new ControllerResourceLifecycle { Reconcile = "BeforeKubeAPIServer" },
        };

        Before(ShootReconcileFlow.Build(Operation([offer])), ShootTasks.DeployApiServer).ShouldContain(ShootTasks.WaitInfrastructure);
    }

    [Fact]
    public void Each_runtime_of_each_pool_is_an_object()
    {
        var pool = new Worker
        {
            Name = "a",
            Cri = new CRI
            {
                Name = "containerd",
                ContainerRuntimes = [new ContainerRuntime { Type = "gvisor" }, new ContainerRuntime { Type = "kata" }],
            },
        };

        var wanted = new ContainerRuntimesPart(Operation([], pool, pool with { Name = "b", Cri = null })).Wanted().ToArray();

        wanted.Select(runtime => runtime.Key.ToString()).ShouldBe(["shoot--local--one/gvisor-a", "shoot--local--one/kata-a"]);
        wanted[0].Spec.ShouldSatisfyAllConditions(
            spec => spec.Type.ShouldBe("gvisor"),
            spec => spec.BinaryPath.ShouldBe("/var/bin/containerruntimes"),
            spec => spec.WorkerPool.Name.ShouldBe("a"),
            spec => spec.WorkerPool.Selector.MatchLabels!["worker.gardener.cloud/pool"].ShouldBe("a"));
    }

    private static HashSet<string> Before(FlowPlan plan, string id)
    {
        var found = new HashSet<string>();
        var next = new Queue<string>(plan.DependenciesOf(id));
        while (next.TryDequeue(out var earlier))
        {
            if (found.Add(earlier))
            {
                plan.DependenciesOf(earlier).ToList().ForEach(next.Enqueue);
            }
        }

        return found;
    }

    private static ShootOperation Operation(IReadOnlyList<ControllerResource>? offers = null, params IReadOnlyList<Worker> pools)
    {
        var shoot = new Shoot
        {
            Metadata = new ObjectMeta { Namespace = "garden-local", Name = "one" },
            Spec = new ShootSpec { Provider = new Provider { Type = "local", Workers = pools is [] ? [new Worker { Name = "a" }] : pools } },
        };
        var surroundings = World.TestSurroundings.Of(new World.NoCluster(), new World.NoCluster());
        var inputs = new ShootInputs
        {
            Shoot = shoot,
            Seed = new Seed(),
            CloudProfile = new CloudProfile(),
            ProjectName = "local",
            TechnicalID = "shoot--local--one",
            Offers = offers ?? [],
        };
        return new ShootOperation(surroundings, inputs, LastOperationType.Create);
    }
}
