using Hortus.Objects;
using Hortus.Objects.Kubernetes;

namespace Hortus.ApiServer.Admission.Webhooks;

/// <summary>Says which requests the rules of a webhook or policy speak of.</summary>
internal sealed class WebhookRules(IReadOnlyList<RuleWithOperations> rules)
{
    private const string Any = "*";

    /// <summary>Whether any rule speaks of the operation on the resource.</summary>
    /// <param name="attributes">The request.</param>
    /// <param name="resource">The resource, in the version to look for.</param>
    public bool Match(AdmissionAttributes attributes, GroupVersionResource resource)
    {
        foreach (var rule in rules)
        {
            if (Matches(rule, attributes, resource))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The name of an operation on the wire.</summary>
    public static string NameOf(AdmissionOperation operation) => operation switch
    {
        AdmissionOperation.Create => "CREATE",
        AdmissionOperation.Update => "UPDATE",
        AdmissionOperation.Delete => "DELETE",
        _ => "CONNECT",
    };

    private static bool Matches(RuleWithOperations rule, AdmissionAttributes attributes, GroupVersionResource resource) =>
        Has(rule.Operations, NameOf(attributes.Operation))
        && Has(rule.ApiGroups, resource.Group)
        && Has(rule.ApiVersions, resource.Version)
        && MatchesScope(rule.Scope, attributes)
        && (rule.Resources ?? []).Any(r => MatchesResource(r, resource.Resource, attributes.Subresource));

    private static bool Has(IReadOnlyList<string>? list, string wanted) =>
        list is not null && list.Any(entry => entry == Any || entry == wanted);

    /// <summary>A namespace counts as cluster scoped although its name is its namespace.</summary>
    private static bool MatchesScope(string? scope, AdmissionAttributes attributes) => scope switch
    {
        "Namespaced" => attributes.Definition.Kind.Namespaced,
        "Cluster" => !attributes.Definition.Kind.Namespaced,
        _ => true,
    };

    private static bool MatchesResource(string entry, string resource, string subresource)
    {
        var slash = entry.IndexOf('/', StringComparison.Ordinal);
        var (wanted, below) = slash < 0 ? (entry, "") : (entry[..slash], entry[(slash + 1)..]);
        return (wanted == Any || wanted == resource) && (below == subresource || below == Any);
    }
}
