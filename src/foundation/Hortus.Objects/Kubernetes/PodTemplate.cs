namespace Hortus.Objects.Kubernetes;

/// <summary>A stored template that workloads may be made from.</summary>
[KubernetesResource("", "v1", "PodTemplate", "podtemplates")]
public sealed record PodTemplate : KubernetesObject
{
    public PodTemplateSpec Template { get => field ??= new PodTemplateSpec(); init; }
}
