using Hortus.Objects.Kubernetes;

namespace Hortus.KubeControllers.Volumes;

/// <summary>Where the folders are that volumes are made of.</summary>
internal interface IVolumePlaces
{
    /// <summary>Whether a volume can be made now.</summary>
    bool IsAny { get; }

    /// <summary>The volume for a claim, ready to be used; null while there is no place.</summary>
    PersistentVolume? Prepare(PersistentVolumeClaim claim);

    /// <summary>Deletes what is in a volume that nobody claims any more, as far as this process reaches it.</summary>
    /// <returns>False when the volume is not one of ours, or is to stay.</returns>
    bool TryClear(PersistentVolume volume);
}

/// <summary>Folders of the machine that this process runs on, which all nodes of the cluster share.</summary>
internal sealed class SharedVolumePlaces(string root) : IVolumePlaces
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    public bool IsAny => true;

    public PersistentVolume Prepare(PersistentVolumeClaim claim)
    {
        var folder = LocalVolumePlan.Folder(root, claim.Metadata.Uid ?? "");
        Directory.CreateDirectory(folder, OwnerOnly);
        return LocalVolumePlan.Volume(claim, folder);
    }

    public bool TryClear(PersistentVolume volume)
    {
        if (LocalVolumePlan.FolderToDelete(volume, root) is not { } folder)
        {
            return false;
        }

        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }

        return true;
    }
}

/// <summary>Folders of the nodes, where a node says that it has room for them. The node makes the folder; it goes with the node.</summary>
internal sealed class NodeVolumePlaces(Func<IReadOnlyList<Node>> nodes, Func<IReadOnlyList<PersistentVolume>> volumes) : IVolumePlaces
{
    public bool IsAny => nodes().Any(HasPlace);

    /// <summary>Whether volumes can be made on a node.</summary>
    public static bool HasPlace(Node node) =>
        node.Annotation(NodeVolumes.PathAnnotation) is { Length: > 0 } && !node.IsDeleting();

    /// <summary>Whether volumes can be made on a node on which there could be none before.</summary>
    public static bool IsNewPlace(Node? old, Node? node) => node is not null && HasPlace(node) && (old is null || !HasPlace(old));

    public PersistentVolume? Prepare(PersistentVolumeClaim claim) =>
        LocalVolumePlan.Choose(nodes().Where(HasPlace), volumes()) is { } node
            ? LocalVolumePlan.Volume(claim, node)
            : null;

    public bool TryClear(PersistentVolume volume) => LocalVolumePlan.IsOurs(volume);
}
