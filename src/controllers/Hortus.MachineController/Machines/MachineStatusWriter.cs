using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener.Machine;

namespace Hortus.MachineController.Machines;

/// <summary>What to write into a machine's status; null fields stay as they are.</summary>
internal sealed record MachineReport(string Phase, string Operation, string State, string Description)
{
    /// <summary>Class of the driver's fault.</summary>
    public string? ErrorCode { get; init; }

    public IReadOnlyList<string>? Addresses { get; init; }
}

/// <summary>Writes statuses of machines, leaving out requests that would change nothing.</summary>
internal sealed class MachineStatusWriter(MachineSurroundings surroundings)
{
    public async Task<Machine> WriteAsync(Machine machine, MachineReport report, CancellationToken cancellationToken)
    {
        if (IsWritten(machine.Status, report))
        {
            return machine;
        }

        var now = surroundings.Now;
        var samePhase = machine.Status?.CurrentStatus?.Phase == report.Phase;
        var status = new JsonObject
        {
            ["currentStatus"] = KubernetesJson.ToNode(new CurrentStatus
            {
                Phase = report.Phase,
                TimeoutActive = report.Phase is not (MachinePhase.Running or MachinePhase.Failed),
                // Limits count from the moment the machine got into its phase.
                LastUpdateTime = samePhase ? machine.Status!.CurrentStatus!.LastUpdateTime ?? now : now,
            }),
            ["lastOperation"] = Replacing(KubernetesJson.ToNode(new LastOperation
            {
                Type = report.Operation,
                State = report.State,
                Description = report.Description,
                ErrorCode = report.ErrorCode,
                LastUpdateTime = now,
            })),
        };
        if (report.Addresses is { Count: > 0 } addresses)
        {
            status["addresses"] = new JsonArray(
                [.. addresses.Select(a => new JsonObject { ["type"] = "InternalIP", ["address"] = a })]);
        }

        return await surroundings.Client.PatchAsync<Machine>(
            machine.Key, Patch.Merge(new JsonObject { ["status"] = status }) with { Subresource = "status" }, cancellationToken);
    }

    private static bool IsWritten(MachineStatus? status, MachineReport report) =>
        status?.CurrentStatus?.Phase == report.Phase
        && status.LastOperation?.Type == report.Operation
        && status.LastOperation.State == report.State
        && status.LastOperation.Description == report.Description
        && status.LastOperation.ErrorCode == report.ErrorCode
        && (report.Addresses is not { Count: > 0 } || (status.Addresses ?? []).Select(a => a.Address).SequenceEqual(report.Addresses));

    private static JsonObject Replacing(JsonObject operation)
    {
        // A merge patch keeps what it does not name: an old code must not outlive its fault.
        operation.TryAdd("errorCode", null);
        return operation;
    }
}
