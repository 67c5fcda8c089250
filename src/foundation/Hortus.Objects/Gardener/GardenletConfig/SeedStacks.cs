using System.Text.Json.Serialization;

namespace Hortus.Objects.Gardener.GardenletConfig;

/// <summary>The logging stack of a seed.</summary>
public sealed record LoggingSettings : ApiType
{
    /// <summary>Whether there is one.</summary>
    public bool? Enabled { get; init; }

    /// <summary>The log store Vali.</summary>
    public LogStoreSettings? Vali { get; init; }

    /// <summary>The log store VictoriaLogs.</summary>
    public LogStoreSettings? VictoriaLogs { get; init; }

    /// <summary>Logs of the nodes of shoots.</summary>
    public ShootNodeLogging? ShootNodeLogging { get; init; }

    /// <summary>Events of shoots.</summary>
    public ShootEventLogging? ShootEventLogging { get; init; }
}

/// <summary>A log store.</summary>
public sealed record LogStoreSettings : ApiType
{
    /// <summary>Whether it is used.</summary>
    public bool? Enabled { get; init; }

    /// <summary>The store for the seed's own logs.</summary>
    public CentralLogStore? Garden { get; init; }
}

/// <summary>The store for the seed's own logs.</summary>
public sealed record CentralLogStore : ApiType
{
    /// <summary>Size of its volume.</summary>
    public Quantity? Storage { get; init; }
}

/// <summary>Logs of the nodes of shoots.</summary>
public sealed record ShootNodeLogging : ApiType
{
    /// <summary>Purposes of the shoots whose nodes send logs.</summary>
    public IReadOnlyList<string>? ShootPurposes { get; init; }
}

/// <summary>Events of shoots.</summary>
public sealed record ShootEventLogging : ApiType
{
    /// <summary>Whether they are logged.</summary>
    public bool? Enabled { get; init; }
}

/// <summary>How control planes are reached by their server names.</summary>
public sealed record SNISettings : ApiType
{
    /// <summary>The ingress gateway.</summary>
    public SNIIngress? Ingress { get; init; }
}

/// <summary>An ingress gateway.</summary>
public sealed record SNIIngress : ApiType
{
    /// <summary>Name of its service.</summary>
    public string? ServiceName { get; init; }

    /// <summary>Address of the service when the load balancer does not give one.</summary>
    public string? ServiceExternalIP { get; init; }

    /// <summary>Namespace of the gateway.</summary>
    public string? Namespace { get; init; }

    /// <summary>Labels of the gateway's pods.</summary>
    public IReadOnlyDictionary<string, string>? Labels { get; init; }
}

/// <summary>An ingress gateway for an exposure class.</summary>
public sealed record ExposureClassHandler : ApiType
{
    /// <summary>Name that exposure classes give as handler.</summary>
    public string Name { get => field ?? ""; init; }

    /// <summary>The load balancer in front.</summary>
    public LoadBalancerServiceConfig LoadBalancerService { get => field ??= new LoadBalancerServiceConfig(); init; }

    /// <summary>The gateway; the handler's own when absent.</summary>
    public SNISettings? Sni { get; init; }
}

/// <summary>A load balancer.</summary>
public sealed record LoadBalancerServiceConfig : ApiType
{
    /// <summary>Annotations of its service.</summary>
    public IReadOnlyDictionary<string, string>? Annotations { get; init; }

    /// <summary>Class of the load balancer.</summary>
    public string? Class { get; init; }
}

/// <summary>Settings for etcd and its backups.</summary>
public sealed record ETCDConfig : ApiType
{
    /// <summary>The controller of Etcd objects.</summary>
    public EtcdWorkers? EtcdController { get; init; }

    /// <summary>The controller that watches over them.</summary>
    public EtcdWorkers? CustodianController { get; init; }

    /// <summary>Compaction of backups.</summary>
    public BackupCompactionController? BackupCompactionController { get; init; }

    /// <summary>How the member that takes backups is found.</summary>
    public ETCDBackupLeaderElection? BackupLeaderElection { get; init; }

    /// <summary>Switches of features by name.</summary>
    public IReadOnlyDictionary<string, bool>? FeatureGates { get; init; }

    /// <summary>How long delta snapshots are kept.</summary>
    public string? DeltaSnapshotRetentionPeriod { get; init; }
}

/// <summary>Number of workers of a controller for etcd.</summary>
public sealed record EtcdWorkers : ApiType
{
    /// <summary>Objects handled at the same time.</summary>
    public long? Workers { get; init; }
}

/// <summary>Compaction of backups.</summary>
public sealed record BackupCompactionController : ApiType
{
    /// <summary>Objects handled at the same time.</summary>
    public long? Workers { get; init; }

    /// <summary>Whether backups are compacted.</summary>
    public bool? EnableBackupCompaction { get; init; }

    /// <summary>Number of events after which a compaction starts.</summary>
    public long? EventsThreshold { get; init; }

    /// <summary>How long a compaction may take.</summary>
    public string? ActiveDeadlineDuration { get; init; }

    /// <summary>How long a finished compaction waits for its metrics to be read.</summary>
    public string? MetricsScrapeWaitDuration { get; init; }
}

/// <summary>How the member that takes backups is found.</summary>
public sealed record ETCDBackupLeaderElection : ApiType
{
    /// <summary>After what time the leader is looked up again.</summary>
    public string? ReelectionPeriod { get; init; }

    /// <summary>Timeout of connections to etcd.</summary>
    public string? EtcdConnectionTimeout { get; init; }
}

/// <summary>The monitoring stack of shoots.</summary>
public sealed record MonitoringConfig : ApiType
{
    /// <summary>Settings for shoots.</summary>
    public ShootMonitoringConfig? Shoot { get; init; }
}

/// <summary>Settings for the monitoring of shoots.</summary>
public sealed record ShootMonitoringConfig : ApiType
{
    /// <summary>Whether shoots are monitored.</summary>
    public bool? Enabled { get; init; }

    /// <summary>Where metrics are forwarded to.</summary>
    public RemoteWriteMonitoringConfig? RemoteWrite { get; init; }

    /// <summary>Labels added to all metrics.</summary>
    public IReadOnlyDictionary<string, string>? ExternalLabels { get; init; }
}

/// <summary>Where metrics are forwarded to.</summary>
public sealed record RemoteWriteMonitoringConfig : ApiType
{
    /// <summary>Address of the receiver.</summary>
    [JsonPropertyName("url")]
    public string? URL { get; init; }

    /// <summary>Names of the metrics; all when absent.</summary>
    public IReadOnlyList<string>? Keep { get; init; }
}
