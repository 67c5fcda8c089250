namespace Hortus.Objects.Gardener;

/// <summary>How a control plane says where the backups of its store go: a Secret beside the store, with the credentials for the
/// bucket and these keys.</summary>
public static class EtcdBackup
{
    /// <summary>Name of the Secret.</summary>
    public const string SecretName = "etcd-backup";

    /// <summary>Key: name of the bucket.</summary>
    public const string BucketName = "bucketName";

    /// <summary>Key: what the names of all backups of this store begin with, without a slash at either end.</summary>
    public const string Prefix = "prefix";

    /// <summary>Key: type of the object store, as the BackupBucket has it.</summary>
    public const string Provider = "provider";

    /// <summary>Key: region of the bucket; not called <c>region</c>, which credentials use.</summary>
    public const string Region = "bucketRegion";

    /// <summary>Annotation of a BackupEntry with the same value as <see cref="Prefix"/>: what its deletion is about.</summary>
    public const string PrefixAnnotation = "backup.hortus.dev/prefix";
}
