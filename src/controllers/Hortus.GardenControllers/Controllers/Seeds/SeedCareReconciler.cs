using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Runtime;

namespace Hortus.GardenControllers;

/// <summary>Sums up in a Seed's conditions how its extensions and backup buckets are. A Seed that never had any has no such
/// condition.</summary>
public sealed class SeedCareReconciler(IControllerManager manager, TimeProvider time) : IReconciler
{
    private static readonly (string Type, string Status)[] Installed =
    [
        (GardenerConditions.ControllerInstallationValid, ConditionStatus.True),
        (GardenerConditions.ControllerInstallationInstalled, ConditionStatus.True),
        (GardenerConditions.ControllerInstallationHealthy, ConditionStatus.True),
        (GardenerConditions.ControllerInstallationProgressing, ConditionStatus.False),
    ];

    public async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        if (manager.CacheOf<Seed>().Find(key) is { } seed && !seed.Metadata.IsDeleting())
        {
            await SeedConditions.WriteAsync(
                manager.Client, seed, [.. Extensions(seed), .. BackupBuckets(seed)], time.GetUtcNow(), cancellationToken);
        }

        return ReconcileResult.Done;
    }

    private IEnumerable<GardenerCondition> Extensions(Seed seed)
    {
        var installations = manager.CacheOf<ControllerInstallation>().List()
            .Where(installation => installation.Spec.SeedRef?.Name == seed.Metadata.Name)
            .ToArray();
        var faults = installations
            .SelectMany(installation => Installed
                .Where(wanted => installation.Status?.Conditions?.Any(
                    c => c.Type == wanted.Type && c.Status == wanted.Status) != true)
                .Take(1)
                .Select(wanted => $"{installation.Metadata.Name}: {wanted.Type} is not {wanted.Status}"))
            .Order(StringComparer.Ordinal);
        return installations.Length == 0 && !Has(seed, GardenerConditions.ExtensionsReady)
            ? []
            : [Condition(GardenerConditions.ExtensionsReady, "AllExtensionsReady", "NotAllExtensionsReady", [.. faults])];
    }

    private IEnumerable<GardenerCondition> BackupBuckets(Seed seed)
    {
        var buckets = manager.CacheOf<BackupBucket>().List().Where(bucket => bucket.Spec.SeedName == seed.Metadata.Name).ToArray();
        var faults = buckets
            .Where(bucket => bucket.Status is not { LastError: null, LastOperation.State: LastOperationState.Succeeded })
            .Select(bucket => $"{bucket.Metadata.Name}: " +
                (bucket.Status?.LastError?.Description ?? bucket.Status?.LastOperation?.State ?? "not reconciled yet"))
            .Order(StringComparer.Ordinal);
        return buckets.Length == 0 && !Has(seed, GardenerConditions.BackupBucketsReady)
            ? []
            : [Condition(GardenerConditions.BackupBucketsReady, "BackupBucketsAvailable", "BackupBucketsError", [.. faults])];
    }

    private static bool Has(Seed seed, string type) => seed.Status?.Conditions?.Any(condition => condition.Type == type) == true;

    private static GardenerCondition Condition(string type, string fine, string faulty, string[] faults) => new()
    {
        Type = type,
        Status = faults.Length == 0 ? ConditionStatus.True : ConditionStatus.False,
        Reason = faults.Length == 0 ? fine : faulty,
        Message = faults.Length == 0 ? "all are ready" : string.Join("; ", faults),
    };
}
