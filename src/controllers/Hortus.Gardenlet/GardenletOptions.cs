using Hortus.Components.Charts;

namespace Hortus.Gardenlet;

/// <summary>Settings of the gardenlet.</summary>
public sealed record GardenletOptions
{
    /// <summary>File with a GardenletConfiguration (gardenlet.config.gardener.cloud/v1alpha1), which says everything but where charts are
    /// kept.</summary>
    public string? Config { get; init; }

    /// <summary>Kubeconfig of the seed; absent means the pod's service account.</summary>
    public string? Kubeconfig { get; init; }

    /// <summary>Kubeconfig of the garden.</summary>
    public string? GardenKubeconfig { get; init; }

    /// <summary>YAML file with the Seed to register.</summary>
    public string? SeedConfigFile { get; init; }

    /// <summary>Port for /healthz, /readyz and /metrics; 0 means none.</summary>
    public int HealthPort { get; init; }

    /// <summary>Shoots handled side by side.</summary>
    public int ConcurrentShoots { get; init; } = 20;

    /// <summary>Time after which a healthy shoot is reconciled again without a change.</summary>
    public TimeSpan ShootSyncPeriod { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Time between two checks of a shoot's health when nothing changes.</summary>
    public TimeSpan ShootCarePeriod { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Time after which an operation that keeps failing is given up.</summary>
    public TimeSpan ShootRetryDuration { get; init; } = TimeSpan.FromHours(12);

    /// <summary>Time that a failing health check may take before its condition turns False.</summary>
    public TimeSpan ConditionThreshold { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Installations of extensions handled side by side.</summary>
    public int ConcurrentControllerInstallations { get; init; } = 20;

    /// <summary>Time after which an installation is looked at again without a change; charts with a tag are resolved again
    /// then.</summary>
    public TimeSpan ControllerInstallationSyncPeriod { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Time between two checks of an installation's health when nothing changes.</summary>
    public TimeSpan ControllerInstallationCarePeriod { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Time after which the gardenlet's own Gardenlet is looked at again without a change, and the longest time for
    /// that.</summary>
    public TimeSpan GardenletSyncPeriod { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Longest rollout of the gardenlet itself, unless its chart's Deployment says <c>progressDeadlineSeconds</c>; then it goes
    /// back to the last good release.</summary>
    public TimeSpan GardenletRolloutMax { get; init; } = TimeSpan.FromMinutes(5);

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
