namespace Hortus.Objects.Gardener.GardenletConfig;

/// <summary>What may stand in the settings of the gardenlet's controllers.</summary>
internal static class GardenletControllerRules
{
    private const int DnsTtlMin = 30;
    private const int DnsTtlMax = 600;
    private static readonly string[] Purposes = ["development", "evaluation", "infrastructure", "production", "testing"];

    public static void Check(GardenletControllers? controllers, FieldPath path, FieldErrors errors)
    {
        if (controllers is null)
        {
            return;
        }

        ConfigurationValues.Time(controllers.CacheSyncTimeout, path["cacheSyncTimeout"], errors);
        Workers(controllers, path, errors);
        Periods(controllers, path, errors);
        BackupEntry(controllers.BackupEntry, path["backupEntry"], errors);
        Shoot(controllers.Shoot, path["shoot"], errors);
        ShootCare(controllers.ShootCare, path["shootCare"], errors);
        Thresholds(controllers.SeedCare?.ConditionThresholds, path["seedCare"], errors);
        ConfigurationValues.NotNegative(controllers.Seed?.LeaseResyncSeconds, path["seed"]["leaseResyncSeconds"], errors);
        ConfigurationValues.NotNegative(controllers.Seed?.LeaseResyncMissThreshold, path["seed"]["leaseResyncMissThreshold"], errors);
        ConfigurationValues.Time(
            controllers.TokenRequestorWorkloadIdentity?.TokenExpirationDuration,
            path["tokenRequestorWorkloadIdentity"]["tokenExpirationDuration"], errors);
        var selectors = controllers.NetworkPolicy?.AdditionalNamespaceSelectors;
        for (var i = 0; i < (selectors?.Count ?? 0); i++)
        {
            Selector(selectors![i], path["networkPolicy"]["additionalNamespaceSelectors"][i], errors);
        }
    }

    private static void Workers(GardenletControllers controllers, FieldPath path, FieldErrors errors)
    {
        foreach (var (name, workers) in new (string, int?)[]
        {
            ("backupBucket", controllers.BackupBucket?.ConcurrentSyncs),
            ("backupEntry", controllers.BackupEntry?.ConcurrentSyncs),
            ("bastion", controllers.Bastion?.ConcurrentSyncs),
            ("controllerInstallation", controllers.ControllerInstallation?.ConcurrentSyncs),
            ("controllerInstallationCare", controllers.ControllerInstallationCare?.ConcurrentSyncs),
            ("controllerInstallationRequired", controllers.ControllerInstallationRequired?.ConcurrentSyncs),
            ("shoot", controllers.Shoot?.ConcurrentSyncs),
            ("shootCare", controllers.ShootCare?.ConcurrentSyncs),
            ("shootState", controllers.ShootState?.ConcurrentSyncs),
            ("shootStatus", controllers.ShootStatus?.ConcurrentSyncs),
            ("networkPolicy", controllers.NetworkPolicy?.ConcurrentSyncs),
            ("managedSeed", controllers.ManagedSeed?.ConcurrentSyncs),
            ("tokenRequestor", controllers.TokenRequestorServiceAccount?.ConcurrentSyncs),
            ("tokenRequestorWorkloadIdentity", controllers.TokenRequestorWorkloadIdentity?.ConcurrentSyncs),
            ("vpaEvictionRequirements", controllers.VPAEvictionRequirements?.ConcurrentSyncs),
        })
        {
            ConfigurationValues.NotNegative(workers, path[name]["concurrentSyncs"], errors);
        }
    }

    private static void Periods(GardenletControllers controllers, FieldPath path, FieldErrors errors)
    {
        foreach (var (name, period) in new (string, string?)[]
        {
            ("controllerInstallationCare", controllers.ControllerInstallationCare?.SyncPeriod),
            ("gardenlet", controllers.Gardenlet?.SyncPeriod),
            ("seed", controllers.Seed?.SyncPeriod),
            ("seedCare", controllers.SeedCare?.SyncPeriod),
            ("shoot", controllers.Shoot?.SyncPeriod),
            ("shootCare", controllers.ShootCare?.SyncPeriod),
            ("shootState", controllers.ShootState?.SyncPeriod),
            ("managedSeed", controllers.ManagedSeed?.SyncPeriod),
        })
        {
            ConfigurationValues.Time(period, path[name]["syncPeriod"], errors);
        }

        ConfigurationValues.Time(controllers.ManagedSeed?.WaitSyncPeriod, path["managedSeed"]["waitSyncPeriod"], errors);
        ConfigurationValues.Time(controllers.ManagedSeed?.SyncJitterPeriod, path["managedSeed"]["syncJitterPeriod"], errors);
    }

    private static void BackupEntry(BackupEntryControllerSettings? settings, FieldPath path, FieldErrors errors)
    {
        path = path["deletionGracePeriodShootPurposes"];
        if (settings?.DeletionGracePeriodShootPurposes is not { Count: > 0 } purposes)
        {
            return;
        }

        if (settings.DeletionGracePeriodHours is null or <= 0)
        {
            errors.Forbidden(path, "must specify grace period hours > 0 when specifying purposes");
        }

        for (var i = 0; i < purposes.Count; i++)
        {
            ConfigurationValues.OneOf(purposes[i], path[i], Purposes, errors);
        }
    }

    private static void Shoot(ShootControllerSettings? settings, FieldPath path, FieldErrors errors)
    {
        ConfigurationValues.Time(settings?.ProgressReportPeriod, path["progressReportPeriod"], errors);
        ConfigurationValues.Time(settings?.RetryDuration, path["retryDuration"], errors);
        if (settings?.DNSEntryTTLSeconds is < DnsTtlMin or > DnsTtlMax)
        {
            errors.Invalid(path["dnsEntryTTLSeconds"], settings.DNSEntryTTLSeconds, $"must be within [{DnsTtlMin},{DnsTtlMax}]");
        }
    }

    private static void ShootCare(ShootCareControllerSettings? settings, FieldPath path, FieldErrors errors)
    {
        ConfigurationValues.Time(settings?.StaleExtensionHealthChecks?.Threshold, path["staleExtensionHealthChecks"]["threshold"], errors);
        ConfigurationValues.Time(settings?.ManagedResourceProgressingThreshold, path["managedResourceProgressingThreshold"], errors);
        Thresholds(settings?.ConditionThresholds, path, errors);
    }

    private static void Thresholds(IReadOnlyList<ConditionThreshold>? thresholds, FieldPath path, FieldErrors errors)
    {
        for (var i = 0; i < (thresholds?.Count ?? 0); i++)
        {
            ConfigurationValues.Time(thresholds![i].Duration, path["conditionThresholds"][i]["duration"], errors);
        }
    }

    private static void Selector(LabelSelector selector, FieldPath path, FieldErrors errors)
    {
        try
        {
            LabelSelectorMatcher.From(selector);
        }
        catch (FormatException e)
        {
            errors.Invalid(path, selector, e.Message);
        }
    }
}
