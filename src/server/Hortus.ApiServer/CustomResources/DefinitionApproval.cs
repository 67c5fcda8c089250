using System.Text.Json.Nodes;
using Hortus.ApiServer.Builtin;
using Hortus.Objects;

namespace Hortus.ApiServer.CustomResources;

/// <summary>Groups of the Kubernetes community take definitions only with a note about their approval.</summary>
internal static class DefinitionApproval
{
    private const string Annotation = "api-approved.kubernetes.io";

    public static bool IsProtected(string group) =>
        group is "k8s.io" or "kubernetes.io"
        || group.EndsWith(".k8s.io", StringComparison.Ordinal)
        || group.EndsWith(".kubernetes.io", StringComparison.Ordinal);

    /// <summary>Adds a fault when the note is missing or says nothing.</summary>
    public static void Check(JsonObject definition, FieldErrors errors)
    {
        var path = FieldPath.Root["metadata"]["annotations"].Key(Annotation);
        switch (definition.Text("metadata", "annotations", Annotation))
        {
            case null or "":
                errors.Required(path, "protected groups must have approval annotation \"api-approved.kubernetes.io\", "
                    + "see https://github.com/kubernetes/enhancements/pull/1111");
                break;
            case var note when !IsUnapproved(note) && !IsUrl(note):
                errors.Invalid(path, note, "protected groups must have approval annotation "
                    + "\"api-approved.kubernetes.io\" with either a URL or a reason starting with \"unapproved\"");
                break;
            default:
                break;
        }
    }

    /// <summary>The condition <c>KubernetesAPIApprovalPolicyConformant</c>; null for groups that need none.</summary>
    public static (bool Approved, string Reason, string Message)? Condition(JsonObject definition)
    {
        if (!IsProtected(definition.Text("spec", "group") ?? ""))
        {
            return null;
        }

        return definition.Text("metadata", "annotations", Annotation) switch
        {
            null or "" => (false, "MissingAnnotation",
                "protected groups must have approval annotation \"api-approved.kubernetes.io\""),
            var note when IsUnapproved(note) => (false, "UnapprovedAnnotation", $"not approved: \"{note}\""),
            var note when IsUrl(note) => (true, "ApprovedAnnotation", $"approved in {note}"),
            var note => (false, "InvalidAnnotation", $"\"{note}\" is neither a URL nor a reason why it is unapproved"),
        };
    }

    private static bool IsUnapproved(string note) => note.StartsWith("unapproved", StringComparison.Ordinal);

    private static bool IsUrl(string note) =>
        Uri.TryCreate(note, UriKind.Absolute, out var url) && url.Host.Length > 0 && url.Scheme is "https" or "http";
}
