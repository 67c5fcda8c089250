using System.Text.Json.Nodes;
using Hortus.ApiServer.Access;
using Hortus.ApiServer.Builtin;
using Hortus.ApiServer.Registry;
using Hortus.Objects;

namespace Hortus.ApiServer.Admission.Webhooks;

/// <summary>Says which webhooks a request concerns.</summary>
internal sealed class WebhookMatcher(ResourceRegistry registry, IObjectReader objects)
{
    private const string ConfigurationGroup = "admissionregistration.k8s.io";

    /// <summary>Whether webhooks never hear of a request: what configures them must stay within reach, and what the
    /// server writes itself must not depend on them.</summary>
    public static bool IsExempt(AdmissionAttributes attributes) =>
        attributes.Definition.Kind.Group == ConfigurationGroup || attributes.SkipsWebhooks;

    /// <summary>The resource, in the version the webhook asks for, or null when the request does not concern it.</summary>
    public async ValueTask<ResourceDefinition?> MatchAsync(
        Webhook webhook, AdmissionAttributes attributes, CancellationToken cancellationToken)
    {
        var found = Find(webhook, attributes);
        return found is not null && MatchesObject(webhook.Objects, attributes)
            && await MatchesNamespaceAsync(webhook.Namespaces, attributes, cancellationToken)
            ? found
            : null;
    }

    private ResourceDefinition? Find(Webhook webhook, AdmissionAttributes attributes)
    {
        var own = attributes.Definition;
        if (webhook.Rules.Match(attributes, own.Kind.GroupVersionResource))
        {
            return own;
        }

        if (!webhook.MatchesEquivalents)
        {
            return null;
        }

        // What is stored under one prefix are the same objects, whatever group and version show them.
        return registry.All
            .Where(other => other.StoragePrefix == own.StoragePrefix && other.StoragePrefix.Length > 0
                && other.Kind.GroupVersionResource != own.Kind.GroupVersionResource)
            .OrderBy(other => other.Kind.ApiVersion, StringComparer.Ordinal)
            .FirstOrDefault(other => webhook.Rules.Match(attributes, other.Kind.GroupVersionResource));
    }

    private static bool MatchesObject(LabelSelectorMatcher selector, AdmissionAttributes attributes) =>
        (selector.Requirements.Count == 0 && !selector.MatchesNothing)
        || (attributes.Object is { } value && selector.Matches(LabelsOf(value)))
        || (attributes.OldObject is { } old && selector.Matches(LabelsOf(old)));

    private async ValueTask<bool> MatchesNamespaceAsync(
        LabelSelectorMatcher selector, AdmissionAttributes attributes, CancellationToken cancellationToken)
    {
        if (selector.Requirements.Count == 0 && !selector.MatchesNothing)
        {
            return true;
        }

        var kind = attributes.Definition.Kind;
        if (kind.GroupResource == "namespaces")
        {
            return (attributes.Object ?? attributes.OldObject) is { } space && selector.Matches(LabelsOf(space));
        }

        if (!kind.Namespaced || attributes.Key.Namespace is not { } name)
        {
            return true;
        }

        var found = await objects.FindAsync(Kinds.Namespace, ObjectKey.Cluster(name), cancellationToken);
        return selector.Matches(found is null ? null : LabelsOf(found));
    }

    private static Dictionary<string, string> LabelsOf(JsonObject value) =>
        (value.Map("metadata", "labels") ?? []).ToDictionary(
            l => l.Key, l => l.Value.Text() ?? "", StringComparer.Ordinal);
}
