using Hortus.Objects;
using Hortus.Objects.Gardener.Core;

namespace Hortus.GardenApi.Validation;

/// <summary>The rules of BackupBucket and BackupEntry.</summary>
internal static class BackupValidator
{
    public static void Check(BackupBucket bucket, FieldErrors errors)
    {
        var path = FieldPath.Root["spec"];
        Names.Present(bucket.Spec.Provider.Type, path["provider"]["type"], errors, "must provide a provider type");
        Names.Present(bucket.Spec.Provider.Region, path["provider"]["region"], errors, "must provide a region");
        Owner(bucket.Spec.SeedName, bucket.Spec.ShootRef is not null, path, errors);
        if (bucket.Spec.CredentialsRef is null)
        {
            errors.Required(path["credentialsRef"], "must be set to refer a Secret or WorkloadIdentity");
        }
    }

    public static void CheckChange(BackupBucket bucket, BackupBucket old, FieldErrors errors)
    {
        var path = FieldPath.Root["spec"];
        Names.Unchanged(bucket.Spec.Provider.Type, old.Spec.Provider.Type, path["provider"]["type"], errors);
        Names.Unchanged(bucket.Spec.Provider.Region, old.Spec.Provider.Region, path["provider"]["region"], errors);
        Names.Unchanged(bucket.Spec.SeedName, old.Spec.SeedName, path["seedName"], errors);
    }

    public static void Check(BackupEntry entry, FieldErrors errors)
    {
        var path = FieldPath.Root["spec"];
        Names.Present(entry.Spec.BucketName, path["bucketName"], errors, "must provide a bucket name");
        Owner(entry.Spec.SeedName, entry.Spec.ShootRef is not null, path, errors);
    }

    public static void CheckChange(BackupEntry entry, BackupEntry old, FieldErrors errors)
    {
        if (entry.Spec.SeedName == old.Spec.SeedName)
        {
            Names.Unchanged(entry.Spec.BucketName, old.Spec.BucketName, FieldPath.Root["spec"]["bucketName"], errors);
        }
    }

    private static void Owner(string? seedName, bool hasShoot, FieldPath path, FieldErrors errors)
    {
        if (string.IsNullOrEmpty(seedName) && !hasShoot)
        {
            errors.Required(path["seedName"], "must provide either seedName or shootRef");
        }
    }
}
