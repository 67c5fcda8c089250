using Hortus.Extensions;
using Hortus.Objects;
using Hortus.Objects.Gardener.Machine;
using Hortus.Objects.Kubernetes;

namespace Hortus.MachineController.Machines;

/// <summary>Gathers what the driver needs for a machine.</summary>
internal sealed class MachineRequests(MachineSurroundings surroundings)
{
    /// <summary>The machine with its class and Secret.</summary>
    /// <exception cref="MachineDriverException">FailedPrecondition: class or Secret is missing.</exception>
    public async Task<MachineRequest> ForAsync(Machine machine, CancellationToken cancellationToken)
    {
        var key = new ObjectKey(machine.Metadata.Namespace, machine.Spec.Class.Name ?? "");
        var machineClass = await surroundings.Client.FindAsync<MachineClass>(key, cancellationToken)
            ?? throw new MachineDriverException(MachineErrorCode.FailedPrecondition, $"MachineClass {key} does not exist");
        return new MachineRequest(machine, machineClass, await SecretAsync(machineClass, cancellationToken));
    }

    /// <summary>User data and credentials of a class in one Secret; user data wins.</summary>
    /// <exception cref="MachineDriverException">FailedPrecondition: a Secret is missing.</exception>
    public async Task<Secret> SecretAsync(MachineClass machineClass, CancellationToken cancellationToken)
    {
        var data = new Dictionary<string, byte[]>();
        foreach (var reference in new[] { machineClass.CredentialsSecretRef, machineClass.SecretRef }.OfType<SecretReference>())
        {
            var key = new ObjectKey(reference.Namespace ?? machineClass.Metadata.Namespace, reference.Name ?? "");
            var secret = await surroundings.Client.FindAsync<Secret>(key, cancellationToken)
                ?? throw new MachineDriverException(
                    MachineErrorCode.FailedPrecondition, $"MachineClass {machineClass.Key} refers to Secret {key}, which does not exist");
            foreach (var (name, value) in secret.Data ?? new Dictionary<string, byte[]>())
            {
                data[name] = value;
            }
        }

        return new Secret
        {
            Metadata = new ObjectMeta { Namespace = machineClass.Metadata.Namespace, Name = machineClass.SecretRef?.Name },
            Data = data,
        };
    }
}
