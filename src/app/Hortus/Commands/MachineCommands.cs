using System.CommandLine;
using Hortus.BackupS3;
using Hortus.Cli.Extensions;
using Hortus.MachineController;
using Hortus.ProviderLocal;
using Hortus.ProviderLocal.Admission;

namespace Hortus.Commands;

/// <summary>The commands of what makes machines: extensions, and the machine controller with its drivers.</summary>
internal static class MachineCommands
{
    public static Command Extension() => new("extension", "Serves the extension objects of one provider, or writes a new extension.")
    {
        ComponentCommand.Create<ProviderLocalOptions>(
            ProviderLocalComponent.Name,
            "Serves shoots whose machines are pods of the seed.",
            (options, context, cancellationToken) => new ProviderLocalComponent().RunAsync(options, context, cancellationToken),
            ProviderLocalComponent.HostOptions),
        ComponentCommand.Create<AdmissionLocalOptions>(
            AdmissionLocalComponent.Name,
            "Fills in and judges shoots and profiles of type local for the API server of a garden.",
            (options, context, cancellationToken) => new AdmissionLocalComponent().RunAsync(options, context, cancellationToken),
            AdmissionLocalComponent.HostOptions),
        ComponentCommand.Create<BackupS3Options>(
            BackupS3Component.Name,
            "Makes buckets for backups at S3-compatible object stores.",
            (options, context, cancellationToken) => new BackupS3Component().RunAsync(options, context, cancellationToken),
            BackupS3Component.HostOptions),
        new NewExtensionCommand(Console.Out, Console.Error).Create(),
    };

    public static Command MachineControllerManager() => ComponentCommand.Create<MachineControllerManagerOptions>(
        MachineControllerManagerComponent.Name,
        "Turns the machine objects of a namespace into nodes of a cluster.",
        (options, context, cancellationToken) => new MachineControllerManagerComponent(
            (name, client) => name == LocalMachineDriver.Name ? new LocalMachineDriver(client, context.Clock) : null)
            .RunAsync(options, context, cancellationToken),
        MachineControllerManagerComponent.HostOptions);
}
