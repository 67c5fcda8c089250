using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener.Resources;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;

namespace Hortus.ResourceManager.NetworkPolicies;

/// <summary>
/// Which labels that ask for traffic are on pods, by namespace. Of the pods only the labels are kept, because a seed has many and
/// nothing else of them matters here.
/// </summary>
internal sealed class PodLabels
{
    private readonly Lock gate = new();
    private readonly Dictionary<PodLabel, int> counts = [];

    public PodLabels(ControllerManager manager) => manager.OpenCache(
        ResourceKind.Of<Pod>(), new DynamicCacheOptions { Keep = LabelsOnly, Changed = Count });

    /// <summary>Told of each label that the first pod of a namespace got or the last one lost.</summary>
    public Action<PodLabel> Changed { get; set; } = _ => { };

    /// <summary>Whether a pod has the label.</summary>
    public bool Has(PodLabel label)
    {
        lock (gate)
        {
            return counts.ContainsKey(label);
        }
    }

    private void Count(DynamicObject? old, DynamicObject? current)
    {
        var before = LabelsOf(old);
        var now = LabelsOf(current);
        List<PodLabel> changed = [];
        lock (gate)
        {
            foreach (var label in now.Except(before))
            {
                var count = counts[label] = counts.GetValueOrDefault(label) + 1;
                AddIf(count == 1, label);
            }

            foreach (var label in before.Except(now))
            {
                var count = counts[label] = counts.GetValueOrDefault(label) - 1;
                AddIf(count == 0, label);
                if (count <= 0)
                {
                    counts.Remove(label);
                }
            }
        }

        changed.ForEach(Changed);

        void AddIf(bool condition, PodLabel label)
        {
            if (condition)
            {
                changed.Add(label);
            }
        }
    }

    private static HashSet<PodLabel> LabelsOf(DynamicObject? pod) => pod is null ? [] :
    [
        .. (pod.Metadata.Labels ?? new Dictionary<string, string>())
            .Where(l => l.Value == NetworkingNames.Allowed && l.Key.StartsWith(NetworkingNames.ToPrefix, StringComparison.Ordinal))
            .Select(l => new PodLabel(pod.Metadata.Namespace ?? "", l.Key)),
    ];

    private static DynamicObject LabelsOnly(DynamicObject pod)
    {
        var metadata = new ObjectMeta
        {
            Namespace = pod.Metadata.Namespace,
            Name = pod.Metadata.Name,
            Uid = pod.Metadata.Uid,
            ResourceVersion = pod.Metadata.ResourceVersion,
            Labels = pod.Metadata.Labels,
        };
        return pod with { Json = new JsonObject(), Metadata = metadata };
    }
}
