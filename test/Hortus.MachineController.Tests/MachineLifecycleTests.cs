using Hortus.Client;
using Hortus.Extensions;
using Hortus.MachineController.Machines;
using Hortus.MachineController.Safety;
using Hortus.MachineController.Tests.World;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Machine;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hortus.MachineController.Tests;

[Trait("Category", "Integration")]
public sealed class MachineLifecycleTests : IAsyncLifetime
{
    private readonly CancellationTokenSource deadline = new(TimeSpan.FromSeconds(60));
    private MachineWorld world = null!;

    private CancellationToken Token => deadline.Token;

    public async Task InitializeAsync() => world = await MachineWorld.StartAsync(Token);

    public async Task DisposeAsync()
    {
        await world.DisposeAsync();
        deadline.Dispose();
    }

    [Fact]
    public async Task A_deployment_becomes_running_machines_with_labelled_nodes()
    {
        await world.ApplyAsync(2, Token);

        await world.UntilSettledAsync(Token);

        var machines = await world.MachinesAsync(Token);
        machines.Count.ShouldBe(2);
        foreach (var machine in machines)
        {
            machine.Status!.CurrentStatus!.Phase.ShouldBe(MachinePhase.Running);
            machine.Status.LastOperation.ShouldSatisfyAllConditions(
                last => last!.Type.ShouldBe("Create"), last => last!.State.ShouldBe("Successful"));
            machine.Spec.ProviderID.ShouldBe("scripted://" + machine.Metadata.Name);
            var node = await world.Target.UntilAsync<Node>(
                ObjectKey.Cluster(machine.Metadata.Name!), n => n?.Metadata.Label(GardenerLabels.NodeMachineName) is not null, Token);
            node!.Metadata.Label(GardenerLabels.NodeMachineName).ShouldBe(machine.Metadata.Name);
            node.Metadata.Label(MachineWorld.PoolLabel).ShouldBe("pool");
        }
    }

