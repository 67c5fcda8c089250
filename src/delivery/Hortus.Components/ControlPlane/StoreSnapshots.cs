using System.Text;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Kubernetes;

namespace Hortus.Components;

/// <summary>The container that takes snapshots of an API server's store, beside the store in its pod.</summary>
/// <param name="Image">Image with tag; its entry point is hortus.</param>
/// <param name="Bucket">Name of the bucket.</param>
/// <param name="Prefix">What the names of all backups of the cluster begin with.</param>
/// <param name="HostPath">Folder of all buckets on the node; null when the bucket is in an object store.</param>
public sealed record StoreSnapshots(string Image, string Bucket, string Prefix, string? HostPath)
{
    private const string BucketVolume = "backup-bucket";
    private const string BucketFolder = "/srv/backup-bucket";
    private const string CredentialsVolume = "backup-credentials";
    private const string CredentialsFolder = "/srv/backup-credentials";

    /// <summary>Reads where snapshots go.</summary>
    /// <param name="secret">The Secret <see cref="EtcdBackup.SecretName"/>.</param>
    /// <param name="image">Image with tag.</param>
    /// <returns>Null when the bucket is of a kind into which snapshots cannot be written.</returns>
    public static StoreSnapshots? Of(Secret secret, string image)
    {
        ArgumentNullException.ThrowIfNull(secret);
        string? Text(string key) => secret.Data?.GetValueOrDefault(key) is { Length: > 0 } bytes ? Encoding.UTF8.GetString(bytes) : null;
        var hostPath = Text("hostPath");
        var isUsable = hostPath is not null || Text("accessKeyID") is not null;
        return isUsable && Text(EtcdBackup.BucketName) is { } bucket && Text(EtcdBackup.Prefix) is { } prefix
            ? new(image, bucket, prefix, hostPath)
            : null;
    }

    /// <summary>The container.</summary>
    /// <param name="store">Name of the store among those of the cluster.</param>
    /// <param name="source">Arguments that say what the store is, as the servers on it have them.</param>
    /// <param name="mounts">What these arguments speak of.</param>
    public Container ContainerFor(string store, IReadOnlyList<string> source, IReadOnlyList<VolumeMount> mounts)
    {
        List<string> target = HostPath is null
            ? [$"--to=s3://{Bucket}/{Prefix}/{store}", $"--credentials-dir={CredentialsFolder}"]
            : [$"--to={BucketFolder}/{Prefix}/{store}"];
        return new Container
        {
            Name = "backup",
            Image = Image,
            ImagePullPolicy = "IfNotPresent",
            Args = ["backup", "run", .. source, .. target],
            VolumeMounts =
            [
                .. mounts,
                HostPath is null
                    ? new VolumeMount { Name = CredentialsVolume, MountPath = CredentialsFolder, ReadOnly = true }
                    : new VolumeMount { Name = BucketVolume, MountPath = BucketFolder },
            ],
        };
    }

    /// <summary>The volume that the container needs besides the store's.</summary>
    public Volume Volume() => HostPath is null
        ? ControlPlanePod.SecretVolume(CredentialsVolume, EtcdBackup.SecretName)
        : new Volume
        {
            Name = BucketVolume,
            HostPath = new HostPathVolumeSource { Path = Path.Combine(HostPath, Bucket), Type = "Directory" },
        };
}
