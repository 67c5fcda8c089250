using System.Text.Json;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.Extensions;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;
using Hortus.Testing;
using ControlPlane = Hortus.Objects.Gardener.Extensions.ControlPlane;

namespace Hortus.Extensions.Tests.Actuators;

[Trait("Category", "Integration")]
public sealed class ExtensionReconcilerTests : IAsyncLifetime
{
    private static readonly ObjectKey Key = new("shoot--local--test", "test");
    private readonly CancellationTokenSource deadline = new(TimeSpan.FromSeconds(60));
    private readonly ScriptedActuator actuator = new();
    private InProcessApiServer server = null!;
    private KubernetesClient seed = null!;
    private Task running = Task.CompletedTask;

    private CancellationToken Token => deadline.Token;

    public async Task InitializeAsync()
    {
        server = await InProcessApiServer.StartAsync(Token);
        seed = server.Connect();
        await CustomKinds.InstallAsync(seed, [typeof(ControlPlane), typeof(Cluster)], Token);
        await seed.CreateAsync(new Namespace { Metadata = new ObjectMeta { Name = Key.Namespace } }, Token);
        var manager = TestManagers.NewManager(seed, TimeProvider.System);
        manager.AddExtension(new ExtensionController<ControlPlane>("controlplane", "local", actuator), TimeProvider.System);
        running = manager.RunAsync(Token);
    }

    public async Task DisposeAsync()
    {
        await deadline.CancelAsync();
        await running.ContinueWith(_ => { }, TaskScheduler.Default);
        seed.Dispose();
        await server.DisposeAsync();
        deadline.Dispose();
    }

    [Fact]
    public async Task The_gardenlets_waiter_is_satisfied_by_an_actuator()
    {
        var waiter = new ExtensionWaiter(seed, "gardenlet", TimeProvider.System);

        for (var round = 1; round <= 10; round++)
        {
            var written = await waiter.DeployAsync(Wanted(), GardenerOperations.Reconcile, Token);
            var ready = await waiter.WaitAsync(written, ExtensionWaitTimes.Standard, Token);
            ready.Metadata.Annotation(GardenerAnnotations.Operation).ShouldBeNull();
            ready.Status!.LastOperation!.Type.ShouldBe(round == 1 ? "Create" : "Reconcile");
            actuator.Reconciled.ShouldBe(round);
        }

        await waiter.DestroyAsync<ControlPlane>(Key, Token);
        await waiter.WaitGoneAsync<ControlPlane>(Key, ExtensionWaitTimes.Standard, Token);
        actuator.Deleted.ShouldBe(1);
    }

    [Fact]
    public async Task The_annotation_is_gone_and_the_finalizer_there_before_the_actuator_acts()
    {
        ControlPlane? seen = null;
        actuator.OnReconcile = (request, _) =>
        {
            seen = request.Object;
            return Task.CompletedTask;
        };
        var waiter = new ExtensionWaiter(seed, "gardenlet", TimeProvider.System);
        var written = await waiter.DeployAsync(Wanted(), GardenerOperations.Reconcile, Token);
        await waiter.WaitAsync(written, ExtensionWaitTimes.Standard, Token);

        seen!.Metadata.Annotation(GardenerAnnotations.Operation).ShouldBeNull();
        seen.Metadata.Finalizers.ShouldBe(["extensions.gardener.cloud/controlplane"]);
        seen.Status!.LastOperation!.State.ShouldBe(LastOperationState.Processing);
    }

    [Fact]
    public async Task A_fault_is_reported_with_its_codes_and_the_run_is_repeated()
    {
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        actuator.OnReconcile = (_, _) => release.Task.IsCompleted
            ? Task.CompletedTask
            : throw new ExtensionException("quota is used up", [ErrorCode.InfraQuotaExceeded]);
        await seed.CreateAsync(Wanted(), Token);

        var failed = await seed.UntilAsync<ControlPlane>(Key, value => value?.Status?.LastError is not null, Token);
        failed!.Status!.LastError!.Codes.ShouldBe([ErrorCode.InfraQuotaExceeded]);
        failed.Status.LastError.Description.ShouldContain("quota is used up");
        failed.Status.ObservedGeneration.ShouldBe(failed.Metadata.Generation);
        release.SetResult();

        var done = await seed.UntilAsync<ControlPlane>(
            Key, value => value?.Status?.LastOperation?.State == LastOperationState.Succeeded, Token);
        done!.Status!.LastError.ShouldBeNull();
    }

