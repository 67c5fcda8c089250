using Hortus.Objects;
using Hortus.Objects.Gardener;

namespace Hortus.Gardenlet;

/// <summary>How a gardenlet gets into the garden.</summary>
internal sealed record GardenAccessSettings
{
    /// <summary>Shares (percent) of a certificate's life after which it is renewed where nothing else is said.</summary>
    public const int JitterMinDefault = 70;
    public const int JitterMaxDefault = 90;

    public required string SeedName { get; init; }

    /// <summary>Secret of the seed with the kubeconfig for the garden; made by the gardenlet.</summary>
    public ObjectKey KubeconfigSecret { get; init; } = new(GardenerNames.GardenNamespace, GardenletNames.KubeconfigSecret);

    /// <summary>Secret of the seed with a kubeconfig that is good for nothing but to ask for the other one; null when there is
    /// none.</summary>
    public ObjectKey? BootstrapSecret { get; init; }

    /// <summary>URL of the garden written into the kubeconfig; null takes that of the bootstrap kubeconfig.</summary>
    public string? Address { get; init; }

    /// <summary>Validity asked for; null leaves it to the signer.</summary>
    public TimeSpan? Validity { get; init; }

    /// <summary>Earliest and latest share of a certificate's life, in percent, at which it is renewed; the moment between is
    /// random.</summary>
    public int JitterMin { get; init; } = JitterMinDefault;

    public int JitterMax { get; init; } = JitterMaxDefault;
}
