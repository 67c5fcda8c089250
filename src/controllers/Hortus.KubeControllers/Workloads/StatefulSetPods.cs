using System.Globalization;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;

namespace Hortus.KubeControllers.Workloads;

/// <summary>Names and contents of a StatefulSet's pods and claims.</summary>
internal static class StatefulSetPods
{
    public const string RevisionLabel = "controller-revision-hash";
    private const string NameLabel = "statefulset.kubernetes.io/pod-name";
    private const string IndexLabel = "apps.kubernetes.io/pod-index";

    /// <summary>The number at the end of the pod's name; -1 when it is not a name of this set.</summary>
    public static int Ordinal(StatefulSet set, Pod pod)
    {
        var name = pod.Metadata.Name ?? "";
        var prefix = set.Metadata.Name + "-";
        return name.StartsWith(prefix, StringComparison.Ordinal) &&
            int.TryParse(name.AsSpan(prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture,
                out var ordinal) &&
            Name(set, ordinal) == name
            ? ordinal
            : -1;
    }

    public static string Name(StatefulSet set, int ordinal) => $"{set.Metadata.Name}-{ordinal}";

    public static string ClaimName(StatefulSet set, PersistentVolumeClaim template, int ordinal) =>
        $"{template.Metadata.Name}-{Name(set, ordinal)}";

    /// <summary>The pod of an ordinal.</summary>
    /// <param name="set">Owner.</param>
    /// <param name="template">Template of the revision the pod is to have.</param>
    /// <param name="revision">Name of that revision.</param>
    /// <param name="ordinal">Number of the pod.</param>
    public static Pod New(StatefulSet set, PodTemplateSpec template, string revision, int ordinal)
    {
        var name = Name(set, ordinal);
        var pod = PodTemplates.NewPod(template, set, name);
        var claims = (set.Spec.VolumeClaimTemplates ?? []).Select(t => new Volume
        {
            Name = t.Metadata.Name ?? "",
            PersistentVolumeClaim = new PersistentVolumeClaimVolumeSource { ClaimName = ClaimName(set, t, ordinal) },
        }).ToList();
        return pod with
        {
            Metadata = pod.Metadata
                .WithLabel(NameLabel, name)
                .WithLabel(IndexLabel, ordinal.ToString(CultureInfo.InvariantCulture))
                .WithLabel(RevisionLabel, revision),
            Spec = pod.Spec with
            {
                Hostname = name,
                Subdomain = set.Spec.ServiceName is { Length: > 0 } service ? service : pod.Spec.Subdomain,
                Volumes =
                [
                    .. claims,
                    .. (pod.Spec.Volumes ?? []).Where(v => claims.TrueForAll(c => c.Name != v.Name)),
                ],
            },
        };
    }

    /// <summary>The claims of an ordinal.</summary>
    public static IEnumerable<PersistentVolumeClaim> Claims(StatefulSet set, int ordinal) =>
        (set.Spec.VolumeClaimTemplates ?? []).Select(t => new PersistentVolumeClaim
        {
            Metadata = new ObjectMeta
            {
                Name = ClaimName(set, t, ordinal),
                Namespace = set.Metadata.Namespace,
                Labels = new Dictionary<string, string>(
                    (t.Metadata.Labels ?? new Dictionary<string, string>())
                        .Concat(set.Spec.Selector.MatchLabels ?? new Dictionary<string, string>())
                        .DistinctBy(l => l.Key),
                    StringComparer.Ordinal),
                Annotations = t.Metadata.Annotations,
            },
            Spec = t.Spec,
        });
}
