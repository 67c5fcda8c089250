using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener.Core;

namespace Hortus.Gardenlet;

/// <summary>The BackupBucket in the garden that a Seed with <c>spec.backup</c> has; its name is the Seed's uid.</summary>
internal sealed class SeedBucket(GardenletSurroundings surroundings)
{
    /// <summary>Writes it. The backup of a Seed cannot be taken back, so neither can its bucket.</summary>
    public async Task DeployAsync(Seed seed, CancellationToken cancellationToken)
    {
        if (seed.Spec.Backup is not { } backup)
        {
            return;
        }

        var wanted = Of(seed, backup);
        var found = (await ListAsync(cancellationToken)).FirstOrDefault(bucket => bucket.Metadata.Name == seed.Metadata.Uid);
        if (found is null)
        {
            // Not by apply: whose it is shows only when it is there.
            await surroundings.GardenClient.CreateAsync(wanted, cancellationToken);
        }
        else
        {
            await surroundings.GardenClient.ApplyAsync(wanted, GardenletIdentity.FieldManager, cancellationToken);
        }
    }

    /// <summary>Has it deleted.</summary>
    /// <returns>The buckets of the seed that are still there, also those that others made, each with what keeps it.</returns>
    public async Task<IReadOnlyList<string>> RemoveAsync(Seed seed, CancellationToken cancellationToken)
    {
        var buckets = await ListAsync(cancellationToken);
        foreach (var own in buckets.Where(bucket => bucket.Metadata.Name == seed.Metadata.Uid && !bucket.Metadata.IsDeleting()))
        {
            await surroundings.GardenClient.DeleteAsync<BackupBucket>(own.Key, null, cancellationToken);
        }

        return
        [
            .. from bucket in buckets
               let why = bucket.Status?.LastError?.Description
                   ?? (bucket.Metadata.IsDeleting() || bucket.Metadata.Name == seed.Metadata.Uid ? "is being deleted" : "delete it first")
               select $"BackupBucket {bucket.Metadata.Name} ({why})",
        ];
    }

    private async Task<IReadOnlyList<BackupBucket>> ListAsync(CancellationToken cancellationToken) =>
        (await surroundings.GardenClient.ListAsync<BackupBucket>(
            new ListOptions { FieldSelector = surroundings.Scopes.BackupBuckets.FieldSelector }, cancellationToken)).Items;

    private static BackupBucket Of(Seed seed, Backup backup) => new()
    {
        Metadata = new ObjectMeta { Name = seed.Metadata.Uid, OwnerReferences = [seed.AsOwner()] },
        Spec = new BackupBucketSpec
        {
            Provider = new BackupBucketProvider
            {
                Type = backup.Provider,
                Region = string.IsNullOrEmpty(backup.Region) ? seed.Spec.Provider.Region : backup.Region,
            },
            ProviderConfig = backup.ProviderConfig,
            CredentialsRef = backup.CredentialsRef,
            SeedName = seed.Metadata.Name,
        },
    };
}
