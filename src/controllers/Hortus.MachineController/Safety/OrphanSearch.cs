using Hortus.Client;
using Hortus.Extensions;
using Hortus.MachineController.Machines;
using Hortus.Objects;
using Hortus.Objects.Gardener.Machine;
using Microsoft.Extensions.Logging;

namespace Hortus.MachineController.Safety;

/// <summary>Looks regularly for machines that the driver knows and no object does, and removes them.</summary>
internal sealed partial class OrphanSearch(MachineSurroundings surroundings, ILogger<OrphanSearch> log)
{
    private readonly MachineRequests requests = new(surroundings);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(surroundings.Options.MachineSafetyOrphanVmsPeriod, surroundings.Clock);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            if (!surroundings.Freeze.IsFrozen)
            {
                await SearchAsync(cancellationToken);
            }
        }
    }

    /// <summary>One search.</summary>
    public async Task SearchAsync(CancellationToken cancellationToken)
    {
        foreach (var machineClass in surroundings.Classes.List(surroundings.Options.Namespace))
        {
            try
            {
                await SearchAsync(machineClass, cancellationToken);
            }
            catch (Exception e) when (e is MachineDriverException or ApiException or HttpRequestException)
            {
                LogFailed(log, machineClass.Key.ToString(), e.Message);
            }
        }
    }

    private async Task SearchAsync(MachineClass machineClass, CancellationToken cancellationToken)
    {
        var secret = await requests.SecretAsync(machineClass, cancellationToken);
        var there = await surroundings.Driver.ListAsync(machineClass, secret, cancellationToken);

        // Read after the driver's list: a machine made in between has its object before it has anything else.
        var known = await surroundings.Client.ListAsync<Machine>(ListOptions.In(surroundings.Options.Namespace), cancellationToken);
        var names = known.Items.Select(machine => machine.Metadata.Name).ToHashSet();
        foreach (var (id, name) in there.Where(entry => !names.Contains(entry.Value)))
        {
            LogOrphan(log, id);
            var orphan = new Machine
            {
                Metadata = new ObjectMeta { Namespace = surroundings.Options.Namespace, Name = name },
                Spec = new MachineSpec
                {
                    ProviderID = id,
                    Class = new ClassSpec { Kind = "MachineClass", Name = machineClass.Metadata.Name },
                },
            };
            await surroundings.Driver.DeleteAsync(new MachineRequest(orphan, machineClass, secret), cancellationToken);
        }
    }

    [LoggerMessage(6210, LogLevel.Warning, "machine {Id} belongs to no Machine object, removing it")]
    private static partial void LogOrphan(ILogger logger, string id);

    [LoggerMessage(6211, LogLevel.Error, "cannot look for machines without an object in class {Class}: {Reason}")]
    private static partial void LogFailed(ILogger logger, string @class, string reason);
}
