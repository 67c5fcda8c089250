using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Extensions;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Machine;
using Hortus.Runtime;

namespace Hortus.MachineController.Machines;

/// <summary>Lets the driver make a machine. A run that was cut short after the driver's call finds the same machine again,
/// because drivers create by name.</summary>
internal sealed class MachineCreation(MachineSurroundings surroundings, MachineStatusWriter status, MachineRequests requests)
{
    public async Task<ReconcileResult> RunAsync(Machine machine, CancellationToken cancellationToken)
    {
        var now = surroundings.Now;
        var last = machine.Status?.LastOperation;
        var deadline = (machine.Metadata.CreationTimestamp ?? now) + surroundings.Times.Creation(machine);
        if (deadline <= now)
        {
            await status.WriteAsync(machine, Failed(machine, last), cancellationToken);
            return ReconcileResult.Done;
        }

        if (machine.Status?.CurrentStatus?.Phase == MachinePhase.CrashLoopBackOff && RetryAt(last) is var at && at > now)
        {
            return ReconcileResult.After((at < deadline ? at : deadline) - now);
        }

        try
        {
            var request = await requests.ForAsync(machine, cancellationToken);
            machine = await status.WriteAsync(machine, Pending(), cancellationToken);
            var made = await surroundings.Driver.CreateAsync(request with { Machine = machine }, cancellationToken);
            machine = await surroundings.Client.PatchAsync<Machine>(machine.Key, Patch.Merge(Identity(made)), cancellationToken);
            await status.WriteAsync(machine, Available(made), cancellationToken);
            return ReconcileResult.Done;
        }
        catch (MachineDriverException e)
        {
            await status.WriteAsync(machine, CrashLoop(e), cancellationToken);
            return ReconcileResult.After(MachineTimes.RetryAfter(e.Code.ToString()));
        }
    }

    private static DateTimeOffset RetryAt(LastOperation? last) =>
        (last?.LastUpdateTime ?? DateTimeOffset.MinValue) + MachineTimes.RetryAfter(last?.ErrorCode);

    private static JsonObject Identity(CreatedMachine made) => new()
    {
        ["metadata"] = new JsonObject { ["labels"] = new JsonObject { [GardenerLabels.MachineNode] = made.NodeName } },
        ["spec"] = new JsonObject { ["providerID"] = made.ProviderId },
    };

    private static MachineReport Pending() => new(
        MachinePhase.Pending, MachineOperation.Create, MachineOperationState.Processing, "the driver is making the machine");

    private static MachineReport Available(CreatedMachine made) => new(
        MachinePhase.Available, MachineOperation.Create, MachineOperationState.Processing, "made; its node is to join")
    {
        Addresses = made.Addresses,
    };

    private static MachineReport CrashLoop(MachineDriverException fault) => new(
        MachinePhase.CrashLoopBackOff, MachineOperation.Create, MachineOperationState.Failed, fault.Message)
    {
        ErrorCode = fault.Code.ToString(),
    };

    private MachineReport Failed(Machine machine, LastOperation? last)
    {
        var limit = surroundings.Times.Creation(machine).TotalMinutes;
        return new MachineReport(
            MachinePhase.Failed,
            MachineOperation.Create,
            MachineOperationState.Failed,
            $"not made {limit:0.#} min after its creation: {last?.Description ?? "the driver was never asked"}")
        {
            ErrorCode = last?.ErrorCode,
        };
    }
}
