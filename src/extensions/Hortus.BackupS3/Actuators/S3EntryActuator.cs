using Hortus.Client;
using Hortus.Extensions;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Extensions;

namespace Hortus.BackupS3;

/// <summary>An entry is what the names of a cluster's backups begin with; there is nothing to make, and all of it to
/// remove.</summary>
internal sealed class S3EntryActuator(IKubernetesClient client) : IActuator<BackupEntry>
{
    private readonly BucketAccess access = new(client);

    public Task<DefaultStatus?> ReconcileAsync(ActuatorRequest<BackupEntry> request, CancellationToken cancellationToken) =>
        BucketAccess.ReportAsync<DefaultStatus?>(async () =>
        {
            using var bucket = await OpenAsync(request.Object, cancellationToken);
            return await bucket.ExistsAsync(cancellationToken) ? null : throw new S3Exception(
                $"there is no bucket {bucket.Name}: the BackupBucket has to be ready first", ErrorCode.RetryableInfraDependencies);
        });

    public Task DeleteAsync(ActuatorRequest<BackupEntry> request, CancellationToken cancellationToken) =>
        BucketAccess.ReportAsync(async () =>
        {
            using var bucket = await OpenAsync(request.Object, cancellationToken);
            if (await bucket.ExistsAsync(cancellationToken))
            {
                await bucket.DeleteObjectsAsync(BackupEntryPrefix.Of(request.Object) + "/", cancellationToken);
            }

            return true;
        });

    private async Task<S3Bucket> OpenAsync(BackupEntry entry, CancellationToken cancellationToken) => new(
        await access.ReadAsync(
            entry.Spec.SecretRef, entry.Spec.ProviderConfig ?? entry.Spec.BackupBucketProviderStatus, entry.Spec.Region, cancellationToken),
        entry.Spec.BucketName);
}
