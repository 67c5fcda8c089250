using Hortus.Client;
using Hortus.Extensions;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Extensions;
using Hortus.Objects.Kubernetes;

namespace Hortus.BackupS3;

/// <summary>Makes and removes buckets. The generated Secret says all that those need who write backups, whatever part of it
/// came from the Garden's Secret and whatever from providerConfig.</summary>
internal sealed class S3BucketActuator(IKubernetesClient client, string fieldManager) : IActuator<BackupBucket>
{
    private readonly BucketAccess access = new(client);

    public Task<DefaultStatus?> ReconcileAsync(ActuatorRequest<BackupBucket> request, CancellationToken cancellationToken) =>
        BucketAccess.ReportAsync<DefaultStatus?>(async () =>
        {
            var settings = await SettingsAsync(request.Object, cancellationToken);
            using var bucket = new S3Bucket(settings, request.Object.Metadata.Name!);
            await bucket.CreateAsync(cancellationToken);
            var key = SecretKey(bucket.Name);
            var secret = new Secret
            {
                Metadata = new ObjectMeta { Namespace = key.Namespace, Name = key.Name },
                Data = settings.Write(),
            };
            await client.ApplyAsync(secret, fieldManager, cancellationToken);
            return (BackupBucketStatus)request.Object.ExtensionStatus with
            {
                GeneratedSecretRef = new SecretReference { Namespace = key.Namespace, Name = key.Name },
                ProviderStatus = BucketConfig.Describe(settings),
            };
        });

    public Task DeleteAsync(ActuatorRequest<BackupBucket> request, CancellationToken cancellationToken) =>
        BucketAccess.ReportAsync(async () =>
        {
            using var bucket = new S3Bucket(await SettingsAsync(request.Object, cancellationToken), request.Object.Metadata.Name!);
            await bucket.DeleteAsync(cancellationToken);
            await client.DeleteAsync<Secret>(SecretKey(bucket.Name), null, cancellationToken);
            return true;
        });

    private Task<S3Settings> SettingsAsync(BackupBucket bucket, CancellationToken cancellationToken) =>
        access.ReadAsync(bucket.Spec.SecretRef, bucket.Spec.ProviderConfig, bucket.Spec.Region, cancellationToken);

    private static ObjectKey SecretKey(string bucket) => new(GardenerNames.GardenNamespace, $"generated-bucket-{bucket}");
}
