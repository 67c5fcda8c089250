using Hortus.Client;
using Hortus.Extensions;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Machine;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;

namespace Hortus.MachineController.Machines;

/// <summary>Takes a machine down: pods leave, the driver deletes the machine, then its Node goes (a kubelet that still ran
/// would register it again), and last the finalizer.</summary>
internal sealed class MachineDeletion(MachineSurroundings surroundings, MachineStatusWriter status, MachineRequests requests)
{
    private const string ForceLabel = "force-deletion";

    /// <summary>Whether the machine goes without drain and without asking the target, because the cluster goes too.</summary>
    public static bool IsForced(Machine machine) => machine.Metadata.Label(ForceLabel) == "True";

    public async Task<ReconcileResult> RunAsync(Machine machine, CancellationToken cancellationToken)
    {
        if (!machine.Metadata.HasFinalizer(GardenerFinalizers.MachineController))
        {
            return ReconcileResult.Done;
        }

        machine = await status.WriteAsync(machine, Terminating("on its way out"), cancellationToken);
        try
        {
            await RemoveAsync(machine, cancellationToken);
        }
        catch (MachineDriverException e)
        {
            await status.WriteAsync(machine, Terminating(e.Message, e.Code), cancellationToken);
            return ReconcileResult.After(MachineTimes.RetryAfter(e.Code.ToString()));
        }

        await RemoveNodeAsync(machine, cancellationToken);
        await surroundings.Client.RemoveFinalizerAsync(machine, GardenerFinalizers.MachineController, cancellationToken);
        return ReconcileResult.Done;
    }

    private static MachineReport Terminating(string text, MachineErrorCode? fault = null) => new(
        MachinePhase.Terminating,
        MachineOperation.Delete,
        fault is null ? MachineOperationState.Processing : MachineOperationState.Failed,
        text)
    {
        ErrorCode = fault?.ToString(),
    };

    private async Task RemoveAsync(Machine machine, CancellationToken cancellationToken)
    {
        if (await RequestAsync(machine, cancellationToken) is not { } request)
        {
            return;
        }

        try
        {
            await surroundings.Driver.GetStatusAsync(request, cancellationToken);
            if (!IsForced(machine))
            {
                await DrainAsync(machine, cancellationToken);
            }
        }
        catch (MachineDriverException e) when (e.Code == MachineErrorCode.NotFound)
        {
            // Without a machine there is nothing to drain; the driver may still have something to tidy up.
        }

        try
        {
            await surroundings.Driver.DeleteAsync(request, cancellationToken);
        }
        catch (MachineDriverException e) when (e.Code == MachineErrorCode.NotFound)
        {
            // That is the goal.
        }
    }

    // A machine that was never made needs no class to go.
    private async Task<MachineRequest?> RequestAsync(Machine machine, CancellationToken cancellationToken)
    {
        try
        {
            return await requests.ForAsync(machine, cancellationToken);
        }
        catch (MachineDriverException) when (string.IsNullOrEmpty(machine.Spec.ProviderID))
        {
            return null;
        }
    }

    private async Task DrainAsync(Machine machine, CancellationToken cancellationToken)
    {
        if (machine.Metadata.Label(GardenerLabels.MachineNode) is not { } name
            || await surroundings.Target.Client.FindAsync<Node>(ObjectKey.Cluster(name), cancellationToken) is not { } node)
        {
            return;
        }

        await status.WriteAsync(
            machine,
            new(MachinePhase.Terminating, MachineOperation.DrainNode, MachineOperationState.Processing, $"pods leave node {name}"),
            cancellationToken);
        var deadline = (machine.Metadata.DeletionTimestamp ?? surroundings.Now) + surroundings.Times.Drain(machine);
        await new NodeDrain(surroundings.Target.Client, surroundings.Clock).RunAsync(node, deadline, cancellationToken);
    }

    private async Task RemoveNodeAsync(Machine machine, CancellationToken cancellationToken)
    {
        if (machine.Metadata.Label(GardenerLabels.MachineNode) is not { } name)
        {
            return;
        }

        try
        {
            await surroundings.Target.Client.DeleteAsync<Node>(ObjectKey.Cluster(name), null, cancellationToken);
        }
        catch (HttpRequestException) when (IsForced(machine))
        {
            // The API server went before the last machine; its Nodes go with it.
        }
    }
}
