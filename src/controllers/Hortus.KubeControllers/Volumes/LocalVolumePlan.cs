using Hortus.Objects;
using Hortus.Objects.Kubernetes;

namespace Hortus.KubeControllers.Volumes;

/// <summary>Names and contents of provisioned volumes, without I/O.</summary>
internal static class LocalVolumePlan
{
    public const string ClassName = "local";
    public const string Provisioner = "hortus.dev/local-volume";
    public const string ProvisionedBy = "pv.kubernetes.io/provisioned-by";
    public const string ProtectionFinalizer = "kubernetes.io/pvc-protection";
    private const string BindCompleted = "pv.kubernetes.io/bind-completed";
    private const string BoundByController = "pv.kubernetes.io/bound-by-controller";

    /// <summary>Whether the claim asks for a volume of ours.</summary>
    public static bool IsOurs(PersistentVolumeClaim claim) =>
        claim.Spec.StorageClassName is null or ClassName && (claim.Spec.VolumeMode ?? "Filesystem") == "Filesystem";

    /// <summary>Whether a volume was made for a claim, to go with it.</summary>
    public static bool IsOurs(PersistentVolume volume) =>
        volume.Annotation(ProvisionedBy) == Provisioner && volume.Spec.PersistentVolumeReclaimPolicy == "Delete";

    public static string VolumeName(PersistentVolumeClaim claim) => $"pvc-{claim.Metadata.Uid}";

    /// <summary>The folder of a claim's volume.</summary>
    /// <exception cref="ArgumentException">The uid would lead out of the folder for volumes.</exception>
    public static string Folder(string root, string uid)
    {
        if (uid.Length == 0 || !uid.All(c => char.IsAsciiLetterOrDigit(c) || c == '-'))
        {
            throw new ArgumentException(
                $"the uid \"{uid}\" of a PersistentVolumeClaim cannot name a folder", nameof(uid));
        }

        return Path.Combine(Path.GetFullPath(root), uid);
    }

    /// <summary>The volume of a claim.</summary>
    public static PersistentVolume Volume(PersistentVolumeClaim claim, string folder) => new()
    {
        Metadata = new ObjectMeta
        {
            Name = VolumeName(claim),
            Annotations = new Dictionary<string, string> { [ProvisionedBy] = Provisioner },
        },
        Spec = new PersistentVolumeSpec
        {
            Capacity = claim.Spec.Resources?.Requests,
            AccessModes = claim.Spec.AccessModes,
            HostPath = new HostPathVolumeSource { Path = folder },
            ClaimRef = Reference(claim),
            PersistentVolumeReclaimPolicy = "Delete",
            StorageClassName = claim.Spec.StorageClassName ?? ClassName,
            VolumeMode = "Filesystem",
        },
    };

    /// <summary>The volume of a claim on a node, of which only that node's pods can use it.</summary>
    public static PersistentVolume Volume(PersistentVolumeClaim claim, Node node)
    {
        var volume = Volume(claim, Folder(node.Annotation(NodeVolumes.PathAnnotation)!, claim.Metadata.Uid ?? ""));
        var here = new NodeSelectorRequirement
        {
            Key = NodeVolumes.NodeLabel,
            Operator = "In",
            Values = [node.Label(NodeVolumes.NodeLabel) ?? node.Metadata.Name!],
        };
        return volume with
        {
            Spec = volume.Spec with
            {
                NodeAffinity = new VolumeNodeAffinity
                {
                    Required = new NodeSelector { NodeSelectorTerms = [new NodeSelectorTerm { MatchExpressions = [here] }] },
                },
            },
        };
    }

    /// <summary>The node with the fewest volumes, ready ones first; null when there is none.</summary>
    public static Node? Choose(IEnumerable<Node> nodes, IReadOnlyList<PersistentVolume> volumes) => nodes
        .OrderByDescending(NodeFit.IsReady)
        .ThenBy(node => volumes.Count(volume => volume.Spec.NodeAffinity is not null && IsFor(volume, node)))
        .ThenBy(node => node.Metadata.Name, StringComparer.Ordinal)
        .FirstOrDefault();

    /// <summary>Whether pods of a node can use a volume.</summary>
    public static bool IsFor(PersistentVolume volume, Node node) =>
        volume.Spec.NodeAffinity?.Required is not { } required || required.NodeSelectorTerms.Any(term => NodeFit.Matches(term, node));

    public static ObjectReference Reference(PersistentVolumeClaim claim) => new()
    {
        ApiVersion = "v1",
        Kind = "PersistentVolumeClaim",
        Namespace = claim.Metadata.Namespace,
        Name = claim.Metadata.Name,
        Uid = claim.Metadata.Uid,
    };

    /// <summary>The claim as it must be once it is bound to the volume.</summary>
    public static PersistentVolumeClaim Bind(PersistentVolumeClaim claim, PersistentVolume volume) => claim with
    {
        Metadata = claim.Metadata.WithAnnotation(BindCompleted, "yes").WithAnnotation(BoundByController, "yes")
            .WithFinalizer(ProtectionFinalizer),
        Spec = claim.Spec with
        {
            VolumeName = volume.Metadata.Name,
            StorageClassName = claim.Spec.StorageClassName ?? volume.Spec.StorageClassName,
        },
    };

    public static PersistentVolumeClaimStatus BoundStatus(PersistentVolumeClaim claim, PersistentVolume volume) =>
        claim.Status with { Phase = "Bound", AccessModes = volume.Spec.AccessModes, Capacity = volume.Spec.Capacity };

    /// <summary>The folder to delete with a released volume; null when the volume is not ours or points anywhere
    /// else.</summary>
    public static string? FolderToDelete(PersistentVolume volume, string root) =>
        IsOurs(volume) && volume.Spec is { ClaimRef.Uid: { Length: > 0 } uid, HostPath.Path: { } path } && Folder(root, uid) == path
            ? path
            : null;

    /// <summary>Whether a pod that may still run uses the claim.</summary>
    public static bool Uses(Pod pod, PersistentVolumeClaim claim) =>
        pod.Status.Phase is not ("Succeeded" or "Failed") && !string.IsNullOrEmpty(pod.Spec.NodeName) &&
        (pod.Spec.Volumes ?? []).Any(v => v.PersistentVolumeClaim?.ClaimName == claim.Metadata.Name);
}
