using Hortus.Objects;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.Rules;

namespace Hortus.GardenControllers;

/// <summary>Which extension kinds and types a seed needs, for itself and for what lives on it. Pure.</summary>
internal static class WantedExtensions
{
    private const string BackupBucketKind = "BackupBucket";
    private const string BackupEntryKind = "BackupEntry";
    private const string ControlPlaneKind = "ControlPlane";
    private const string DnsRecordKind = "DNSRecord";

    /// <summary>What the seed itself needs; nothing while it is being deleted.</summary>
    public static IEnumerable<ExtensionPair> OfSeed(Seed seed, IReadOnlyList<ControllerRegistration> registrations) =>
        SeedNeeds.Of(seed, OffersOf(registrations));

    /// <summary>What a shoot on the seed needs.</summary>
    public static IEnumerable<ExtensionPair> OfShoot(
        Shoot shoot, Seed seed, GardenDomains domains, IReadOnlyList<ControllerRegistration> registrations)
    {
        var workerless = shoot.Spec.Provider.Workers is not { Count: > 0 };
        if (seed.Spec.Backup is { } backup)
        {
            yield return new ExtensionPair(BackupBucketKind, backup.Provider);
            yield return new ExtensionPair(BackupEntryKind, backup.Provider);
        }

        // The seed's provider comes with webhooks that expose the control planes of all shoots.
        yield return new ExtensionPair(ControlPlaneKind, seed.Spec.Provider.Type);
        foreach (var type in domains.ProvidersOf(shoot))
        {
            yield return new ExtensionPair(DnsRecordKind, type);
        }

        foreach (var pair in workerless ? [] : OfWorkers(shoot))
        {
            yield return pair;
        }

        foreach (var type in Enabled(shoot.Spec.Extensions, ClusterTypes.Shoot, registrations, workerless))
        {
            yield return new ExtensionPair(ControllerResourceRules.ExtensionKind, type);
        }
    }

    /// <summary>What the seed's buckets and entries need.</summary>
    /// <param name="seed">Name of the seed.</param>
    /// <param name="buckets">All buckets: an entry may lie in a bucket that another seed manages.</param>
    /// <param name="entries">All entries; those of unknown buckets need nothing.</param>
    public static IEnumerable<ExtensionPair> OfBackups(
        string seed, IReadOnlyList<BackupBucket> buckets, IEnumerable<BackupEntry> entries)
    {
        foreach (var bucket in buckets.Where(bucket => bucket.Spec.SeedName == seed))
        {
            yield return new ExtensionPair(BackupBucketKind, bucket.Spec.Provider.Type);
        }

        foreach (var entry in entries.Where(entry => entry.Spec.SeedName == seed))
        {
            if (buckets.FirstOrDefault(bucket => bucket.Metadata.Name == entry.Spec.BucketName) is { } bucket)
            {
                yield return new ExtensionPair(BackupEntryKind, bucket.Spec.Provider.Type);
            }
        }
    }

    private static IEnumerable<ExtensionPair> OfWorkers(Shoot shoot)
    {
        foreach (var kind in new[] { ControlPlaneKind, "Infrastructure", "Worker" })
        {
            yield return new ExtensionPair(kind, shoot.Spec.Provider.Type);
        }

        if (shoot.Spec.Networking?.Type is { Length: > 0 } network)
        {
            yield return new ExtensionPair("Network", network);
        }

        foreach (var pool in shoot.Spec.Provider.Workers ?? [])
        {
            if (pool.Machine.Image is { Name.Length: > 0 } image)
            {
                yield return new ExtensionPair("OperatingSystemConfig", image.Name);
            }

            foreach (var runtime in pool.Cri?.ContainerRuntimes ?? [])
            {
                yield return new ExtensionPair("ContainerRuntime", runtime.Type);
            }
        }
    }

    private static IEnumerable<string> Enabled(
        IReadOnlyList<Extension>? chosen, string clusterType, IReadOnlyList<ControllerRegistration> registrations, bool workerless) =>
        EnabledExtensions.Of(chosen, OffersOf(registrations), clusterType, workerless).Select(extension => extension.Type);

    private static ControllerResource[] OffersOf(IReadOnlyList<ControllerRegistration> registrations) =>
        [.. registrations.SelectMany(registration => registration.Spec.Resources ?? [])];
}
