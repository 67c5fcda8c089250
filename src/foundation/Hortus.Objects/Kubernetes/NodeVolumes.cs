namespace Hortus.Objects.Kubernetes;

/// <summary>Persistent volumes that are folders of a node.</summary>
public static class NodeVolumes
{
    /// <summary>Annotation of a Node: the folder below which persistent volumes may be made on it; absent where there may be
    /// none.</summary>
    public const string PathAnnotation = "node.hortus.dev/volume-path";

    /// <summary>The label by which volumes name their node.</summary>
    public const string NodeLabel = "kubernetes.io/hostname";
}
