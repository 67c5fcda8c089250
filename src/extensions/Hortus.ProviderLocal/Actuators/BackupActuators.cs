using System.Text;
using Hortus.Client;
using Hortus.Extensions;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Extensions;
using Hortus.Objects.Kubernetes;
using Hortus.ProviderLocal.Backup;

namespace Hortus.ProviderLocal.Actuators;

/// <summary>A bucket is a folder. Those who write backups mount it from the node: the generated Secret says from where.</summary>
/// <param name="client">The cluster of the bucket.</param>
/// <param name="folders">The folders as this process sees them.</param>
/// <param name="hostPath">The folder of all buckets as nodes see it.</param>
/// <param name="fieldManager">Under which the Secret is written.</param>
internal sealed class BackupBucketActuator(IKubernetesClient client, BackupFolders folders, string hostPath, string fieldManager)
    : IActuator<BackupBucket>
{
    /// <summary>Key of the generated Secret: the folder of all buckets on the node.</summary>
    public const string HostPathKey = "hostPath";

    public async Task<DefaultStatus?> ReconcileAsync(ActuatorRequest<BackupBucket> request, CancellationToken cancellationToken)
    {
        var bucket = request.Object.Metadata.Name!;
        folders.CreateBucket(bucket);
        var secret = new Secret
        {
            Metadata = new ObjectMeta { Namespace = GardenerNames.GardenNamespace, Name = SecretKey(bucket).Name },
            Data = new Dictionary<string, byte[]> { [HostPathKey] = Encoding.UTF8.GetBytes(hostPath) },
        };
        await client.ApplyAsync(secret, fieldManager, cancellationToken);
        return (BackupBucketStatus)request.Object.ExtensionStatus with
        {
            GeneratedSecretRef = new SecretReference { Namespace = secret.Metadata.Namespace, Name = secret.Metadata.Name },
        };
    }

    public async Task DeleteAsync(ActuatorRequest<BackupBucket> request, CancellationToken cancellationToken)
    {
        var bucket = request.Object.Metadata.Name!;
        folders.RemoveBucket(bucket);
        await client.DeleteAsync<Secret>(SecretKey(bucket), null, cancellationToken);
    }

    internal static ObjectKey SecretKey(string bucket) => new(GardenerNames.GardenNamespace, $"generated-bucket-{bucket}");
}

/// <summary>An entry is a folder in its bucket's.</summary>
internal sealed class BackupEntryActuator(BackupFolders folders) : IActuator<BackupEntry>
{
    public Task<DefaultStatus?> ReconcileAsync(ActuatorRequest<BackupEntry> request, CancellationToken cancellationToken)
    {
        folders.CreateEntry(request.Object.Spec.BucketName, BackupEntryPrefix.Of(request.Object));
        return Task.FromResult<DefaultStatus?>(null);
    }

    public Task DeleteAsync(ActuatorRequest<BackupEntry> request, CancellationToken cancellationToken)
    {
        folders.RemoveEntry(request.Object.Spec.BucketName, BackupEntryPrefix.Of(request.Object));
        return Task.CompletedTask;
    }
}
