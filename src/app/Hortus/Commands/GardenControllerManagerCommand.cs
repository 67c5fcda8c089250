using System.CommandLine;
using Hortus.GardenControllers;

namespace Hortus.Commands;

/// <summary><c>hortus controller-manager</c>.</summary>
internal static class GardenControllerManagerCommand
{
    public static Command Create() => ComponentCommand.Create<GardenControllerManagerOptions>(
        "controller-manager",
        "Runs the controllers of the virtual garden.",
        (_, context, cancellationToken) => new GardenControllerManagerComponent().RunAsync(context, cancellationToken),
        GardenControllerManagerComponent.HostOptions);
}