    [Fact]
    public async Task A_new_request_cuts_a_long_run_short()
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        actuator.OnReconcile = (request, cancellationToken) =>
        {
            if (request.Object.Spec.Region == "new")
            {
                return Task.CompletedTask;
            }

            started.TrySetResult();
            return Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
        };
        var waiter = new ExtensionWaiter(seed, "gardenlet", TimeProvider.System);
        await waiter.DeployAsync(Wanted(), GardenerOperations.Reconcile, Token);
        await started.Task.WaitAsync(Token);

        var changed = Wanted() with { Spec = new ControlPlaneSpec { Type = "local", Region = "new" } };
        var written = await waiter.DeployAsync(changed, GardenerOperations.Reconcile, Token);

        (await waiter.WaitAsync(written, ExtensionWaitTimes.Standard, Token)).Spec.Region.ShouldBe("new");
    }

    [Fact]
    public async Task A_cluster_whose_shoot_has_failed_is_left_alone_until_it_is_tried_again()
    {
        await ApplyClusterAsync("Failed");
        await seed.CreateAsync(Wanted(), Token);
        await seed.CreateAsync(
            Wanted() with { Metadata = new ObjectMeta { Namespace = await OtherNamespaceAsync(), Name = "other" } }, Token);
        await seed.UntilAsync<ControlPlane>(
            new ObjectKey("shoot--local--other", "other"), value => value?.Status?.LastOperation?.State == "Succeeded", Token);
        (await seed.GetAsync<ControlPlane>(Key, Token)).Status.ShouldBeNull();

        await ApplyClusterAsync("Processing");

        await seed.UntilAsync<ControlPlane>(Key, value => value?.Status?.LastOperation?.State == "Succeeded", Token);
    }

    private static ControlPlane Wanted() => new()
    {
        Metadata = new ObjectMeta { Namespace = Key.Namespace, Name = Key.Name },
        Spec = new ControlPlaneSpec { Type = "local", Region = "local" },
    };

    private async Task<string> OtherNamespaceAsync()
    {
        const string name = "shoot--local--other";
        await seed.CreateAsync(new Namespace { Metadata = new ObjectMeta { Name = name } }, Token);
        return name;
    }

    private Task ApplyClusterAsync(string state)
    {
        var shoot = new Shoot
        {
            Metadata = new ObjectMeta { Name = "test" },
            Status = new ShootStatus { LastOperation = new LastOperation { State = state, Type = "Create" } },
        };
        var cluster = new Cluster
        {
            Metadata = new ObjectMeta { Name = Key.Namespace },
            Spec = new ClusterSpec
            {
                Shoot = JsonSerializer.SerializeToElement(KubernetesJson.ToNode(shoot)),
                CloudProfile = JsonSerializer.SerializeToElement(new Dictionary<string, string>()),
            },
        };
        return seed.ApplyAsync(cluster, "gardenlet", Token);
    }

    private sealed class ScriptedActuator : IActuator<ControlPlane>
    {
        private int reconciled;

        public int Reconciled => reconciled;

        public int Deleted { get; private set; }

        public Func<ActuatorRequest<ControlPlane>, CancellationToken, Task> OnReconcile { get; set; } = (_, _) => Task.CompletedTask;

        public async Task<DefaultStatus?> ReconcileAsync(ActuatorRequest<ControlPlane> request, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref reconciled);
            await OnReconcile(request, cancellationToken);
            return null;
        }

        public Task DeleteAsync(ActuatorRequest<ControlPlane> request, CancellationToken cancellationToken)
        {
            Deleted++;
            return Task.CompletedTask;
        }
    }
}
