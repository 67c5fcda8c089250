namespace Hortus.Gardenlet;

/// <summary>How much the controllers of a gardenlet do at once, and how often.</summary>
internal sealed record ControllerSettings
{
    /// <summary>Shoots handled side by side.</summary>
    public int ConcurrentShoots { get; init; } = 20;

    /// <summary>Time after which a healthy shoot is reconciled again without a change.</summary>
    public TimeSpan ShootSyncPeriod { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Time between two checks of a shoot's health when nothing changes.</summary>
    public TimeSpan ShootCarePeriod { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Time after which an operation that keeps failing is given up.</summary>
    public TimeSpan ShootRetryDuration { get; init; } = TimeSpan.FromHours(12);

    /// <summary>How long checks of a shoot's health may fail before their conditions turn False.</summary>
    public GraceTimes ShootGraceTimes { get; init; } = GraceTimes.Default;

    /// <summary>Time after which the seed is handled again without a change.</summary>
    public TimeSpan SeedSyncPeriod { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Time between two checks of the seed's health when nothing changes.</summary>
    public TimeSpan SeedCarePeriod { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long checks of the seed's health may fail before their conditions turn False.</summary>
    public GraceTimes SeedGraceTimes { get; init; } = GraceTimes.Default;

    /// <summary>Time between two renewals of the seed's Lease.</summary>
    public TimeSpan LeaseRenewalPeriod { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Renewals that may fail in a row before the process counts as unhealthy.</summary>
    public int LeaseMissesMax { get; init; } = 10;

    /// <summary>BackupBuckets handled side by side.</summary>
    public int ConcurrentBackupBuckets { get; init; } = 20;

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

    /// <summary>ManagedSeeds handled side by side.</summary>
    public int ConcurrentManagedSeeds { get; init; } = 5;

    /// <summary>Time after which a ManagedSeed is handled again without a change.</summary>
    public TimeSpan ManagedSeedSyncPeriod { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Pause while a ManagedSeed waits for its shoot, its Seed or its gardenlet.</summary>
    public TimeSpan ManagedSeedWaitPeriod { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Time over which ManagedSeeds without a change are spread after a start, so that a new gardenlet does not renew all those of
    /// its seed at once.</summary>
    public TimeSpan ManagedSeedJitterPeriod { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Whether ManagedSeeds with a change are spread as well.</summary>
    public bool ManagedSeedJitterUpdates { get; init; }
}