    [Fact]
    public async Task A_crash_after_the_drivers_call_leads_to_the_same_machine()
    {
        world.Driver.CrashesAfterCreate.Enqueue(new InvalidOperationException("crash"));
        await world.ApplyAsync(1, Token);

        await world.UntilSettledAsync(Token);

        world.Driver.Made.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_restarted_controller_finds_its_machines()
    {
        await world.ApplyAsync(2, Token);
        await world.UntilSettledAsync(Token);

        await world.RestartAsync();
        await world.ApplyAsync(3, Token);
        await world.UntilSettledAsync(Token);

        world.Driver.Made.Count.ShouldBe(3);
    }

    [Fact]
    public async Task Scaling_down_keeps_what_runs_and_takes_what_has_low_priority()
    {
        await world.ApplyAsync(3, Token);
        await world.UntilSettledAsync(Token);
        var victim = (await world.MachinesAsync(Token))[1];
        await world.Control.PatchAsync<Machine>(
            victim.Key,
            Patch.Merge(new() { ["metadata"] = new System.Text.Json.Nodes.JsonObject { ["annotations"] = new System.Text.Json.Nodes.JsonObject { ["machinepriority.machine.sapcloud.io"] = "1" } } }),
            Token);
        await world.Surroundings.Machines.WaitAsync(
            victim.Key, m => m?.Metadata.Annotation("machinepriority.machine.sapcloud.io") == "1", Token);

        await world.ApplyAsync(2, Token);
        await world.UntilSettledAsync(Token);

        var left = await world.MachinesAsync(Token);
        left.Select(m => m.Metadata.Name).ShouldNotContain(victim.Metadata.Name);
        world.Driver.Machines.Count.ShouldBe(2);
        (await world.Target.FindAsync<Node>(ObjectKey.Cluster(victim.Metadata.Name!), Token)).ShouldBeNull();
    }

    [Fact]
    public async Task A_lost_machine_is_replaced()
    {
        await world.ApplyAsync(2, Token);
        await world.UntilSettledAsync(Token);
        var lost = (await world.MachinesAsync(Token))[0].Metadata.Name!;

        await world.Driver.LoseAsync(lost, Token);

        await world.Control.UntilAsync<Machine>(new ObjectKey(MachineWorld.Namespace, lost), m => m is null, Token);
        await world.UntilSettledAsync(Token);
        world.Driver.Made.Count.ShouldBe(3);
        (await world.Target.FindAsync<Node>(ObjectKey.Cluster(lost), Token)).ShouldBeNull();
    }

    [Fact]
    public async Task A_node_that_is_not_ready_makes_its_machine_unknown_and_comes_back()
    {
        await world.ApplyAsync(1, Token);
        await world.UntilSettledAsync(Token);
        var machine = (await world.MachinesAsync(Token))[0];

        await world.Driver.SetReadyAsync(machine.Metadata.Name!, "False", Token);
        await PhaseAsync(machine, MachinePhase.Unknown);
        await world.Driver.SetReadyAsync(machine.Metadata.Name!, "True", Token);
        await PhaseAsync(machine, MachinePhase.Running);

        world.Driver.Made.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_node_that_stays_unhealthy_beyond_the_limit_is_replaced()
    {
        await world.RestartAsync(new MachineControllerManagerOptions
        {
            TargetKubeconfig = "",
            Namespace = MachineWorld.Namespace,
            MachineHealthTimeout = TimeSpan.FromMilliseconds(300),
        });
        await world.ApplyAsync(1, Token);
        await world.UntilSettledAsync(Token);
        var machine = (await world.MachinesAsync(Token))[0];

        await world.Driver.SetReadyAsync(machine.Metadata.Name!, "False", Token);

        await world.Control.UntilAsync<Machine>(machine.Key, m => m is null, Token);
        await world.UntilSettledAsync(Token);
        world.Driver.Made.Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_fault_of_the_driver_is_reported_with_its_code_and_tried_again()
    {
        world.Driver.CreateFault = _ => new MachineDriverException(MachineErrorCode.ResourceExhausted, "no machines left");
        await world.ApplyAsync(1, Token);

        var deployment = await world.UntilAsync((_, status) => status.FailedMachines is [_, ..], Token);

        var failed = deployment.Status!.FailedMachines![0];
        failed.LastOperation!.ErrorCode.ShouldBe("ResourceExhausted");
        failed.LastOperation.Description.ShouldBe("no machines left");
        (await world.MachinesAsync(Token))[0].Status!.CurrentStatus!.Phase.ShouldBe(MachinePhase.CrashLoopBackOff);
    }

    [Fact]
    public async Task A_passing_fault_of_the_driver_is_overcome()
    {
        var calls = 0;
        world.Driver.CreateFault = _ => Interlocked.Increment(ref calls) == 1
            ? new MachineDriverException(MachineErrorCode.Unavailable, "try later")
            : null;
        await world.ApplyAsync(1, Token);

        var settled = await world.UntilSettledAsync(Token);

        settled.Status!.FailedMachines.ShouldBe([]);
        (await world.MachinesAsync(Token))[0].Status!.LastOperation!.ErrorCode.ShouldBeNull();
    }

    [Fact]
    public async Task A_machine_that_does_not_join_in_time_fails()
    {
        world.Driver.NodesBecomeReady = false;
        await world.RestartAsync(new MachineControllerManagerOptions
        {
            TargetKubeconfig = "",
            Namespace = MachineWorld.Namespace,
            MachineCreationTimeout = TimeSpan.FromSeconds(1),
        });
        await world.ApplyAsync(1, Token);
        await world.Control.UntilAnyAsync(MachineWorld.Namespace, m => m.Spec.ProviderID is not null, Token);
        var first = (await world.MachinesAsync(Token))[0];
        world.Driver.NodesBecomeReady = true;

        await world.Control.UntilAsync<Machine>(first.Key, m => m is null, Token);
        await world.UntilSettledAsync(Token);

        world.Driver.Machines.ShouldNotContain(first.Metadata.Name);
    }

    [Fact]
    public async Task An_update_replaces_all_machines_and_never_has_too_few_ready_nodes()
    {
        await world.ApplyAsync(3, Token);
        await world.UntilSettledAsync(Token);
        var old = (await world.MachinesAsync(Token)).Select(m => m.Metadata.Name).ToArray();
        var oldSet = (await world.Control.ListAsync<MachineSet>(ListOptions.In(MachineWorld.Namespace), Token)).Items.Single();
        await world.AddClassAsync("class-b", Token);
        var least = int.MaxValue;
        using var watching = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var watch = WatchReadyNodesAsync(count => least = Math.Min(least, count), watching.Token);

        await world.ApplyAsync(3, Token, "class-b");
        await world.UntilSettledAsync(Token);
        await watching.CancelAsync();
        await watch;

        var now = await world.MachinesAsync(Token);
        now.Count.ShouldBe(3);
        now.ShouldAllBe(m => m.Spec.Class.Name == "class-b" && !old.Contains(m.Metadata.Name));
        least.ShouldBeGreaterThanOrEqualTo(3);
        await world.Surroundings.Sets.WaitAsync(oldSet.Key, set => set is null, Token);
    }

    [Fact]
    public async Task A_class_stays_until_no_machine_uses_it()
    {
        await world.ApplyAsync(1, Token);
        await world.UntilSettledAsync(Token);
        var key = new ObjectKey(MachineWorld.Namespace, MachineWorld.ClassName);
        await world.Control.UntilAsync<MachineClass>(key, c => c?.Metadata.Finalizers is [_, ..], Token);

        await world.Control.DeleteAsync<MachineClass>(key, null, Token);
        (await world.Control.GetAsync<MachineClass>(key, Token)).Metadata.IsDeleting().ShouldBeTrue();
        await world.Control.DeleteAsync<MachineDeployment>(new ObjectKey(MachineWorld.Namespace, "pool"), null, Token);

        await world.Control.UntilAsync<MachineClass>(key, c => c is null, Token);
        world.Driver.Machines.ShouldBeEmpty();
    }

    [Fact]
    public async Task Deleting_a_deployment_takes_its_machines_and_nodes_along()
    {
        await world.ApplyAsync(2, Token);
        await world.UntilSettledAsync(Token);

        await world.Control.DeleteAsync<MachineDeployment>(new ObjectKey(MachineWorld.Namespace, "pool"), null, Token);
        await world.Control.UntilAsync<MachineDeployment>(new ObjectKey(MachineWorld.Namespace, "pool"), d => d is null, Token);

        world.Driver.Machines.ShouldBeEmpty();
        (await world.MachinesAsync(Token)).ShouldBeEmpty();
        (await world.Target.ListAsync<Node>(ListOptions.All, Token)).Items.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_machine_that_no_object_knows_is_removed()
    {
        await world.ApplyAsync(1, Token);
        await world.UntilSettledAsync(Token);
        world.Driver.AddOrphan("stray");

        await new OrphanSearch(world.Surroundings, NullLogger<OrphanSearch>.Instance).SearchAsync(Token);

        world.Driver.Machines.ShouldBe([(await world.MachinesAsync(Token))[0].Metadata.Name!]);
    }

    [Fact]
    public async Task Pods_leave_before_their_machine_goes()
    {
        await world.ApplyAsync(1, Token);
        await world.UntilSettledAsync(Token);
        var node = (await world.MachinesAsync(Token))[0].Metadata.Name!;
        await world.Target.CreateAsync(new Namespace { Metadata = new ObjectMeta { Name = "apps" } }, Token);
        await world.Target.CreateAsync(
            new ServiceAccount { Metadata = new ObjectMeta { Namespace = "apps", Name = "default" } }, Token);
        var pod = new Pod
        {
            Metadata = new ObjectMeta { Namespace = "apps", Name = "web" },
            Spec = new PodSpec
            {
                NodeName = node,
                TerminationGracePeriodSeconds = 0,
                Containers = [new Container { Name = "web", Image = "web" }],
            },
        };
        await world.Target.CreateAsync(pod, Token);

        await world.ApplyAsync(0, Token);
        await world.UntilSettledAsync(Token);

        (await world.Target.FindAsync<Pod>(pod.Key, Token)).ShouldBeNull();
    }

    private Task PhaseAsync(Machine machine, string phase) =>
        world.Control.UntilAsync<Machine>(machine.Key, m => m?.Status?.CurrentStatus?.Phase == phase, Token);

    private async Task WatchReadyNodesAsync(Action<int> count, CancellationToken cancellationToken)
    {
        var ready = new HashSet<string>();
        var nodes = await world.Target.ListAsync<Node>(ListOptions.All, Token);
        ready.UnionWith(nodes.Items.Where(IsUsable).Select(n => n.Metadata.Name!));
        try
        {
            var options = new WatchOptions { ResourceVersion = nodes.Metadata.ResourceVersion };
            await foreach (var change in world.Target.WatchAsync<Node>(options, cancellationToken))
            {
                if (change.Type == WatchEventType.Bookmark)
                {
                    continue;
                }

                if (change.Type != WatchEventType.Deleted && IsUsable(change.Object))
                {
                    ready.Add(change.Object.Metadata.Name!);
                }
                else
                {
                    ready.Remove(change.Object.Metadata.Name!);
                }

                count(ready.Count);
            }
        }
        catch (OperationCanceledException)
        {
            // Enough seen.
        }
    }

    private static bool IsUsable(Node node) =>
        Conditions.IsTrue(node.Status.Conditions, "Ready") && node.Spec.Unschedulable != true && !node.Metadata.IsDeleting();
}
