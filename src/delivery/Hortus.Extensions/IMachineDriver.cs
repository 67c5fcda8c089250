using Hortus.Objects.Gardener.Machine;
using Hortus.Objects.Kubernetes;

namespace Hortus.Extensions;

/// <summary>
/// What a machine provider implements; the machine controller does the rest. All calls are idempotent by machine name: a
/// call repeated after a crash finds what the first one made. Source: machine-controller-manager, driver contract.
/// </summary>
public interface IMachineDriver
{
    /// <summary>Creates the machine, or finds it when it exists already.</summary>
    /// <exception cref="MachineDriverException">The code tells the controller whether and when to try again.</exception>
    Task<CreatedMachine> CreateAsync(MachineRequest request, CancellationToken cancellationToken);

    /// <summary>Deletes the machine and returns only when it is gone (else its kubelet would register the Node again).</summary>
    /// <exception cref="MachineDriverException">Code NotFound when there is nothing to delete.</exception>
    Task DeleteAsync(MachineRequest request, CancellationToken cancellationToken);

    /// <summary>The machine as the provider sees it.</summary>
    /// <exception cref="MachineDriverException">Code NotFound when the machine does not exist.</exception>
    Task<CreatedMachine> GetStatusAsync(MachineRequest request, CancellationToken cancellationToken);

    /// <summary>All machines of the class, by provider id; the value is the machine's name.</summary>
    Task<IReadOnlyDictionary<string, string>> ListAsync(MachineClass machineClass, Secret secret, CancellationToken cancellationToken);
}

/// <summary>A machine with its class and the Secret that holds user data and credentials.</summary>
public sealed record MachineRequest(Machine Machine, MachineClass MachineClass, Secret Secret);

/// <summary>What the provider made.</summary>
/// <param name="ProviderId">Unique id, for example <c>local://shoot--local--local/machine-x</c>.</param>
/// <param name="NodeName">Name under which the machine's kubelet registers.</param>
/// <param name="Addresses">IP addresses; may be empty while the machine starts.</param>
public sealed record CreatedMachine(string ProviderId, string NodeName, IReadOnlyList<string> Addresses);

/// <summary>Why a driver call failed; numbers as in gRPC, which the machine API borrows.</summary>
public enum MachineErrorCode
{
    Unknown = 2,
    InvalidArgument = 3,
    DeadlineExceeded = 4,
    NotFound = 5,
    AlreadyExists = 6,
    PermissionDenied = 7,
    ResourceExhausted = 8,
    FailedPrecondition = 9,
    Aborted = 10,
    Unimplemented = 12,
    Internal = 13,
    Unavailable = 14,
    Unauthenticated = 16,
    Uninitialized = 17,
}

/// <summary>A driver call failed.</summary>
public sealed class MachineDriverException(MachineErrorCode code, string message, Exception? inner = null) : Exception(message, inner)
{
    public MachineErrorCode Code { get; } = code;
}
