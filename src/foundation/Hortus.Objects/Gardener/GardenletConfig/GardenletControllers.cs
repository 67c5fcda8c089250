using System.Text.Json.Serialization;

namespace Hortus.Objects.Gardener.GardenletConfig;

/// <summary>Settings of the gardenlet's controllers.</summary>
public sealed record GardenletControllers : ApiType
{
    /// <summary>How long the first filling of the caches may take.</summary>
    public string? CacheSyncTimeout { get; init; }

    /// <summary>BackupBuckets.</summary>
    public WorkerSettings? BackupBucket { get; init; }

    /// <summary>BackupEntries.</summary>
    public BackupEntryControllerSettings? BackupEntry { get; init; }

    /// <summary>Bastions.</summary>
    public WorkerSettings? Bastion { get; init; }

    /// <summary>ControllerInstallations.</summary>
    public WorkerSettings? ControllerInstallation { get; init; }

    /// <summary>Health of ControllerInstallations.</summary>
    public PeriodicWorkerSettings? ControllerInstallationCare { get; init; }

    /// <summary>Whether ControllerInstallations are still required.</summary>
    public WorkerSettings? ControllerInstallationRequired { get; init; }

    /// <summary>The gardenlet itself.</summary>
    public PeriodicSettings? Gardenlet { get; init; }

    /// <summary>The Seed.</summary>
    public SeedControllerSettings? Seed { get; init; }

    /// <summary>Health of the Seed.</summary>
    public SeedCareControllerSettings? SeedCare { get; init; }

    /// <summary>Shoots.</summary>
    public ShootControllerSettings? Shoot { get; init; }

    /// <summary>Health of Shoots.</summary>
    public ShootCareControllerSettings? ShootCare { get; init; }

    /// <summary>ShootStates.</summary>
    public PeriodicWorkerSettings? ShootState { get; init; }

    /// <summary>Status of Shoots.</summary>
    public WorkerSettings? ShootStatus { get; init; }

    /// <summary>NetworkPolicies.</summary>
    public NetworkPolicyControllerSettings? NetworkPolicy { get; init; }

    /// <summary>ManagedSeeds.</summary>
    public ManagedSeedControllerSettings? ManagedSeed { get; init; }

    /// <summary>Tokens of service accounts; the name on the wire is older than the property.</summary>
    [JsonPropertyName("tokenRequestor")]
    public WorkerSettings? TokenRequestorServiceAccount { get; init; }

    /// <summary>Tokens of WorkloadIdentities.</summary>
    public TokenRequestorWorkloadIdentitySettings? TokenRequestorWorkloadIdentity { get; init; }

    /// <summary>When pods may be evicted to be resized.</summary>
    [JsonPropertyName("vpaEvictionRequirements")]
    public WorkerSettings? VPAEvictionRequirements { get; init; }
}

/// <summary>Number of workers of a controller.</summary>
public sealed record WorkerSettings : ApiType
{
    /// <summary>Objects handled at the same time.</summary>
    public int? ConcurrentSyncs { get; init; }
}

/// <summary>Period of a controller.</summary>
public sealed record PeriodicSettings : ApiType
{
    /// <summary>After what time an object is handled again without a change.</summary>
    public string? SyncPeriod { get; init; }
}

/// <summary>Number of workers and period of a controller.</summary>
public sealed record PeriodicWorkerSettings : ApiType
{
    /// <summary>Objects handled at the same time.</summary>
    public int? ConcurrentSyncs { get; init; }

    /// <summary>After what time an object is handled again without a change.</summary>
    public string? SyncPeriod { get; init; }
}

/// <summary>Settings for BackupEntries.</summary>
public sealed record BackupEntryControllerSettings : ApiType
{
    /// <summary>Objects handled at the same time.</summary>
    public int? ConcurrentSyncs { get; init; }

    /// <summary>Hours between the deletion of an entry and that of its backups.</summary>
    public int? DeletionGracePeriodHours { get; init; }

    /// <summary>Purposes of the shoots for which the grace period holds; all when absent.</summary>
    public IReadOnlyList<string>? DeletionGracePeriodShootPurposes { get; init; }
}

/// <summary>Settings for the Seed.</summary>
public sealed record SeedControllerSettings : ApiType
{
    /// <summary>After what time the seed is handled again without a change.</summary>
    public string? SyncPeriod { get; init; }

    /// <summary>Seconds between two renewals of the seed's Lease.</summary>
    public int? LeaseResyncSeconds { get; init; }

