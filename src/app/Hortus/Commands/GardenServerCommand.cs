using System.CommandLine;
using Hortus.GardenServer;

namespace Hortus.Commands;

/// <summary><c>hortus gardener-apiserver</c>.</summary>
internal static class GardenServerCommand
{
    public static Command Create() => ComponentCommand.Create<GardenerApiServerOptions>(
        GardenerApiServerComponent.Name,
        "Serves Gardener's API groups behind the API server of a host cluster.",
        (options, context, cancellationToken) =>
            new GardenerApiServerComponent().RunAsync(options, context, cancellationToken),
        GardenerApiServerComponent.HostOptions);
}
