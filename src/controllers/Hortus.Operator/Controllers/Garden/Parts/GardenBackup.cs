using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Extensions;
using Hortus.Objects.Gardener.Operator;
using Hortus.Objects.Kubernetes;
using Garden = Hortus.Objects.Gardener.Operator.Garden;

namespace Hortus.Operator;

/// <summary>Where the backups of the virtual garden's store go. Pure.</summary>
/// <param name="EntryName">Name of the BackupEntry.</param>
/// <param name="Bucket">Name of the BackupBucket and of the bucket itself.</param>
/// <param name="Prefix">What the names of the backups begin with.</param>
/// <param name="Region">Region of the bucket.</param>
/// <param name="Settings">What the Garden says.</param>
internal sealed record GardenBackup(string EntryName, string Bucket, string Prefix, string Region, Backup Settings)
{
    private const string Store = "virtual-garden-etcd-main";

    /// <summary>The field of a Garden that asks for backups.</summary>
    public static readonly FieldPath Path = FieldPath.Root["spec"]["virtualCluster"]["etcd"]["main"]["backup"];

    /// <summary>The Secret that the Garden names.</summary>
    public SecretReference Credentials => new() { Namespace = VirtualGardenNames.Namespace, Name = Settings.SecretRef.Name };

    /// <summary>Name of a garden's BackupEntry: the namespace of the store comes first, where extensions look for it.</summary>
    public static string EntryNameOf(Garden garden) => $"{VirtualGardenNames.Namespace}--{garden.Metadata.Uid}";

    /// <summary>Name of the bucket and the folder in it, which is empty when there is none.</summary>
    public static (string Bucket, string Folder) BucketOf(Garden garden, Backup settings)
    {
        var name = string.IsNullOrEmpty(settings.BucketName) ? $"garden-{garden.Metadata.Uid}" : settings.BucketName;
        return name.IndexOf('/', StringComparison.Ordinal) is var slash and >= 0
            ? (name[..slash], name[(slash + 1)..].Trim('/'))
            : (name, "");
    }

    /// <summary>Region of the bucket: the runtime cluster's unless it is given; null when neither is known.</summary>
    public static string? RegionOf(Garden garden, Backup settings) =>
        new[] { settings.Region, garden.Spec.RuntimeCluster.Provider.Region }.FirstOrDefault(region => !string.IsNullOrEmpty(region));

    /// <summary>The backup of a garden; null when it has none.</summary>
    /// <exception cref="InvalidOperationException">Nothing says in which region the bucket is.</exception>
    public static GardenBackup? Of(Garden garden)
    {
        if (garden.Spec.VirtualCluster.Etcd?.Main?.Backup is not { } settings)
        {
            return null;
        }

        var (bucket, folder) = BucketOf(garden, settings);
        var region = RegionOf(garden, settings)
            ?? throw new InvalidOperationException(
                $"{Path["region"]}: no region is given, and spec.runtimeCluster.provider.region is not set either");
        return new(EntryNameOf(garden), bucket, folder.Length == 0 ? Store : $"{folder}/{Store}", region, settings);
    }

    /// <summary>The bucket as extensions are asked for it.</summary>
    public BackupBucket BucketObject() => new()
    {
        Metadata = new ObjectMeta { Name = Bucket },
        Spec = new BackupBucketSpec
        {
            Type = Settings.Provider,
            Class = Hortus.Extensions.ExtensionClass.Garden,
            ProviderConfig = Settings.ProviderConfig,
            Region = Region,
            SecretRef = Credentials,
        },
    };

    /// <summary>The part of the bucket that belongs to this store.</summary>
    /// <param name="bucket">The bucket as extensions report it.</param>
    public BackupEntry EntryObject(BackupBucket bucket) => new()
    {
        Metadata = new ObjectMeta
        {
            Name = EntryName,
            Annotations = new Dictionary<string, string> { [EtcdBackup.PrefixAnnotation] = Prefix },
        },
        Spec = new BackupEntrySpec
        {
            Type = Settings.Provider,
            Class = Hortus.Extensions.ExtensionClass.Garden,
            BucketName = Bucket,
            Region = Region,
            SecretRef = CredentialsOf(bucket),
            BackupBucketProviderStatus = bucket.Status?.ProviderStatus,
        },
    };

    /// <summary>What the store's backups need to know, as a Secret beside it.</summary>
    /// <param name="credentials">Access to the bucket.</param>
    public Secret StoreSecret(Secret credentials)
    {
        var data = new Dictionary<string, byte[]>(credentials.Data ?? new Dictionary<string, byte[]>());
        void Put(string key, string value) => data[key] = System.Text.Encoding.UTF8.GetBytes(value);
        Put(EtcdBackup.BucketName, Bucket);
        Put(EtcdBackup.Prefix, Prefix);
        Put(EtcdBackup.Provider, Settings.Provider);
        Put(EtcdBackup.Region, Region);
        return new Secret
        {
            Metadata = new ObjectMeta { Namespace = VirtualGardenNames.Namespace, Name = EtcdBackup.SecretName },
            Type = "Opaque",
            Data = data,
        };
    }

    /// <summary>The credentials that an extension made for the bucket; else the Garden's own.</summary>
    public SecretReference CredentialsOf(BackupBucket bucket) => bucket.Status?.GeneratedSecretRef is { Name.Length: > 0 } made
        ? made
        : Credentials;
}
