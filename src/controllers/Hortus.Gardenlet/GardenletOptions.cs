using Hortus.Components.Charts;

namespace Hortus.Gardenlet;

/// <summary>Settings of the gardenlet.</summary>
public sealed record GardenletOptions
{
    /// <summary>File with a GardenletConfiguration (gardenlet.config.gardener.cloud/v1alpha1), which says everything but where charts are
    /// kept.</summary>
    public required string Config { get; init; }

    /// <summary>Folder in which charts are kept over restarts; absent means that of <c>CHART_CACHE_DIR</c>, without which they are kept in
    /// memory only.</summary>
    public string? ChartCacheDir { get; init; }

    /// <summary>The <c>helm</c> program; absent means that of <c>HELM_BINARY</c>, of <c>PATH</c>, or the one beside hortus.</summary>
    public string? HelmBinary { get; init; }

    /// <summary>Registries (host, or host:port) that are asked for charts without TLS; loopback addresses need not be named.</summary>
    public IReadOnlyList<string> PlainHttpRegistries { get => field ??= []; init; }

    /// <summary>Image that holds the components of Hortus as subcommands; empty means the built-in one.</summary>
    public string? Image { get; init; }

    /// <summary>Where charts are kept and what renders them.</summary>
    internal ChartSupplySettings Charts => new()
    {
        CacheFolder = ChartCacheDir,
        HelmBinary = HelmBinary,
        PlainHttpRegistries = PlainHttpRegistries,
    };
}
