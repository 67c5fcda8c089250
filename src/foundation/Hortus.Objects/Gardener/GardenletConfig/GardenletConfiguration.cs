using Hortus.Objects.Gardener.Core;

namespace Hortus.Objects.Gardener.GardenletConfig;

/// <summary>
/// The configuration file of a gardenlet (<c>gardenlet.config.gardener.cloud/v1alpha1</c>), also the field <c>spec.config</c> of
/// Gardenlet and <c>spec.gardenlet.config</c> of ManagedSeed. Durations are texts such as <c>30s</c> or <c>1h</c>.
/// </summary>
public sealed record GardenletConfiguration : ApiType
{
    /// <summary>The only group and version that is read.</summary>
    public const string SupportedApiVersion = "gardenlet.config.gardener.cloud/v1alpha1";

    /// <summary>The only kind that is read.</summary>
    public const string SupportedKind = "GardenletConfiguration";

    /// <summary>Group and version, always <see cref="SupportedApiVersion"/>.</summary>
    public string ApiVersion { get => field ??= SupportedApiVersion; init; }

    /// <summary>The kind, always <see cref="SupportedKind"/>.</summary>
    public string Kind { get => field ??= SupportedKind; init; }

    /// <summary>How the garden is reached.</summary>
    public GardenClientConnection? GardenClientConnection { get; init; }

    /// <summary>How the seed is reached.</summary>
    public ClientConnection? SeedClientConnection { get; init; }

    /// <summary>How shoots are reached.</summary>
    public ClientConnection? ShootClientConnection { get; init; }

    /// <summary>Settings of the controllers.</summary>
    public GardenletControllers? Controllers { get; init; }

    /// <summary>How much the seed can take.</summary>
    public ResourcesConfiguration? Resources { get; init; }

    /// <summary>How one of several replicas becomes the leader.</summary>
    public LeaderElectionSettings? LeaderElection { get; init; }

    /// <summary>What is logged at least: debug, info or error.</summary>
    public string? LogLevel { get; init; }

    /// <summary>How it is logged: json or text.</summary>
    public string? LogFormat { get; init; }

    /// <summary>Where probes and metrics are served.</summary>
    public ServerConfiguration? Server { get; init; }

    /// <summary>Profiling.</summary>
    public DebuggingSettings? Debugging { get; init; }

    /// <summary>Switches of features by name.</summary>
    public IReadOnlyDictionary<string, bool>? FeatureGates { get; init; }

    /// <summary>The seed that the gardenlet registers and keeps.</summary>
    public SeedConfig? SeedConfig { get; init; }

    /// <summary>The logging stack of the seed.</summary>
    public LoggingSettings? Logging { get; init; }

    /// <summary>How control planes are reached by their server names.</summary>
    public SNISettings? Sni { get; init; }

    /// <summary>Settings for etcd and its backups.</summary>
    public ETCDConfig? EtcdConfig { get; init; }

    /// <summary>Ingress gateways for exposure classes.</summary>
    public IReadOnlyList<ExposureClassHandler>? ExposureClassHandlers { get; init; }

    /// <summary>The monitoring stack of shoots.</summary>
    public MonitoringConfig? Monitoring { get; init; }

    /// <summary>Tolerations that pods of control planes get.</summary>
    public NodeTolerationSettings? NodeToleration { get; init; }
}

/// <summary>The seed that a gardenlet registers and keeps; the metadata of a Seed and its spec.</summary>
public sealed record SeedConfig : ApiType
{
    /// <summary>Name, labels and annotations of the Seed; the name is set by whoever deploys the gardenlet.</summary>
    public ObjectMeta Metadata { get => field ??= new ObjectMeta(); init; }

    /// <summary>How the seed is set up.</summary>
    public SeedSpec Spec { get => field ??= new SeedSpec(); init; }
}

/// <summary>How much a seed can take.</summary>
public sealed record ResourcesConfiguration : ApiType
{
    /// <summary>Total by resource, for example <c>shoots</c>.</summary>
    public IReadOnlyDictionary<string, Quantity>? Capacity { get; init; }

    /// <summary>The part of the total that is not for users.</summary>
    public IReadOnlyDictionary<string, Quantity>? Reserved { get; init; }
}

/// <summary>Where probes and metrics are served.</summary>
public sealed record ServerConfiguration : ApiType
{
    /// <summary>Address of <c>/healthz</c> and <c>/readyz</c>.</summary>
    public ServerAddress? HealthProbes { get; init; }

    /// <summary>Address of <c>/metrics</c>.</summary>
    public ServerAddress? Metrics { get; init; }
}

/// <summary>An address that is listened on.</summary>
public sealed record ServerAddress : ApiType
{
    /// <summary>IP address; all addresses when absent or empty.</summary>
    public string? BindAddress { get; init; }

    /// <summary>The port; the server's own default when absent or 0.</summary>
    public int? Port { get; init; }
}

/// <summary>How one of several replicas becomes the leader.</summary>
public sealed record LeaderElectionSettings : ApiType
{
    /// <summary>Whether there is an election at all.</summary>
    public bool? LeaderElect { get; init; }

    /// <summary>How long the others wait for a leader that went silent.</summary>
    public string? LeaseDuration { get; init; }

    /// <summary>How long the leader tries to renew before it gives up.</summary>
    public string? RenewDeadline { get; init; }

    /// <summary>Pause between two tries.</summary>
    public string? RetryPeriod { get; init; }

    /// <summary>Kind of the lock; always <c>leases</c>.</summary>
    public string? ResourceLock { get; init; }

    /// <summary>Name of the Lease.</summary>
    public string? ResourceName { get; init; }

    /// <summary>Namespace of the Lease.</summary>
    public string? ResourceNamespace { get; init; }
}

/// <summary>Profiling.</summary>
public sealed record DebuggingSettings : ApiType
{
    /// <summary>Whether profiles can be read.</summary>
    public bool? EnableProfiling { get; init; }

    /// <summary>Whether profiles of locks can be read.</summary>
    public bool? EnableContentionProfiling { get; init; }
}

/// <summary>Tolerations that pods of control planes get.</summary>
public sealed record NodeTolerationSettings : ApiType
{
    /// <summary>Seconds that pods stay on a node that is not ready.</summary>
    public long? DefaultNotReadyTolerationSeconds { get; init; }

    /// <summary>Seconds that pods stay on a node that cannot be reached.</summary>
    public long? DefaultUnreachableTolerationSeconds { get; init; }
}
