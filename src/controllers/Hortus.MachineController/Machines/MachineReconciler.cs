using Hortus.Extensions;
using Hortus.MachineController.Safety;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Machine;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;

namespace Hortus.MachineController.Machines;

/// <summary>Brings one machine to life, follows its node's health, and takes it down.</summary>
internal sealed class MachineReconciler : IReconciler
{
    private static readonly TimeSpan OneAtATime = TimeSpan.FromSeconds(10);

    private readonly MachineSurroundings surroundings;
    private readonly MachineStatusWriter status;
    private readonly MachineRequests requests;
    private readonly MachineHealth health;
    private readonly MachineCreation creation;
    private readonly MachineDeletion deletion;

    public MachineReconciler(MachineSurroundings surroundings)
    {
        this.surroundings = surroundings;
        status = new MachineStatusWriter(surroundings);
        requests = new MachineRequests(surroundings);
        health = new MachineHealth(surroundings.Times, surroundings.Options.NodeConditions);
        creation = new MachineCreation(surroundings, status, requests);
        deletion = new MachineDeletion(surroundings, status, requests);
    }

    public async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        if (surroundings.Machines.Find(key) is not { } machine)
        {
            return ReconcileResult.Done;
        }

        if (surroundings.Freeze.IsFrozen && !MachineDeletion.IsForced(machine))
        {
            return ReconcileResult.After(TargetFreeze.LookAgain);
        }

        if (machine.Metadata.IsDeleting())
        {
            return await deletion.RunAsync(machine, cancellationToken);
        }

        machine = await surroundings.Client.AddFinalizerAsync(
            machine, GardenerFinalizers.MachineController, cancellationToken);
        return machine switch
        {
            { Status.CurrentStatus.Phase: MachinePhase.Failed } => ReconcileResult.Done,
            { Spec.ProviderID: null or "" } => await creation.RunAsync(machine, cancellationToken),
            _ => await FollowAsync(machine, cancellationToken),
        };
    }

    private async Task<ReconcileResult> FollowAsync(Machine machine, CancellationToken cancellationToken)
    {
        var node = NodeOf(machine);
        var verdict = health.Judge(machine, node, surroundings.Now);
        if (verdict.Phase == MachinePhase.Unknown && await IsGoneAsync(machine, cancellationToken))
        {
            verdict = new HealthVerdict(MachinePhase.Failed, $"the driver finds no machine any more; {verdict.Reason}");
        }
        else if (verdict.Phase == MachinePhase.Failed && WaitsForOthers(machine))
        {
            return ReconcileResult.After(OneAtATime);
        }

        if (node is not null)
        {
            await new NodeTemplateSync(surroundings.Target.Client).SyncAsync(machine, node, cancellationToken);
        }

        await status.WriteAsync(machine, Report(machine, node, verdict), cancellationToken);
        return verdict.LookAgain is { } again ? ReconcileResult.After(again) : ReconcileResult.Done;
    }

    private Node? NodeOf(Machine machine) => machine.Metadata.Label(GardenerLabels.MachineNode) is { } name
        ? surroundings.Nodes.Find(ObjectKey.Cluster(name))
        : null;

    private async Task<bool> IsGoneAsync(Machine machine, CancellationToken cancellationToken)
    {
        try
        {
            await surroundings.Driver.GetStatusAsync(await requests.ForAsync(machine, cancellationToken), cancellationToken);
            return false;
        }
        catch (MachineDriverException e)
        {
            // Whatever else the driver says, the machine may still be there.
            return e.Code == MachineErrorCode.NotFound;
        }
    }

    // When a zone's network breaks, all machines there look dead. One of a set is replaced after the other, so that most are
    // still there when the network returns.
    private bool WaitsForOthers(Machine machine)
    {
        var owner = machine.Metadata.ControllerOwner()?.Uid;
        return owner is not null && surroundings.Machines.List(machine.Metadata.Namespace).Any(other =>
            other.Metadata.Uid != machine.Metadata.Uid
            && other.Metadata.ControllerOwner()?.Uid == owner
            && IsBeingReplaced(other));
    }

    private static bool IsBeingReplaced(Machine machine) =>
        machine.Status?.CurrentStatus?.Phase is MachinePhase.Failed or null or MachinePhase.Pending or MachinePhase.Available
            or MachinePhase.CrashLoopBackOff;

    private static MachineReport Report(Machine machine, Node? node, HealthVerdict verdict)
    {
        var wasJoining = machine.Status?.LastOperation is null or
        {
            Type: MachineOperation.Create,
            State: not MachineOperationState.Successful,
        };
        var operation = wasJoining
            || machine.Status?.LastOperation is { Type: MachineOperation.Create, State: MachineOperationState.Successful }
            && verdict.Phase == MachinePhase.Running
                ? MachineOperation.Create
                : MachineOperation.HealthCheck;
        var state = verdict.Phase switch
        {
            MachinePhase.Running => MachineOperationState.Successful,
            MachinePhase.Failed => MachineOperationState.Failed,
            _ => MachineOperationState.Processing,
        };
        var addresses = node?.Status.Addresses?.Where(a => a.Type == "InternalIP").Select(a => a.Address).ToArray();
        return new MachineReport(verdict.Phase, operation, state, verdict.Reason) { Addresses = addresses };
    }
}
