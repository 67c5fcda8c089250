using Hortus.Objects;
using Hortus.Runtime;

namespace Hortus.KubeControllers.Workloads;

/// <summary>Finds whom a changed child concerns.</summary>
internal static class OwnerKeys
{
    /// <summary>The controlling owner if it is of the kind; for an orphan all objects of the kind that select
    /// it.</summary>
    public static IEnumerable<ObjectKey> OwnersAmong<TOwner>(
        this KubernetesObject child, IObjectCache<TOwner> owners, Func<TOwner, LabelSelector?> selector)
        where TOwner : KubernetesObject
    {
        if (child.Metadata.ControllerOwner() is { } reference)
        {
            var kind = ResourceKind.Of<TOwner>();
            return reference.Kind == kind.Kind && GroupVersion.Parse(reference.ApiVersion).Group == kind.Group
                ? [new ObjectKey(child.Metadata.Namespace, reference.Name)]
                : [];
        }

        return owners.List(child.Metadata.Namespace)
            .Where(o => LabelSelectorMatcher.From(selector(o)).Matches(child.Metadata.Labels))
            .Select(o => o.Key);
    }
}