    /// <summary>Missed renewals after which the gardenlet calls itself unhealthy.</summary>
    public int? LeaseResyncMissThreshold { get; init; }
}

/// <summary>How long a condition may be bad before it is reported as bad.</summary>
public sealed record ConditionThreshold : ApiType
{
    /// <summary>Type of the condition.</summary>
    public string Type { get => field ?? ""; init; }

    /// <summary>The time.</summary>
    public string Duration { get => field ?? ""; init; }
}

/// <summary>Settings for the health of the Seed.</summary>
public sealed record SeedCareControllerSettings : ApiType
{
    /// <summary>After what time the health is looked at again.</summary>
    public string? SyncPeriod { get; init; }

    /// <summary>Patience by condition.</summary>
    public IReadOnlyList<ConditionThreshold>? ConditionThresholds { get; init; }
}

/// <summary>Settings for Shoots.</summary>
public sealed record ShootControllerSettings : ApiType
{
    /// <summary>Objects handled at the same time.</summary>
    public int? ConcurrentSyncs { get; init; }

    /// <summary>How often progress is written to the status; at each step when absent.</summary>
    public string? ProgressReportPeriod { get; init; }

    /// <summary>Whether reconciliations without a change wait for the maintenance window.</summary>
    public bool? ReconcileInMaintenanceOnly { get; init; }

    /// <summary>Whether owners can set the period of their shoots, or have them ignored.</summary>
    public bool? RespectSyncPeriodOverwrite { get; init; }

    /// <summary>How long a failing operation is tried again before the shoot counts as failed.</summary>
    public string? RetryDuration { get; init; }

    /// <summary>After what time a shoot is handled again without a change.</summary>
    public string? SyncPeriod { get; init; }

    /// <summary>Time to live of DNS records, 30 to 600 seconds.</summary>
    [JsonPropertyName("dnsEntryTTLSeconds")]
    public long? DNSEntryTTLSeconds { get; init; }
}

/// <summary>Settings for the health of Shoots.</summary>
public sealed record ShootCareControllerSettings : ApiType
{
    /// <summary>Objects handled at the same time.</summary>
    public int? ConcurrentSyncs { get; init; }

    /// <summary>After what time the health is looked at again.</summary>
    public string? SyncPeriod { get; init; }

    /// <summary>When reports of extensions are too old.</summary>
    public StaleExtensionHealthChecks? StaleExtensionHealthChecks { get; init; }

    /// <summary>How long a ManagedResource may be progressing.</summary>
    public string? ManagedResourceProgressingThreshold { get; init; }

    /// <summary>Patience by condition.</summary>
    public IReadOnlyList<ConditionThreshold>? ConditionThresholds { get; init; }

    /// <summary>Whether harmful webhooks of shoots are repaired.</summary>
    public bool? WebhookRemediatorEnabled { get; init; }
}

/// <summary>When reports of extensions are too old.</summary>
public sealed record StaleExtensionHealthChecks : ApiType
{
    /// <summary>Whether their age is looked at.</summary>
    public bool? Enabled { get; init; }

    /// <summary>The greatest age.</summary>
    public string? Threshold { get; init; }
}

/// <summary>Settings for NetworkPolicies.</summary>
public sealed record NetworkPolicyControllerSettings : ApiType
{
    /// <summary>Objects handled at the same time.</summary>
    public int? ConcurrentSyncs { get; init; }

    /// <summary>Further namespaces that get policies.</summary>
    public IReadOnlyList<LabelSelector>? AdditionalNamespaceSelectors { get; init; }
}

/// <summary>Settings for ManagedSeeds.</summary>
public sealed record ManagedSeedControllerSettings : ApiType
{
    /// <summary>Objects handled at the same time.</summary>
    public int? ConcurrentSyncs { get; init; }

    /// <summary>After what time an object is handled again without a change.</summary>
    public string? SyncPeriod { get; init; }

    /// <summary>Pause while waiting for the shoot.</summary>
    public string? WaitSyncPeriod { get; init; }

    /// <summary>Updates without a change of the object are spread over this time.</summary>
    public string? SyncJitterPeriod { get; init; }

    /// <summary>Whether updates with a change of the object are spread as well.</summary>
    public bool? JitterUpdates { get; init; }
}

/// <summary>Settings for tokens of WorkloadIdentities.</summary>
public sealed record TokenRequestorWorkloadIdentitySettings : ApiType
{
    /// <summary>Objects handled at the same time.</summary>
    public int? ConcurrentSyncs { get; init; }

    /// <summary>Validity of the tokens.</summary>
    public string? TokenExpirationDuration { get; init; }
}
