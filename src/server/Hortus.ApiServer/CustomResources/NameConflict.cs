using Hortus.ApiServer.Registry;
using Hortus.Objects.Kubernetes;

namespace Hortus.ApiServer.CustomResources;

/// <summary>Why the names of a definition are not accepted.</summary>
/// <param name="Reason">Reason of the condition.</param>
/// <param name="Message">Its message.</param>
internal sealed record NameConflict(string Reason, string Message)
{
    /// <summary>The first name that another resource of the group has already; null when all are free.</summary>
    public static NameConflict? Find(CustomResourceDefinitionNames names, IReadOnlyList<ResourceDefinition> others)
    {
        var resources = others
            .SelectMany(o => new[] { o.Kind.Plural, o.Singular }.Concat(o.Kind.ShortNames))
            .ToHashSet(StringComparer.Ordinal);
        var kinds = others.SelectMany(o => new[] { o.Kind.Kind, o.ListKind }).ToHashSet(StringComparer.Ordinal);
        return Taken("PluralConflict", names.Plural, resources)
            ?? Taken("SingularConflict", names.Singular, resources)
            ?? (names.ShortNames ?? []).Select(name => Taken("ShortNamesConflict", name, resources))
                .FirstOrDefault(conflict => conflict is not null)
            ?? Taken("KindConflict", names.Kind, kinds)
            ?? Taken("ListKindConflict", names.ListKind, kinds);
    }

    private static NameConflict? Taken(string reason, string? name, HashSet<string> used) =>
        !string.IsNullOrEmpty(name) && used.Contains(name)
            ? new NameConflict(reason, $"\"{name}\" is already in use")
            : null;
}
