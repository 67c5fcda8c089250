using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.Rules;
using Hortus.Runtime;

namespace Hortus.GardenControllers;

/// <summary>Sums up in a Seed's conditions how its extensions and backup buckets are. A Seed that never had any has no such
/// condition.</summary>
public sealed class SeedCareReconciler(IControllerManager manager, TimeProvider time) : IReconciler
{
    private static readonly string[] Types = [GardenerConditions.ExtensionsReady, GardenerConditions.BackupBucketsReady];

    // By the condition of an installation that is not right; the first that any installation has counts.
    private static readonly (string Type, string Reason, string Message)[] Faults =
    [
        (GardenerConditions.ControllerInstallationValid, "NotAllExtensionsValid", "Some extensions are not valid"),
        (GardenerConditions.ControllerInstallationInstalled, "NotAllExtensionsInstalled", "Some extensions are not installed"),
        (GardenerConditions.ControllerInstallationHealthy, "NotAllExtensionsHealthy", "Some extensions are not healthy"),
        (GardenerConditions.ControllerInstallationProgressing, "SomeExtensionsProgressing", "Some extensions are progressing"),
    ];

    public async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        if (manager.CacheOf<Seed>().Find(key) is not { } seed || seed.Metadata.IsDeleting())
        {
            return ReconcileResult.Done;
        }

        var now = time.GetUtcNow();
        var conditions = await SeedConditions.WriteAsync(
            manager.Client, seed, [.. Extensions(seed), .. BackupBuckets(seed)], now, cancellationToken);
        return new ReconcileResult(ConditionThresholds.UntilNextLook(conditions, Types, GraceTimes.Default, now));
    }

    private IEnumerable<HealthCheckResult> Extensions(Seed seed)
    {
        const string type = GardenerConditions.ExtensionsReady;
        var installations = manager.CacheOf<ControllerInstallation>().List()
            .Where(installation => installation.Spec.SeedRef?.Name == seed.Metadata.Name)
            .ToArray();
        if (installations.Length == 0 && !Has(seed, type))
        {
            return [];
        }

        var objections = installations
            .Select(installation => (installation.Metadata.Name, Why: InstallationReadiness.Of(installation)))
            .Where(item => item.Why is not null)
            .OrderBy(item => item.Name, StringComparer.Ordinal)
            .ToLookup(item => item.Why!.Type, item => $"{item.Name}: {item.Why!.Message}");
        var fault = Faults.FirstOrDefault(item => objections.Contains(item.Type));
        return
        [
            fault.Type is null
                ? new(type, true, "AllExtensionsReady", "All extensions installed into the seed cluster are ready and healthy.")
                : new(type, false, fault.Reason, $"{fault.Message}: {string.Join("; ", objections[fault.Type])}"),
        ];
    }

    private IEnumerable<HealthCheckResult> BackupBuckets(Seed seed)
    {
        const string type = GardenerConditions.BackupBucketsReady;
        var buckets = manager.CacheOf<BackupBucket>().List().Where(bucket => bucket.Spec.SeedName == seed.Metadata.Name).ToArray();
        if (buckets.Length == 0 && !Has(seed, type))
        {
            return [];
        }

        var faults = buckets
            .Where(bucket => bucket.Status is not { LastError: null, LastOperation.State: LastOperationState.Succeeded })
            .Select(bucket => $"{bucket.Metadata.Name}: " +
                (bucket.Status?.LastError?.Description ?? bucket.Status?.LastOperation?.Description ?? "not reconciled yet"))
            .Order(StringComparer.Ordinal)
            .ToArray();
        return
        [
            faults.Length == 0
                ? new(type, true, "BackupBucketsAvailable", "Backup Buckets are available.")
                : new(type, false, "BackupBucketsError", $"The following BackupBuckets have issues: {string.Join("; ", faults)}"),
        ];
    }

    private static bool Has(Seed seed, string type) => seed.Status?.Conditions?.Any(condition => condition.Type == type) == true;
}
