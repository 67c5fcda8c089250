using Hortus.Objects;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;

namespace Hortus.KubeControllers.Volumes;

/// <summary>Deletes volumes, with what is in them, whose claim is gone.</summary>
internal sealed class LocalVolumeReclaimer : IReconciler
{
    private readonly ControllerSetup setup;
    private readonly IObjectCache<PersistentVolume> volumes;
    private readonly IObjectCache<PersistentVolumeClaim> claims;
    private readonly IVolumePlaces places;

    private LocalVolumeReclaimer(ControllerSetup setup, IVolumePlaces places)
    {
        this.setup = setup;
        this.places = places;
        volumes = setup.Manager.CacheOf<PersistentVolume>();
        claims = setup.Manager.CacheOf<PersistentVolumeClaim>();
    }

    public static void Add(ControllerSetup setup, IVolumePlaces places)
    {
        var reclaimer = new LocalVolumeReclaimer(setup, places);
        setup.AddController("local-volume-reclaimer", reclaimer, c => c
            .For<PersistentVolume>()
            .Watches<PersistentVolumeClaim>(reclaimer.VolumesOf, (_, now) => now is null));
    }

    /// <inheritdoc/>
    public async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        if (volumes.Find(key) is not { Spec.ClaimRef: { Uid: { Length: > 0 } uid, Name: { } name } owner } volume)
        {
            return ReconcileResult.Done;
        }

        var claimKey = new ObjectKey(owner.Namespace, name);
        if (claims.Find(claimKey)?.Metadata.Uid == uid)
        {
            return ReconcileResult.Done;
        }

        // Data is deleted only after the server itself said that the claim is gone.
        if (await setup.Client.FindAsync<PersistentVolumeClaim>(claimKey, cancellationToken) is { } live &&
            live.Metadata.Uid == uid)
        {
            return ReconcileResult.Done;
        }

        if (places.TryClear(volume))
        {
            await setup.Client.DeleteExactlyAsync(volume, cancellationToken);
        }
        else if (volume.Status.Phase != "Released")
        {
            await setup.Client.ReportAsync(
                volume with { Status = volume.Status with { Phase = "Released" } }, cancellationToken);
        }

        return ReconcileResult.Done;
    }

    private IEnumerable<ObjectKey> VolumesOf(PersistentVolumeClaim claim) =>
        volumes.List().Where(v => v.Spec.ClaimRef?.Uid == claim.Metadata.Uid).Select(v => v.Key);
}
