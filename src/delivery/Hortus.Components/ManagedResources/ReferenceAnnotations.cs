using Hortus.Objects;
using Hortus.Objects.Gardener.Resources;
using Hortus.Objects.Kubernetes;

namespace Hortus.Components;

/// <summary>
/// Says in annotations of workloads which Secrets and ConfigMaps they use, on the object and on the templates in it. What no
/// annotation names is garbage to the collector of resource managers. Pure.
/// </summary>
public static class ReferenceAnnotations
{
    /// <summary>The object with annotations for what it uses now; those for what it used before are gone. Objects that use
    /// nothing are returned as they are.</summary>
    public static KubernetesObject Mark(KubernetesObject value) => value switch
    {
        Pod pod => pod with { Metadata = Mark(pod.Metadata, Of(pod.Spec)) },
        Deployment item => item with
        {
            Metadata = Mark(item.Metadata, Of(item.Spec.Template.Spec)),
            Spec = item.Spec with { Template = Mark(item.Spec.Template) },
        },
        StatefulSet item => item with
        {
            Metadata = Mark(item.Metadata, Of(item.Spec.Template.Spec)),
            Spec = item.Spec with { Template = Mark(item.Spec.Template) },
        },
        DaemonSet item => item with
        {
            Metadata = Mark(item.Metadata, Of(item.Spec.Template.Spec)),
            Spec = item.Spec with { Template = Mark(item.Spec.Template) },
        },
        Job item => item with { Metadata = Mark(item.Metadata, Of(item.Spec.Template.Spec)), Spec = Mark(item.Spec) },
        CronJob item => item with
        {
            Metadata = Mark(item.Metadata, Of(item.Spec.JobTemplate.Spec.Template.Spec)),
            Spec = item.Spec with
            {
                JobTemplate = item.Spec.JobTemplate with
                {
                    Metadata = Mark(item.Spec.JobTemplate.Metadata ?? new ObjectMeta(), Of(item.Spec.JobTemplate.Spec.Template.Spec)),
                    Spec = Mark(item.Spec.JobTemplate.Spec),
                },
            },
        },
        ManagedResource item => item with
        {
            Metadata = Mark(item.Metadata, item.Spec.SecretRefs.Select(reference => Secret(reference.Name))),
        },
        _ => value,
    };

    private static PodTemplateSpec Mark(PodTemplateSpec template) =>
        template with { Metadata = Mark(template.Metadata, Of(template.Spec)) };

    private static JobSpec Mark(JobSpec spec) => spec with { Template = Mark(spec.Template) };

    private static ObjectMeta Mark(ObjectMeta metadata, IEnumerable<Reference?> references)
    {
        var annotations = (metadata.Annotations ?? new Dictionary<string, string>())
            .Where(a => !a.Key.StartsWith(ResourceNames.ReferencePrefix, StringComparison.Ordinal))
            .ToDictionary(StringComparer.Ordinal);
        foreach (var reference in references.OfType<Reference>())
        {
            annotations[reference.Annotation] = reference.Name;
        }

        return annotations.Count == 0 && metadata.Annotations is null ? metadata : metadata with { Annotations = annotations };
    }

    private static IEnumerable<Reference?> Of(PodSpec spec)
    {
        var containers = (spec.InitContainers ?? []).Concat(spec.Containers).Select(c => (c.Env, c.EnvFrom))
            .Concat((spec.EphemeralContainers ?? []).Select(c => (c.Env, c.EnvFrom)))
            .ToArray();
        return
        [
            .. (spec.Volumes ?? []).SelectMany(Of),
            .. containers.SelectMany(c => c.Env ?? []).SelectMany<EnvVar, Reference?>(
                e => [Secret(e.ValueFrom?.SecretKeyRef?.Name), Map(e.ValueFrom?.ConfigMapKeyRef?.Name)]),
            .. containers.SelectMany(c => c.EnvFrom ?? []).SelectMany<EnvFromSource, Reference?>(
                e => [Secret(e.SecretRef?.Name), Map(e.ConfigMapRef?.Name)]),
            .. (spec.ImagePullSecrets ?? []).Select(r => Secret(r.Name)),
        ];
    }

    private static IEnumerable<Reference?> Of(Volume volume) =>
    [
        Secret(volume.Secret?.SecretName),
        Map(volume.ConfigMap?.Name),
        .. (volume.Projected?.Sources ?? []).SelectMany<VolumeProjection, Reference?>(
            source => [Secret(source.Secret?.Name), Map(source.ConfigMap?.Name)]),
    ];

    private static Reference? Secret(string? name) =>
        string.IsNullOrEmpty(name) ? null : new Reference(ResourceNames.SecretReference(name), name);

    private static Reference? Map(string? name) =>
        string.IsNullOrEmpty(name) ? null : new Reference(ResourceNames.ConfigMapReference(name), name);

    private sealed record Reference(string Annotation, string Name);
}
