using Hortus.Objects;
using Hortus.Objects.Kubernetes;

namespace Hortus.KubeControllers.Namespaces;

/// <summary>An object that is still in a namespace after its deletion was asked for.</summary>
internal sealed record LeftOver(ResourceKind Kind, IReadOnlyList<string> Finalizers);

/// <summary>What a namespace's status says about what keeps it, without I/O.</summary>
internal static class NamespaceContent
{
    /// <summary>The status with its conditions.</summary>
    public static NamespaceStatus Status(Namespace space, IReadOnlyList<LeftOver> left, DateTimeOffset now)
    {
        var content = left.GroupBy(l => l.Kind.GroupResource).OrderBy(g => g.Key, StringComparer.Ordinal)
            .Select(g => $"{g.Key} has {g.Count()} resource instances").ToList();
        var finalizers = left.SelectMany(l => l.Finalizers).GroupBy(f => f).OrderBy(g => g.Key, StringComparer.Ordinal)
            .Select(g => $"{g.Key} in {g.Count()} resource instances").ToList();
        var conditions = Conditions.Set(
            space.Status.Conditions,
            Condition(
                "NamespaceContentRemaining",
                content.Count > 0,
                content.Count > 0 ? "SomeResourcesRemain" : "ContentRemoved",
                content.Count > 0
                    ? $"Some resources are remaining: {string.Join(", ", content)}"
                    : "All content successfully removed"),
            now);
        conditions = Conditions.Set(
            conditions,
            Condition(
                "NamespaceFinalizersRemaining",
                finalizers.Count > 0,
                finalizers.Count > 0 ? "SomeFinalizersRemain" : "ContentHasNoFinalizers",
                finalizers.Count > 0
                    ? $"Some content in the namespace has finalizers remaining: {string.Join(", ", finalizers)}"
                    : "All content-preserving finalizers finished"),
            now);
        return space.Status with { Phase = "Terminating", Conditions = conditions };
    }

    private static NamespaceCondition Condition(string type, bool holds, string reason, string message) =>
        new() { Type = type, Status = holds ? "True" : "False", Reason = reason, Message = message };
}
