using Hortus.Objects.Gardener.Core;

namespace Hortus.Gardenlet;

/// <summary>What a gardenlet is started with, read from its configuration.</summary>
internal sealed record GardenletSetup
{
    /// <summary>Numbers and times of its controllers.</summary>
    public required GardenletOptions Options { get; init; }

    /// <summary>The Seed to register.</summary>
    public required Seed Seed { get; init; }

    /// <summary>How it gets into the garden; null when a kubeconfig file is given.</summary>
    public GardenAccessSettings? Access { get; init; }

    /// <summary>Capacity that the seed reports.</summary>
    public SeedCapacity Capacity { get; init; } = new();
}
