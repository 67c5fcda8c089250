using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Hortus.Objects;

namespace Hortus.ApiServer.Objects;

/// <summary>The rules for names, labels, annotations, finalizers and owner references of every object.</summary>
internal static partial class MetadataValidation
{
    private const int AnnotationsBytesMax = 256 * 1024;

    /// <summary>Kinds whose names are path segments, not DNS names.</summary>
    private static readonly HashSet<string> FreeNameGroups = new(StringComparer.Ordinal)
    {
        "rbac.authorization.k8s.io",
        "apiregistration.k8s.io",
    };

    // The store takes keys of 4096 bytes; a character has up to three.
    private const int FreeNameCharsMax = 1024;

    /// <summary>Whether a text is a DNS name.</summary>
    public static bool IsSubdomain(string name) => NameFormat.IsSubdomain(name);

    /// <summary>Whether a text may be the key of a label.</summary>
    public static bool IsLabelKey(string key) => key.Length <= 317 && QualifiedName().IsMatch(key);

    /// <summary>Whether a text may be the value of a label.</summary>
    public static bool IsLabelValue(string value) => LabelValue().IsMatch(value);

    public static void Validate(JsonObject root, ResourceKind kind, FieldErrors errors)
    {
        var path = FieldPath.Root["metadata"];
        ValidateName(Metadata.Name(root), kind, path["name"], errors);
        if (Metadata.Text(root, "generateName") is { Length: > 0 } prefix)
        {
            // A dash at its end is not the end of the name.
            var whole = prefix.EndsWith('-') ? prefix[..^1] + "a" : prefix;
            ValidateName(whole, kind, path["generateName"], errors, prefix);
        }

        ValidateLabels(Metadata.Of(root)["labels"] as JsonObject, path["labels"], errors);
        ValidateAnnotations(Metadata.Of(root)["annotations"] as JsonObject, path["annotations"], errors);
        ValidateOwners(Metadata.Of(root)["ownerReferences"] as JsonArray, path["ownerReferences"], errors);
        var finalizers = Metadata.Finalizers(root);
        for (var i = 0; i < finalizers.Count; i++)
        {
            if (!QualifiedName().IsMatch(finalizers[i]))
            {
                errors.Invalid(path["finalizers"][i], finalizers[i], "must be a qualified name such as example.com/cleanup");
            }
        }
    }

    /// <summary>Checks what conversion webhooks may change.</summary>
    public static void ValidateLabelsAndAnnotations(JsonObject root, FieldErrors errors)
    {
        var path = FieldPath.Root["metadata"];
        ValidateLabels(Metadata.Of(root)["labels"] as JsonObject, path["labels"], errors);
        ValidateAnnotations(Metadata.Of(root)["annotations"] as JsonObject, path["annotations"], errors);
    }

    private static void ValidateName(
        string name, ResourceKind kind, FieldPath path, FieldErrors errors, string? shown = null)
    {
        shown ??= name;
        if (name.Length == 0)
        {
            errors.Required(path, "name or generateName is required");
        }
        else if (FreeNameGroups.Contains(kind.Group) || kind.GroupResource == "events")
        {
            if (name is "." or ".." || name.AsSpan().ContainsAny('/', '%'))
            {
                errors.Invalid(path, shown, "may not be '.' or '..' and may not contain '/' or '%'");
            }
            else if (name.Length > FreeNameCharsMax)
            {
                errors.TooLong(path, FreeNameCharsMax);
            }
        }
        else if (kind.GroupResource is "namespaces" or "services")
        {
            ValidateLabelName(shown, name, kind.Plural == "services", path, errors);
        }
        else if (name.Length > NameFormat.LengthMax)
        {
            errors.Invalid(path, shown, $"must be no more than {NameFormat.LengthMax} bytes");
        }
        else if (!NameFormat.IsSubdomain(name))
        {
            errors.Invalid(path, shown, NameRules.SubdomainRule);
        }
    }

    private static void ValidateLabelName(string shown, string name, bool isOld, FieldPath path, FieldErrors errors)
    {
        if (name.Length > 63)
        {
            errors.Invalid(path, shown, "must be no more than 63 bytes");
        }
        else if (!NameFormat.IsSubdomain(name) || name.Contains('.', StringComparison.Ordinal)
            || (isOld && char.IsAsciiDigit(name[0])))
        {
            errors.Invalid(path, shown, isOld ? NameRules.OldLabelRule : NameRules.LabelRule);
        }
    }

    private static void ValidateLabels(JsonObject? labels, FieldPath path, FieldErrors errors)
    {
        foreach (var (key, node) in labels ?? [])
        {
            if (!QualifiedName().IsMatch(key) || key.Length > 317)
            {
                errors.Invalid(path, key, "a label key must be a name of at most 63 characters with an optional DNS prefix");
            }

            if (node is JsonValue value && value.GetValueKind() == JsonValueKind.String
                && !LabelValue().IsMatch(value.GetValue<string>()))
            {
                errors.Invalid(path, value.GetValue<string>(),
                    "a valid label must be an empty string or consist of at most 63 alphanumeric characters, '-', '_' or '.', "
                    + "and must start and end with an alphanumeric character");
            }

            RequireText(node, path.Key(key), errors);
        }
    }

    private static void RequireText(JsonNode? value, FieldPath path, FieldErrors errors)
    {
        if (value is not null && value.GetValueKind() != JsonValueKind.String)
        {
            errors.TypeInvalid(path, null, "must be a string");
        }
    }

    private static void ValidateAnnotations(JsonObject? annotations, FieldPath path, FieldErrors errors)
    {
        var size = 0;
        foreach (var (key, node) in annotations ?? [])
        {
            if (!QualifiedName().IsMatch(key.ToLowerInvariant()))
            {
                errors.Invalid(path, key, "an annotation key must be a name of at most 63 characters with an optional DNS prefix");
            }

            RequireText(node, path.Key(key), errors);
            size += Encoding.UTF8.GetByteCount(key);
            size += node is JsonValue value && value.GetValueKind() == JsonValueKind.String
                ? Encoding.UTF8.GetByteCount(value.GetValue<string>())
                : 0;
        }

        if (size > AnnotationsBytesMax)
        {
            errors.TooLong(path, AnnotationsBytesMax);
        }
    }

    private static void ValidateOwners(JsonArray? owners, FieldPath path, FieldErrors errors)
    {
        var controllers = 0;
        for (var i = 0; i < (owners?.Count ?? 0); i++)
        {
            if (owners![i] is not JsonObject owner)
            {
                continue;
            }

            foreach (var field in (string[])["apiVersion", "kind", "name", "uid"])
            {
                if (string.IsNullOrEmpty(owner[field]?.ToString()))
                {
                    errors.Invalid(path[i][field], "", $"{field} must not be empty");
                }
            }

            controllers += owner["controller"]?.GetValueKind() == JsonValueKind.True ? 1 : 0;
        }

        if (controllers > 1)
        {
            errors.Invalid(path, controllers, "only one reference can have controller set to true");
        }
    }

    [GeneratedRegex(@"^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?\z")]
    private static partial Regex QualifiedName();

    [GeneratedRegex(@"^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?\z")]
    private static partial Regex LabelValue();
}
