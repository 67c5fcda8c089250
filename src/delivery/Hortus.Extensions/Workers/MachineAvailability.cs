using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Machine;

namespace Hortus.Extensions;

/// <summary>Says whether a machine deployment has the machines that a Worker asked for; pure.</summary>
internal static class MachineAvailability
{
    /// <summary>What is missing; null when nothing is.</summary>
    /// <param name="value">The machine deployment; null when absent.</param>
    /// <param name="generation">The generation that the Worker wrote.</param>
    public static string? WhyNot(MachineDeployment? value, long? generation)
    {
        if (value is null || value.Metadata.Generation < generation)
        {
            return "has not been seen yet";
        }

        var status = value.Status ?? new MachineDeploymentStatus();
        var wanted = value.Spec.Replicas ?? 0;
        return status switch
        {
            _ when (status.ObservedGeneration ?? 0) < generation => "is not taken up by the machine controller yet",
            _ when (status.UpdatedReplicas ?? 0) != wanted => $"has {status.UpdatedReplicas ?? 0} of {wanted} machines up to date",
            _ when (status.Replicas ?? 0) != wanted => $"has {status.Replicas ?? 0} machines, wants {wanted}",
            _ when (status.AvailableReplicas ?? 0) < wanted => $"has {status.AvailableReplicas ?? 0} of {wanted} machines available",
            _ => null,
        };
    }

    /// <summary>Throws when machines of the deployment have failed.</summary>
    /// <exception cref="ExtensionException">Names the first failed machine, what happened, and the class of the fault.</exception>
    public static void ThrowIfFailed(MachineDeployment? value, long? generation)
    {
        if (value?.Status is not { FailedMachines: { } machines } status || (status.ObservedGeneration ?? 0) < generation)
        {
            return;
        }

        var lasting = machines.Where(machine => !Passes(machine.LastOperation?.ErrorCode)).ToArray();
        if (lasting is not [var failed, ..])
        {
            return;
        }

        var more = lasting.Length > 1 ? $" (and {lasting.Length - 1} more)" : "";
        var last = failed.LastOperation;
        throw new ExtensionException(
            $"machine {failed.Name}{more} of MachineDeployment {value.Key} failed: {last?.Description ?? "no reason given"}",
            Code(last?.ErrorCode) is { } code ? [code] : []);
    }

    // The driver is asked again within seconds; nobody needs to hear of it.
    private static bool Passes(string? driverCode) =>
        driverCode is nameof(MachineErrorCode.Unavailable) or nameof(MachineErrorCode.Aborted);

    private static string? Code(string? driverCode) => driverCode switch
    {
        nameof(MachineErrorCode.Unauthenticated) => ErrorCode.InfraUnauthenticated,
        nameof(MachineErrorCode.PermissionDenied) => ErrorCode.InfraUnauthorized,
        nameof(MachineErrorCode.ResourceExhausted) => ErrorCode.InfraResourcesDepleted,
        nameof(MachineErrorCode.InvalidArgument) => ErrorCode.ConfigurationProblem,
        nameof(MachineErrorCode.FailedPrecondition) => ErrorCode.InfraDependencies,
        _ => null,
    };
}
