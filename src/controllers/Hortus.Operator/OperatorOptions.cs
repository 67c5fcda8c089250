using Hortus.Components.Charts;
using Hortus.Objects.Gardener;

namespace Hortus.Operator;

/// <summary>Settings of the operator.</summary>
public sealed record OperatorOptions
{
    /// <summary>Kubeconfig of the runtime cluster; the pod's service account when absent.</summary>
    public string? Kubeconfig { get; init; }

    /// <summary>Port of health and metrics; 0 serves none.</summary>
    public int HealthPort { get; init; }

    /// <summary>Port of the webhooks behind the Service gardener-operator of the namespace garden; 0 serves none. Default 0.</summary>
    public int WebhookPort { get; init; }

    /// <summary>Where API servers ask the webhooks when not behind that Service, for an operator outside of the cluster: an https
    /// address without a path, which leads to the port of the webhooks.</summary>
    public string? WebhookUrl { get; init; }

    /// <summary>Works only while it holds a lease, so that several replicas may run; webhooks are served by all.</summary>
    public bool LeaderElect { get; init; }

    /// <summary>Who this instance is. A pod's name lets its restarted container go on at once with the lease that it had; absent means a
    /// new name with each start.</summary>
    public string? LeaderElectionIdentity { get; init; }

    /// <summary>Namespace of the lease.</summary>
    public string LeaderElectionNamespace { get; init; } = GardenerNames.GardenNamespace;

    /// <summary>Image that holds the components of Hortus as subcommands; empty means the built-in one.</summary>
    public string? Image { get; init; }

    /// <summary>Repository of gardenlet charts, for example registry.example.org/charts/gardenlet: Gardenlets with the label
    /// operator.gardener.cloud/auto-update-gardenlet-helm-chart-ref=true get its chart of the operator's version. Absent leaves all
    /// Gardenlets alone.</summary>
    public string? GardenletChartRepository { get; init; }

    /// <summary>Folder in which charts are kept over restarts; absent means that of <c>CHART_CACHE_DIR</c>, without which they are kept in
    /// memory only.</summary>
    public string? ChartCacheDir { get; init; }

    /// <summary>The helm program; absent means that of HELM_BINARY, of PATH, or the one beside hortus.</summary>
    public string? HelmBinary { get; init; }

    /// <summary>Registries (host, or host:port) that are asked for charts without TLS; loopback addresses need not be named.</summary>
    public IReadOnlyList<string> PlainHttpRegistries { get => field ??= []; init; }

    /// <summary>Where charts are kept and what renders them.</summary>
    internal ChartSupplySettings Charts => new()
    {
        CacheFolder = ChartCacheDir,
        HelmBinary = HelmBinary,
        PlainHttpRegistries = PlainHttpRegistries,
    };
}
