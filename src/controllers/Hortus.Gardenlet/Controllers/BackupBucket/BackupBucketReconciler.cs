using Hortus.Client;
using Hortus.Extensions;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;
using Ext = Hortus.Objects.Gardener.Extensions;

namespace Hortus.Gardenlet;

/// <summary>Has the seed's extensions make the buckets that the garden wants from this seed, with a copy of the credentials, and reports
/// what came of it.</summary>
internal sealed class BackupBucketReconciler(GardenletSurroundings surroundings) : IReconciler
{
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(5);

    // The garden lets a gardenlet read credentials, not watch them.
    private static readonly TimeSpan CredentialsPeriod = TimeSpan.FromMinutes(10);

    private readonly BackupBucketStatusWriter status = new(surroundings);
    private readonly BackupBucketSecrets secrets = new(surroundings);

    private readonly ExtensionWaiter extensions =
        new(surroundings.SeedClient, GardenletIdentity.FieldManager, surroundings.Clock);

    /// <summary>Registers the controller with what it watches in garden and seed.</summary>
    public void AddTo(IControllerManager garden) => garden.AddController("backupbucket", this, controller => controller
        .For<BackupBucket>(Wishes.Differ, surroundings.Scopes.BackupBuckets)
        .WatchesOn<Ext.BackupBucket>(surroundings.Seed, made => [made.Key], (old, made) => Said(old) != Said(made))
        .WithConcurrency(surroundings.Settings.ConcurrentBackupBuckets));

    public async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        // Asked by name, the garden would not even say that a bucket is gone.
        var known = surroundings.Garden.CacheOf<BackupBucket>(surroundings.Scopes.BackupBuckets);
        if (known.Find(key) is not { } bucket)
        {
            return ReconcileResult.Done;
        }

        try
        {
            return bucket.Metadata.IsDeleting()
                ? await DeleteAsync(bucket, cancellationToken)
                : await EnsureAsync(bucket, cancellationToken);
        }
        catch (BackupBucketException e)
        {
            await status.FailAsync(bucket, e.Message, e.Codes, cancellationToken);
            surroundings.Garden.Events.Warning(bucket, "ReconcileError", e.Message);
            throw;
        }
    }

    private async Task<ReconcileResult> EnsureAsync(BackupBucket bucket, CancellationToken cancellationToken)
    {
        bucket = await surroundings.GardenClient.AddFinalizerAsync(bucket, GardenerFinalizers.Gardener, cancellationToken);
        var credentials = await secrets.CopyAsync(bucket, cancellationToken);
        var wanted = ObjectOf(bucket, credentials);
        var found = await surroundings.SeedClient.FindAsync<Ext.BackupBucket>(wanted.Key, cancellationToken);
        if (found is not null && ExtensionClass.Of(found) != ExtensionClass.Shoot)
        {
            throw new BackupBucketException($"the seed has a BackupBucket {found.Key.Name} of class {found.Spec.Class} already");
        }

        if (!ExtensionWaiter.IsAsWanted(found, wanted))
        {
            found = await extensions.DeployAsync(wanted, GardenerOperations.Reconcile, cancellationToken);
        }

        if (ExtensionReadiness.WhyNotReady(found, null) is { } waitsFor)
        {
            if (found!.Status?.LastError is { } error)
            {
                await status.FailAsync(bucket, error.Description, error.Codes ?? [], cancellationToken);
            }
            else
            {
                await status.WaitAsync(bucket, $"waiting for the extension: {waitsFor}", cancellationToken);
            }

            return ReconcileResult.After(CredentialsPeriod);
        }

        var made = await secrets.PublishAsync(bucket, found!.Status?.GeneratedSecretRef, cancellationToken);
        await status.SucceedAsync(bucket, found.Status?.ProviderStatus, made, cancellationToken);
        return ReconcileResult.After(CredentialsPeriod);
    }

    private async Task<ReconcileResult> DeleteAsync(BackupBucket bucket, CancellationToken cancellationToken)
    {
        if (!bucket.Metadata.HasFinalizer(GardenerFinalizers.Gardener))
        {
            return ReconcileResult.Done;
        }

        if (await UsersAsync(bucket, cancellationToken) is { Count: > 0 } users)
        {
            await status.FailAsync(
                bucket, $"the bucket still holds the backups of BackupEntry {string.Join(", ", users)}: delete them first", [],
                cancellationToken);
            return ReconcileResult.After(Again);
        }

        if (await surroundings.SeedClient.FindAsync<Ext.BackupBucket>(bucket.Key, cancellationToken) is { } made
            && ExtensionClass.Of(made) == ExtensionClass.Shoot)
        {
            if (!made.Metadata.IsDeleting())
            {
                await extensions.DestroyAsync<Ext.BackupBucket>(bucket.Key, cancellationToken);
            }

            await (made.Status?.LastError is { } error && made.Metadata.IsDeleting()
                ? status.FailAsync(bucket, error.Description, error.Codes ?? [], cancellationToken)
                : status.WaitAsync(bucket, "waiting until the extension has deleted the bucket", cancellationToken));
            return ReconcileResult.After(Again);
        }

        await secrets.DeleteAsync(bucket, cancellationToken);
        await surroundings.GardenClient.RemoveFinalizerAsync(bucket, GardenerFinalizers.Gardener, cancellationToken);
        return ReconcileResult.Done;
    }

    private async Task<IReadOnlyList<ObjectKey>> UsersAsync(BackupBucket bucket, CancellationToken cancellationToken)
    {
        var entries = await surroundings.GardenClient.ListAsync<BackupEntry>(
            new ListOptions { FieldSelector = surroundings.Scopes.BackupBuckets.FieldSelector }, cancellationToken);
        return [.. entries.Items.Where(entry => entry.Spec.BucketName == bucket.Metadata.Name).Select(entry => entry.Key)];
    }

    private static Ext.BackupBucket ObjectOf(BackupBucket bucket, Secret credentials) => new()
    {
        // Other credentials are a reason to ask the extension again.
        Metadata = new ObjectMeta { Name = bucket.Metadata.Name }
            .WithAnnotation(GardenerAnnotations.CredentialsVersion, credentials.Metadata.ResourceVersion),
        Spec = new Ext.BackupBucketSpec
        {
            Type = bucket.Spec.Provider.Type,
            Region = bucket.Spec.Provider.Region,
            ProviderConfig = bucket.Spec.ProviderConfig,
            SecretRef = new SecretReference { Namespace = credentials.Metadata.Namespace, Name = credentials.Metadata.Name },
        },
    };

    private static string Said(Ext.BackupBucket? made) => made is null
        ? "gone"
        : $"{made.Metadata.Uid} {made.Metadata.IsDeleting()} {made.Metadata.Generation} {made.Status?.ObservedGeneration} "
            + $"{made.Status?.LastOperation} {made.Status?.LastError?.Description} {made.Status?.GeneratedSecretRef?.Name} "
            + made.Metadata.Annotation(GardenerAnnotations.Operation);
}
