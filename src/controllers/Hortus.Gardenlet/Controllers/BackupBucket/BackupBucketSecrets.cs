using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Kubernetes;

namespace Hortus.Gardenlet;

/// <summary>Brings credentials of buckets where they are needed: what the garden gives to the seed, and what an extension made for a
/// bucket to the garden.</summary>
internal sealed class BackupBucketSecrets(GardenletSurroundings surroundings)
{
    /// <summary>Writes the copy in the seed.</summary>
    /// <returns>The copy.</returns>
    /// <exception cref="BackupBucketException">The credentials cannot be had.</exception>
    public async Task<Secret> CopyAsync(BackupBucket bucket, CancellationToken cancellationToken)
    {
        var reference = bucket.Spec.CredentialsRef;
        if (reference?.Kind != nameof(Secret))
        {
            throw new BackupBucketException(
                $"spec.credentialsRef.kind {reference?.Kind} is not supported: use Secret", ErrorCode.ConfigurationProblem);
        }

        var key = new ObjectKey(reference.Namespace ?? GardenerNames.GardenNamespace, reference.Name ?? "");
        var secret = await surroundings.GardenClient.FindAsync<Secret>(key, cancellationToken)
            ?? throw new BackupBucketException(
                $"spec.credentialsRef: Secret {key} does not exist in the garden: create it", ErrorCode.RetryableConfigurationProblem);
        return await surroundings.SeedClient.ApplyAsync(
            new Secret
            {
                Metadata = new ObjectMeta { Namespace = CopyKey(bucket).Namespace, Name = CopyKey(bucket).Name },
                Type = "Opaque",
                Data = secret.Data,
            },
            GardenletIdentity.FieldManager,
            cancellationToken);
    }

    /// <summary>Copies what an extension made to the seed's namespace in the garden.</summary>
    /// <returns>Where it is; null when the extension made nothing.</returns>
    /// <exception cref="BackupBucketException">The extension names a Secret that is not there.</exception>
    public async Task<SecretReference?> PublishAsync(BackupBucket bucket, SecretReference? made, CancellationToken cancellationToken)
    {
        if (made is not { Name.Length: > 0 })
        {
            return null;
        }

        var source = new ObjectKey(made.Namespace ?? GardenerNames.GardenNamespace, made.Name);
        var secret = await surroundings.SeedClient.FindAsync<Secret>(source, cancellationToken)
            ?? throw new BackupBucketException($"the extension names Secret {source}, which the seed does not have");
        var target = PublishedKey(bucket);
        await surroundings.GardenClient.ApplyAsync(
            new Secret
            {
                Metadata = new ObjectMeta { Namespace = target.Namespace, Name = target.Name, OwnerReferences = [bucket.AsOwner()] },
                Type = "Opaque",
                Data = secret.Data,
            },
            GardenletIdentity.FieldManager,
            cancellationToken);
        return new SecretReference { Namespace = target.Namespace, Name = target.Name };
    }

    /// <summary>Deletes all copies.</summary>
    public async Task DeleteAsync(BackupBucket bucket, CancellationToken cancellationToken)
    {
        await surroundings.GardenClient.DeleteAsync<Secret>(PublishedKey(bucket), null, cancellationToken);
        await surroundings.SeedClient.DeleteAsync<Secret>(CopyKey(bucket), null, cancellationToken);
    }

    private static ObjectKey CopyKey(BackupBucket bucket) => new(GardenerNames.GardenNamespace, "bucket-" + bucket.Metadata.Name);

    private ObjectKey PublishedKey(BackupBucket bucket) =>
        new(GardenerNames.SeedNamespace(surroundings.SeedName), "generated-bucket-" + bucket.Metadata.Name);
}

/// <summary>A bucket cannot be made; the message says why, the codes are classes of faults.</summary>
internal sealed class BackupBucketException(string message, params IReadOnlyList<string> codes) : Exception(message)
{
    /// <summary>Classes of the fault, see <see cref="ErrorCode"/>.</summary>
    public IReadOnlyList<string> Codes { get; } = codes;
}
