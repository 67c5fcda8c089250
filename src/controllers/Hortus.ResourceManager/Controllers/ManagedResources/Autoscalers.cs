using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;
using Hortus.ResourceManager.Target;
using Hortus.Runtime;

namespace Hortus.ResourceManager;

/// <summary>Whose replicas are not a manifest's to say.</summary>
internal static class Autoscalers
{
    /// <summary>What the autoscalers of the target scale; nobody is asked when nothing wanted has replicas.</summary>
    public static async Task<IReadOnlySet<ObjectId>> TargetsAsync(
        WantedObjects wanted, KindCatalog kinds, IDynamicClient client, CancellationToken cancellationToken)
    {
        var autoscaler = ResourceKind.Of<HorizontalPodAutoscaler>();
        if (!wanted.Objects.Any(o => o.Id.Kind is "Deployment" or "StatefulSet")
            || !kinds.Knows(autoscaler.ApiVersion, autoscaler.Kind))
        {
            return new HashSet<ObjectId>();
        }

        var (items, _) = await client.ListAsync(autoscaler, ListOptions.All, cancellationToken);
        return items.Select(i => new ObjectId(
            ObjectNames.GroupOf(i.Text("spec", "scaleTargetRef", "apiVersion") ?? ""),
            i.Text("spec", "scaleTargetRef", "kind") ?? "",
            i.Text("metadata", "namespace"),
            i.Text("spec", "scaleTargetRef", "name") ?? "")).ToHashSet();
    }
}
