using Hortus.Objects;
using Hortus.Objects.Kubernetes;

namespace Hortus.KubeControllers.Namespaces;

/// <summary>An object that is still in a namespace after its deletion was asked for.</summary>
internal sealed record LeftOver(ResourceKind Kind, IReadOnlyList<string> Finalizers);

/// <summary>What a look through a namespace showed.</summary>
/// <param name="Left">Objects that were still there.</param>
/// <param name="Failures">Resources whose objects could not be listed or deleted, with the reason.</param>
/// <param name="Unknown">Group versions whose kinds are not known, with the reason.</param>
internal sealed record NamespacePass(
    IReadOnlyList<LeftOver> Left,
    IReadOnlyDictionary<string, string> Failures,
    IReadOnlyDictionary<GroupVersion, string> Unknown)
{
    /// <summary>Whether nothing can be in the namespace any more.</summary>
    public bool IsEmpty => Left.Count == 0 && Failures.Count == 0 && Unknown.Count == 0;
}

/// <summary>What a namespace's status says about what keeps it, without I/O.</summary>
internal static class NamespaceContent
{
    /// <summary>The status with its conditions.</summary>
    public static NamespaceStatus Status(Namespace space, NamespacePass pass, DateTimeOffset now)
    {
        IReadOnlyList<NamespaceCondition>? conditions = space.Status.Conditions;
        foreach (var condition in new[] { Discovery(pass), Parsing(), Deletion(pass), Remaining(pass), Finalizers(pass) })
        {
            conditions = Conditions.Set(conditions, condition, now);
        }

        return space.Status with { Phase = "Terminating", Conditions = conditions };
    }

    private static NamespaceCondition Discovery(NamespacePass pass)
    {
        var failed = pass.Unknown.OrderBy(u => u.Key.ToString(), StringComparer.Ordinal).Select(u => $"{u.Key}: {u.Value}");
        return Condition(
            "NamespaceDeletionDiscoveryFailure",
            pass.Unknown.Count > 0,
            pass.Unknown.Count > 0 ? "DiscoveryFailed" : "ResourcesDiscovered",
            pass.Unknown.Count > 0
                ? $"Discovery failed for some groups, {pass.Unknown.Count} failing: unable to retrieve the complete list of "
                    + $"server APIs: {string.Join(", ", failed)}"
                : "All resources successfully discovered");
    }

    private static NamespaceCondition Parsing() => Condition(
        "NamespaceDeletionGroupVersionParsingFailure",
        holds: false,
        "ParsedGroupVersions",
        "All legacy kube types successfully parsed");

    private static NamespaceCondition Deletion(NamespacePass pass)
    {
        var failed = pass.Failures.OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => $"{f.Key}: {f.Value}");
        return Condition(
            "NamespaceDeletionContentFailure",
            pass.Failures.Count > 0,
            pass.Failures.Count > 0 ? "ContentDeletionFailed" : "ContentDeleted",
            pass.Failures.Count > 0
                ? $"Failed to delete all resource types, {pass.Failures.Count} remaining: {string.Join(", ", failed)}"
                : "All content successfully deleted, may be waiting on finalization");
    }

    private static NamespaceCondition Remaining(NamespacePass pass)
    {
        var content = pass.Left.GroupBy(l => l.Kind.GroupResource).OrderBy(g => g.Key, StringComparer.Ordinal)
            .Select(g => $"{g.Key} has {g.Count()} resource instances").ToList();
        return Condition(
            "NamespaceContentRemaining",
            content.Count > 0,
            content.Count > 0 ? "SomeResourcesRemain" : "ContentRemoved",
            content.Count > 0
                ? $"Some resources are remaining: {string.Join(", ", content)}"
                : "All content successfully removed");
    }

    private static NamespaceCondition Finalizers(NamespacePass pass)
    {
        var finalizers = pass.Left.SelectMany(l => l.Finalizers).GroupBy(f => f).OrderBy(g => g.Key, StringComparer.Ordinal)
            .Select(g => $"{g.Key} in {g.Count()} resource instances").ToList();
        return Condition(
            "NamespaceFinalizersRemaining",
            finalizers.Count > 0,
            finalizers.Count > 0 ? "SomeFinalizersRemain" : "ContentHasNoFinalizers",
            finalizers.Count > 0
                ? $"Some content in the namespace has finalizers remaining: {string.Join(", ", finalizers)}"
                : "All content-preserving finalizers finished");
    }

    private static NamespaceCondition Condition(string type, bool holds, string reason, string message) =>
        new() { Type = type, Status = holds ? "True" : "False", Reason = reason, Message = message };
}
