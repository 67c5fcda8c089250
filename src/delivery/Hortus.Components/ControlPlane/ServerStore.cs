using Hortus.Objects;
using Hortus.Objects.Kubernetes;

namespace Hortus.Components;

/// <summary>Where an API server keeps its objects: what its pod has for it.</summary>
public abstract record ServerStore
{
    /// <summary>Whether several servers may use it at the same time.</summary>
    public virtual bool IsShared => false;

    /// <summary>Arguments of the server.</summary>
    public abstract IReadOnlyList<string> Arguments { get; }

    /// <summary>Volumes of the pod, besides those that come of claims.</summary>
    public abstract IReadOnlyList<Volume> Volumes { get; }

    /// <summary>Where the server sees them.</summary>
    public abstract IReadOnlyList<VolumeMount> Mounts { get; }

    /// <summary>Claims that each pod has for itself.</summary>
    public virtual IReadOnlyList<PersistentVolumeClaim>? Claims => null;

    /// <summary>What runs beside the server.</summary>
    /// <param name="server">Name of the server among those of the cluster.</param>
    public virtual IReadOnlyList<Container> ContainersBeside(string server) => [];

    /// <summary>What becomes of the claims; null when there are none.</summary>
    public StatefulSetPersistentVolumeClaimRetentionPolicy? Retention => Claims is null ? null : StoreClaim.Retention;
}

/// <summary>The store inside the server, on a volume of its pod.</summary>
/// <param name="Capacity">Size of the volume.</param>
/// <param name="Snapshots">Takes snapshots of it; null takes none.</param>
public sealed record EmbeddedStore(Quantity Capacity, StoreSnapshots? Snapshots = null) : ServerStore
{
    private const string Folder = "/var/lib/store";

    public override IReadOnlyList<string> Arguments => [$"--data-dir={Folder}"];

    public override IReadOnlyList<Volume> Volumes => Snapshots is null ? [] : [Snapshots.Volume()];

    public override IReadOnlyList<VolumeMount> Mounts => [new VolumeMount { Name = StoreClaim.Name, MountPath = Folder }];

    public override IReadOnlyList<PersistentVolumeClaim> Claims => [StoreClaim.Of(Capacity)];

    public override IReadOnlyList<Container> ContainersBeside(string server) => Snapshots is null
        ? []
        : [Snapshots.ContainerFor(server, Arguments, [.. Mounts.Select(mount => mount with { ReadOnly = true })])];
}

/// <summary>An etcd that several servers may share.</summary>
/// <param name="Server">Its address.</param>
/// <param name="ClientSecret">Secret with the certificate that it accepts, and with its authority.</param>
public sealed record EtcdStore(string Server, string ClientSecret) : ServerStore
{
    private const string ClientVolume = "etcd-client";
    private const string ClientFolder = "/srv/etcd-client";

    public override bool IsShared => true;

    public override IReadOnlyList<string> Arguments =>
    [
        $"--etcd-servers={Server}",
        $"--etcd-cafile={ClientFolder}/ca.crt",
        $"--etcd-certfile={ClientFolder}/tls.crt",
        $"--etcd-keyfile={ClientFolder}/tls.key",
    ];

    public override IReadOnlyList<Volume> Volumes => [ControlPlanePod.SecretVolume(ClientVolume, ClientSecret)];

    public override IReadOnlyList<VolumeMount> Mounts =>
        [new VolumeMount { Name = ClientVolume, MountPath = ClientFolder, ReadOnly = true }];
}

/// <summary>The claim of a pod with a store.</summary>
internal static class StoreClaim
{
    /// <summary>Name of the claim, and of the volume in the pod.</summary>
    public const string Name = "data";

    /// <summary>The data goes with the workload, not with a pod.</summary>
    public static StatefulSetPersistentVolumeClaimRetentionPolicy Retention =>
        new() { WhenDeleted = "Delete", WhenScaled = "Retain" };

    /// <summary>A claim of a size.</summary>
    public static PersistentVolumeClaim Of(Quantity capacity) => new()
    {
        Metadata = new ObjectMeta { Name = Name },
        Spec = new PersistentVolumeClaimSpec
        {
            AccessModes = ["ReadWriteOnce"],
            Resources = new VolumeResourceRequirements
            {
                Requests = new Dictionary<string, Quantity> { ["storage"] = capacity },
            },
        },
    };
}
