using Hortus.Objects.Gardener;
using Hortus.Runtime;

namespace Hortus.Gardenlet;

/// <summary>What a gardenlet watches in the garden: of kinds that belong to seeds, only those of its own, which is also all that the garden
/// lets it see.</summary>
internal sealed class GardenScopes(string seedName)
{
    /// <summary>The Shoots of the seed.</summary>
    public CacheScope Shoots { get; } = new(FieldSelector: $"spec.seedName={seedName}");

    /// <summary>All managed seeds: which are made of the seed's Shoots, only these tell.</summary>
    public CacheScope ManagedSeeds { get; } = new(GardenerNames.GardenNamespace);

    /// <summary>The extensions of the seed.</summary>
    public CacheScope Installations { get; } = new(FieldSelector: $"spec.seedRef.name={seedName}");

    /// <summary>The buckets that the seed looks after.</summary>
    public CacheScope BackupBuckets { get; } = new(FieldSelector: $"spec.seedName={seedName}");

    /// <summary>Credentials and authorities of registries, of which the garden keeps copies for each seed.</summary>
    public CacheScope RegistrySecrets { get; } = new(
        GardenerNames.SeedNamespace(seedName), $"{GardenerLabels.Role} in ({GardenerRoles.HelmPullSecret},{GardenerRoles.OciCABundle})");
}
