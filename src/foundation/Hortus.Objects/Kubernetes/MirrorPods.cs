namespace Hortus.Objects.Kubernetes;

/// <summary>Pods by which a kubelet shows in the API what it runs from files of its node.</summary>
public static class MirrorPods
{
    /// <summary>Annotation of such a pod; the value tells the static pod.</summary>
    public const string Annotation = "kubernetes.io/config.mirror";

    /// <summary>Whether a pod is one.</summary>
    public static bool IsMirror(this Pod pod)
    {
        ArgumentNullException.ThrowIfNull(pod);
        return pod.Metadata.Annotations?.ContainsKey(Annotation) == true;
    }
}
