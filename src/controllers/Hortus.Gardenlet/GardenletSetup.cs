using Hortus.Components.Charts;
using Hortus.Objects.Gardener.Core;

namespace Hortus.Gardenlet;

/// <summary>What a gardenlet is started with, read from its configuration.</summary>
internal sealed record GardenletSetup
{
    /// <summary>Numbers and times of its controllers.</summary>
    public required ControllerSettings Settings { get; init; }

    /// <summary>Where charts are kept and what renders them.</summary>
    public required ChartSupplySettings Charts { get; init; }

    /// <summary>Image that holds the components of Hortus as subcommands; empty or null means the built-in one.</summary>
    public string? Image { get; init; }

    /// <summary>The Seed to register.</summary>
    public required Seed Seed { get; init; }

    /// <summary>File with a kubeconfig of the garden; null when the gardenlet asks for its credentials.</summary>
    public string? GardenKubeconfig { get; init; }

    /// <summary>How it asks for credentials; null when a kubeconfig file is given.</summary>
    public GardenAccessSettings? Access { get; init; }

    /// <summary>What the gardenlets of managed seeds take over from it.</summary>
    public ParentGardenlet Parent { get; init; } = new();

    /// <summary>Capacity that the seed reports.</summary>
    public SeedCapacity Capacity { get; init; } = new();
}
