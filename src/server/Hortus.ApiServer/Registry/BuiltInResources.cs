using Hortus.Objects;
using Hortus.Objects.Kubernetes;

namespace Hortus.ApiServer.Registry;

/// <summary>Definitions of the built-in kinds, before plug-ins refine them.</summary>
internal static class BuiltInResources
{
    /// <summary>Kinds that are bodies of subresources or reviews and have no collection of their own.</summary>
    private static readonly HashSet<string> NotStored = new(StringComparer.Ordinal)
    {
        "Binding", "Eviction", "Scale", "TokenRequest", "TokenReview", "SelfSubjectReview", "LocalSubjectAccessReview",
        "SelfSubjectAccessReview", "SelfSubjectRulesReview", "SubjectAccessReview",
    };

    /// <summary>Groups that came after the first layout of keys and carry the group in them.</summary>
    private static readonly HashSet<string> GroupInKey = new(StringComparer.Ordinal)
    {
        "apiextensions.k8s.io", "apiregistration.k8s.io",
    };

    /// <summary>One definition per built-in kind.</summary>
    /// <param name="prefix">Start of all keys, without a slash at the end.</param>
    public static IEnumerable<ResourceDefinition> Create(string prefix) =>
        BuiltInKinds.All
            .Select(type => (Type: type, Kind: ResourceKind.Find(type)!))
            .Where(entry => !NotStored.Contains(entry.Kind.Kind))
            .Select(entry => new ResourceDefinition
            {
                Kind = entry.Kind,
                Verbs = entry.Kind.GroupResource == "namespaces"
                    ? [.. ResourceDefinition.AllVerbs.Where(v => v != "deletecollection")]
                    : ResourceDefinition.AllVerbs,
                Schema = () => SchemaBuilder.For(entry.Type),
                StoragePrefix = $"{prefix}/{FolderOf(entry.Kind)}/",
                Columns = BuiltInColumns.Of(entry.Kind),
            })
            .SelectMany<ResourceDefinition, ResourceDefinition>(d => d.Kind.GroupResource switch
            {
                "horizontalpodautoscalers.autoscaling" => [d, AutoscalerV1.Of(d)],
                "events" => [d, EventsV1.Of(d)],
                _ => [d],
            });

    private static string FolderOf(ResourceKind kind) => kind switch
    {
        { Group: "", Plural: "services" } => "services/specs",
        { Group: "", Plural: "endpoints" } => "services/endpoints",
        { Group: "", Plural: "nodes" } => "minions",
        { Plural: "ingresses" } => "ingress",
        { Group: "", Plural: "replicationcontrollers" } => "controllers",
        _ when GroupInKey.Contains(kind.Group) => $"{kind.Group}/{kind.Plural}",
        _ => kind.Plural,
    };
}
