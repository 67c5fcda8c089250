using Hortus.Client;
using Hortus.Components;
using Hortus.Extensions;
using Hortus.Flow;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Extensions;
using Hortus.Objects.Kubernetes;

namespace Hortus.Operator;

/// <summary>The bucket for backups of the virtual garden's store: it is there before the store begins, and goes after it.</summary>
internal sealed class BackupPart(GardenOperation operation)
{
    private BackupBucket? bucket;

    /// <summary>Adds the steps that make it.</summary>
    /// <returns>The store may begin.</returns>
    public string AddTo(FlowGraph graph, string extensions)
    {
        bool None() => operation.Garden.Spec.VirtualCluster.Etcd?.Main?.Backup is null;
        var made = graph.Add(new FlowTask("Deploying backup bucket", DeployBucketAsync) { SkipIf = None }, extensions);
        var entry = graph.Add(new FlowTask("Deploying backup entry", DeployEntryAsync) { SkipIf = None }, made);
        return graph.Add(new FlowTask("Deploying credentials for backups", DeploySecretAsync) { SkipIf = None }, entry);
    }

    /// <summary>Adds the steps that take it away; a bucket that the Garden's spec no longer names goes too.</summary>
    /// <returns>Everything is gone.</returns>
    public string AddRemovalTo(FlowGraph graph, params ReadOnlySpan<string> after)
    {
        var entry = graph.Add("Destroying backup entry", DestroyEntryAsync, after);
        return graph.Add("Destroying backup bucket", DestroyBucketAsync, entry);
    }

    /// <summary>How snapshots of a store get into the bucket; null when there is none, or none into which they can go.</summary>
    public static async Task<StoreSnapshots?> SnapshotsAsync(GardenOperation operation, CancellationToken cancellationToken)
    {
        var key = new ObjectKey(VirtualGardenNames.Namespace, EtcdBackup.SecretName);
        return operation.Garden.Spec.VirtualCluster.Etcd?.Main?.Backup is not null
            && await operation.Runtime.FindAsync<Secret>(key, cancellationToken) is { } secret
                ? operation.Components.SnapshotsTo(secret)
                : null;
    }

    private GardenBackup Wanted() => GardenBackup.Of(operation.Garden)!;

    private async Task DeployBucketAsync(CancellationToken cancellationToken)
    {
        var wanted = Wanted();
        await CredentialsAsync(wanted.Credentials, cancellationToken);
        var written = await operation.Extensions.DeployAsync(wanted.BucketObject(), GardenerOperations.Reconcile, cancellationToken);
        bucket = await operation.Extensions.WaitAsync(written, ExtensionWaitTimes.Backup, cancellationToken);
    }

    private async Task DeployEntryAsync(CancellationToken cancellationToken)
    {
        var written = await operation.Extensions.DeployAsync(
            Wanted().EntryObject(bucket!), GardenerOperations.Reconcile, cancellationToken);
        await operation.Extensions.WaitAsync(written, ExtensionWaitTimes.Backup, cancellationToken);
    }

    private async Task DeploySecretAsync(CancellationToken cancellationToken)
    {
        var wanted = Wanted();
        var credentials = await CredentialsAsync(wanted.CredentialsOf(bucket!), cancellationToken);
        await operation.Runtime.ApplyAsync(wanted.StoreSecret(credentials), GardenDeployers.FieldManager, cancellationToken);
    }

    private async Task<Secret> CredentialsAsync(SecretReference reference, CancellationToken cancellationToken)
    {
        var key = new ObjectKey(reference.Namespace ?? VirtualGardenNames.Namespace, reference.Name ?? "");
        return await operation.Runtime.FindAsync<Secret>(key, cancellationToken)
            ?? throw new InvalidOperationException(
                $"there is no Secret {key} with access to the object store: create it, or name another one in "
                + "spec.virtualCluster.etcd.main.backup.secretRef");
    }

    private async Task DestroyEntryAsync(CancellationToken cancellationToken)
    {
        var key = ObjectKey.Cluster(GardenBackup.EntryNameOf(operation.Garden));
        await operation.Extensions.DestroyAsync<BackupEntry>(key, cancellationToken);
        await operation.Extensions.WaitGoneAsync<BackupEntry>(key, ExtensionWaitTimes.Backup, cancellationToken);
    }

    private async Task DestroyBucketAsync(CancellationToken cancellationToken)
    {
        // A bucket of the same name that is not the garden's has stopped the garden from making its own.
        if (operation.Garden.Spec.VirtualCluster.Etcd?.Main?.Backup is { } settings
            && ObjectKey.Cluster(GardenBackup.BucketOf(operation.Garden, settings).Bucket) is var key
            && await operation.Runtime.FindAsync<BackupBucket>(key, cancellationToken) is { } found
            && ExtensionClass.Of(found) == ExtensionClass.Garden)
        {
            await operation.Extensions.DestroyAsync<BackupBucket>(key, cancellationToken);
            await operation.Extensions.WaitGoneAsync<BackupBucket>(key, ExtensionWaitTimes.Backup, cancellationToken);
        }

        await operation.Runtime.DeleteAsync<Secret>(
            new ObjectKey(VirtualGardenNames.Namespace, EtcdBackup.SecretName), null, cancellationToken);
    }
}
