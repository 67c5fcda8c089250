using Hortus.Objects;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;

namespace Hortus.KubeControllers.Volumes;

/// <summary>Keeps the storage class <c>local</c>, the default one, where there is a place for volumes.</summary>
internal sealed class StorageClassKeeper(ControllerSetup setup, IVolumePlaces places) : IReconciler
{
    public static void Add(ControllerSetup setup, IVolumePlaces places) => setup.AddController(
        "storage-class",
        new StorageClassKeeper(setup, places),
        c => c
            .Watches<Node>(_ => [ObjectKey.Cluster(LocalVolumePlan.ClassName)], NodeVolumePlaces.IsNewPlace)
            .Watches<StorageClass>(s => [s.Key], (_, now) => now is null)
            // The namespace is always there, so that its arrival in the cache makes the first run.
            .Watches<Namespace>(
                n => n.Metadata.Name == "kube-system" ? [ObjectKey.Cluster(LocalVolumePlan.ClassName)] : [],
                (old, _) => old is null));

    /// <inheritdoc/>
    public async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        if (key.Name == LocalVolumePlan.ClassName && places.IsAny)
        {
            await setup.Client.TryCreateAsync(
                new StorageClass
                {
                    Metadata = new ObjectMeta
                    {
                        Name = LocalVolumePlan.ClassName,
                        Annotations = new Dictionary<string, string>
                        {
                            ["storageclass.kubernetes.io/is-default-class"] = "true",
                        },
                    },
                    Provisioner = LocalVolumePlan.Provisioner,
                    ReclaimPolicy = "Delete",
                    VolumeBindingMode = "Immediate",
                },
                cancellationToken);
        }

        return ReconcileResult.Done;
    }
}
