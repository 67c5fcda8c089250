using Hortus.Client;
using Hortus.KubeControllers.Workloads;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;

namespace Hortus.KubeControllers.Volumes;

/// <summary>Gives claims of class <c>local</c> (or none) a volume that is a folder, and keeps claims that pods use.</summary>
internal sealed class LocalVolumeProvisioner : IReconciler
{
    private readonly ControllerSetup setup;
    private readonly IObjectCache<PersistentVolumeClaim> claims;
    private readonly IObjectCache<PersistentVolume> volumes;
    private readonly IObjectCache<Pod> pods;
    private readonly IVolumePlaces places;

    private LocalVolumeProvisioner(ControllerSetup setup, IVolumePlaces places)
    {
        this.setup = setup;
        this.places = places;
        claims = setup.Manager.CacheOf<PersistentVolumeClaim>();
        volumes = setup.Manager.CacheOf<PersistentVolume>();
        pods = setup.Manager.CacheOf<Pod>();
    }

    public static void Add(ControllerSetup setup)
    {
        var places = PlacesOf(setup);
        var provisioner = new LocalVolumeProvisioner(setup, places);
        setup.AddController("local-volume-provisioner", provisioner, c => c
            .For<PersistentVolumeClaim>()
            .Watches<PersistentVolume>(
                v => v.Spec.ClaimRef is { Name: { } name } claim ? [new(claim.Namespace, name)] : [])
            .Watches<Pod>(ClaimsOf, (old, now) => now is null || now.IsFinished())
            .Watches<Node>(
                _ => provisioner.claims.List().Where(claim => claim.Status.Phase != "Bound").Select(claim => claim.Key),
                NodeVolumePlaces.IsNewPlace));
        LocalVolumeReclaimer.Add(setup, places);
        StorageClassKeeper.Add(setup, places);
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

    private static IVolumePlaces PlacesOf(ControllerSetup setup)
    {
        if (setup.Options.LocalVolumePath is { } root)
        {
            return new SharedVolumePlaces(root);
        }

        var (nodes, volumes) = (setup.Manager.CacheOf<Node>(), setup.Manager.CacheOf<PersistentVolume>());
        return new NodeVolumePlaces(() => nodes.List(), () => volumes.List());
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

        // A node is chosen once: what is there already says which.
        var made = ObjectKey.Cluster(LocalVolumePlan.VolumeName(claim));
        if (volumes.Find(made) is { } known)
        {
            return known;
        }

        if (places.Prepare(claim) is not { } wanted)
        {
            return null;
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
