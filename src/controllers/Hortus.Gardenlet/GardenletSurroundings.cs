using Hortus.Client;
using Hortus.Components;
using Hortus.Components.Gardenlets;
using Hortus.Objects.Gardener.Core;
using Hortus.Runtime;
using Microsoft.Extensions.Logging;

namespace Hortus.Gardenlet;

/// <summary>What all parts of a gardenlet share.</summary>
internal sealed record GardenletSurroundings
{
    /// <summary>Numbers and times of the controllers.</summary>
    public required ControllerSettings Settings { get; init; }

    /// <summary>Caches and controllers of the garden.</summary>
    public required IControllerManager Garden { get; init; }

    /// <summary>How the garden is reached; extensions get its address and authorities, never its credentials.</summary>
    public required ClientConnection GardenConnection { get; init; }

    /// <summary>How the gardenlet got into the garden; null when a kubeconfig file was given.</summary>
    public GardenAccessSettings? Access { get; init; }

    /// <summary>The credentials in use; null when they are those of a file.</summary>
    public GardenPass? Pass { get; init; }

    /// <summary>What the seed says that it can carry.</summary>
    public SeedCapacity Capacity { get; init; } = new();

    /// <summary>Caches and controllers of the seed.</summary>
    public required IControllerManager Seed { get; init; }

    /// <summary>Ways into the API servers of shoots.</summary>
    public required IShootClients Shoots { get; init; }

    /// <summary>Charts of extensions.</summary>
    public required InstallationCharts Charts { get; init; }

    /// <summary>Installs the gardenlet itself anew.</summary>
    public required GardenletInstaller Installer { get; init; }

    /// <summary>What the gardenlets of managed seeds take over.</summary>
    public ParentGardenlet Parent { get; init; } = new();

    public required Gardener Identity { get; init; }

    public required string SeedName { get; init; }

    public required ImageVector Images { get; init; }

    public required TimeProvider Clock { get; init; }

    public required ILoggerFactory Logs { get; init; }

    /// <summary>Says which servers are away; null when nobody does.</summary>
    public ServerLog? Servers { get; init; }

    /// <summary>For jitter. Safe for many threads.</summary>
    public required Random Random { get; init; }

    /// <summary>What is watched in the garden.</summary>
    public GardenScopes Scopes => field ??= new GardenScopes(SeedName);

    /// <summary>Client of the garden.</summary>
    public IKubernetesClient GardenClient => Garden.Client;

    /// <summary>Client of the seed.</summary>
    public IKubernetesClient SeedClient => Seed.Client;
}
