using Hortus.Client;
using Hortus.KubeControllers.Workloads;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;

namespace Hortus.KubeControllers.Volumes;

/// <summary>Gives claims of class <c>local</c> (or none) a volume that is a folder of the host, and keeps claims that
/// pods use.</summary>
internal sealed class LocalVolumeProvisioner : IReconciler
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly ControllerSetup setup;
    private readonly IObjectCache<PersistentVolumeClaim> claims;
    private readonly IObjectCache<PersistentVolume> volumes;
    private readonly IObjectCache<Pod> pods;
    private readonly string root;

    private LocalVolumeProvisioner(ControllerSetup setup, string root)
    {
        this.setup = setup;
        this.root = root;
        claims = setup.Manager.CacheOf<PersistentVolumeClaim>();
        volumes = setup.Manager.CacheOf<PersistentVolume>();
        pods = setup.Manager.CacheOf<Pod>();
    }

    public static void Add(ControllerSetup setup)
    {
        if (setup.Options.LocalVolumePath is not { } root)
        {
            return;
        }

        setup.AddController("local-volume-provisioner", new LocalVolumeProvisioner(setup, root), c => c
            .For<PersistentVolumeClaim>()
            .Watches<PersistentVolume>(
                v => v.Spec.ClaimRef is { Name: { } name } claim ? [new(claim.Namespace, name)] : [])
            .Watches<Pod>(ClaimsOf, (old, now) => now is null || now.IsFinished()));
        LocalVolumeReclaimer.Add(setup, root);
        StorageClassKeeper.Add(setup);
    }

    /// <inheritdoc/>
    public async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        if (claims.Find(key) is not { } claim)
        {
            return ReconcileResult.Done;
        }

        if (claim.IsDeleting())
        {
            if (!pods.List(key.Namespace).Any(p => LocalVolumePlan.Uses(p, claim)))
            {
                await setup.Client.RemoveFinalizerAsync(claim, LocalVolumePlan.ProtectionFinalizer, cancellationToken);
            }

            return ReconcileResult.Done;
        }

        if (claim.Status.Phase != "Bound" && await VolumeForAsync(claim, cancellationToken) is { } volume)
        {
            await BindAsync(claim, volume, cancellationToken);
        }

        return ReconcileResult.Done;
    }

    private static IEnumerable<ObjectKey> ClaimsOf(Pod pod) =>
        from volume in pod.Spec.Volumes ?? []
        let source = volume.PersistentVolumeClaim
        where source is not null
        select new ObjectKey(pod.Metadata.Namespace, source.ClaimName);

    private async Task<PersistentVolume?> VolumeForAsync(
        PersistentVolumeClaim claim, CancellationToken cancellationToken)
    {
        // A claim that names its volume waits for that one.
        if (claim.Spec.VolumeName is { Length: > 0 } name)
        {
            var named = volumes.Find(ObjectKey.Cluster(name)) ??
                await setup.Client.FindAsync<PersistentVolume>(ObjectKey.Cluster(name), cancellationToken);
            return named switch
            {
                null => null,
                { Spec.ClaimRef: null } => await TakeAsync(named, claim, cancellationToken),
                { Spec.ClaimRef: { } owner } when owner.Uid == claim.Metadata.Uid => named,
                { Spec.ClaimRef: { Uid: null or "" } owner } when
                    owner.Name == claim.Metadata.Name && owner.Namespace == claim.Metadata.Namespace =>
                    await TakeAsync(named, claim, cancellationToken),
                _ => null,
            };
        }

        if (!LocalVolumePlan.IsOurs(claim))
        {
            return null;
        }

        var folder = LocalVolumePlan.Folder(root, claim.Metadata.Uid ?? "");
        Directory.CreateDirectory(folder, OwnerOnly);
        var wanted = LocalVolumePlan.Volume(claim, folder);
        if (volumes.Find(wanted.Key) is { } known)
        {
            return known;
        }

        if (await setup.Client.TryCreateAsync(wanted, cancellationToken) is not { } created)
        {
            return await setup.Client.FindAsync<PersistentVolume>(wanted.Key, cancellationToken);
        }

        setup.Manager.Events.Normal(
            claim, "ProvisioningSucceeded", $"Successfully provisioned volume {wanted.Key.Name}");
        return created;
    }

    private Task<PersistentVolume> TakeAsync(
        PersistentVolume volume, PersistentVolumeClaim claim, CancellationToken cancellationToken) =>
        setup.Client.UpdateAsync(
            volume with { Spec = volume.Spec with { ClaimRef = LocalVolumePlan.Reference(claim) } }, cancellationToken);

    private async Task BindAsync(
        PersistentVolumeClaim claim, PersistentVolume volume, CancellationToken cancellationToken)
    {
        if (volume.Status.Phase != "Bound")
        {
            await setup.Client.UpdateStatusAsync(
                volume with { Status = volume.Status with { Phase = "Bound" } }, cancellationToken);
        }

        try
        {
            var bound = await setup.Client.UpdateAsync(LocalVolumePlan.Bind(claim, volume), cancellationToken);
            await setup.Client.ReportAsync(
                bound with { Status = LocalVolumePlan.BoundStatus(bound, volume) }, cancellationToken);
        }
        catch (ApiException e) when (e.IsNotFound)
        {
            // The reclaimer sees to the volume.
        }
    }
}
