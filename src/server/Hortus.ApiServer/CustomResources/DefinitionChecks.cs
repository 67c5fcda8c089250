using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Hortus.ApiServer.Builtin;
using Hortus.ApiServer.Schemas;
using Hortus.Objects;

namespace Hortus.ApiServer.CustomResources;

/// <summary>Checks the names and versions of CustomResourceDefinitions.</summary>
internal static partial class DefinitionChecks
{
    private const int SelectableFieldsMax = 8;
    private const int WarningCharsMax = 256;
    private const string LabelRule =
        "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, "
        + "and end with an alphanumeric character";

    private static readonly string[] ColumnTypes = ["boolean", "date", "integer", "number", "string"];
    private static readonly string[] SelectableTypes = ["boolean", "integer", "string"];

    public static void CheckNames(JsonObject names, FieldPath path, FieldErrors errors)
    {
        foreach (var field in (string[])["plural", "singular"])
        {
            CheckLabel(names.Text(field), path[field], errors);
        }

        foreach (var field in (string[])["shortNames", "categories"])
        {
            var list = names.TextList(field);
            for (var i = 0; i < list.Count; i++)
            {
                CheckLabel(list[i], path[field][i], errors);
            }
        }

        foreach (var field in (string[])["kind", "listKind"])
        {
            if (names.Text(field) is { Length: > 0 } kind && !Label().IsMatch(kind.ToLowerInvariant()))
            {
                errors.Invalid(path[field], kind, "may have mixed case, but should otherwise match: " + LabelRule);
            }
        }

        if (names.Text("kind") is { Length: > 0 } same && same == names.Text("listKind"))
        {
            errors.Invalid(path["listKind"], same, "kind and listKind may not be the same");
        }
    }

    public static void CheckVersion(JsonObject version, FieldPath path, FieldErrors errors)
    {
        CheckLabel(version.Text("name"), path["name"], errors);
        CheckWarning(version, path["deprecationWarning"], errors);
        CheckColumns(version, path["additionalPrinterColumns"], errors);
        CheckScale(version.Map("subresources", "scale"), path["subresources"]["scale"], errors);
        if (version.Map("schema", "openAPIV3Schema") is not { } schema)
        {
            errors.Required(path["schema"]["openAPIV3Schema"], "schemas are required");
            return;
        }

        var schemaPath = path["schema"]["openAPIV3Schema"];
        var before = errors.All.Count;
        StructuralCheck.Check(schema, schemaPath, errors);
        if (errors.All.Count > before)
        {
            return;
        }

        var node = ServedVersions.SchemaOf(schema);
        StructuralCheck.CheckRules(node, schemaPath, errors);
        DefaultChecks.Check(node, schemaPath, errors);
        CheckSelectable(version, node, path["selectableFields"], errors);
    }

    private static void CheckLabel(string? name, FieldPath path, FieldErrors errors)
    {
        if (!string.IsNullOrEmpty(name) && !Label().IsMatch(name))
        {
            errors.Invalid(path, name, LabelRule);
        }
    }

    private static void CheckWarning(JsonObject version, FieldPath path, FieldErrors errors)
    {
        if (version.Text("deprecationWarning") is not { } warning)
        {
            return;
        }

        if (version.Flag("deprecated") != true)
        {
            errors.Invalid(path, warning, "can only be set for deprecated versions");
        }

        if (warning.Length == 0)
        {
            errors.Invalid(path, warning, "must not be an empty string");
        }
        else if (warning.Length > WarningCharsMax)
        {
            errors.TooLong(path, WarningCharsMax);
        }
        else if (warning.Any(char.IsControl))
        {
            errors.Invalid(path, warning, "must only contain printable UTF-8 characters; non-printable characters found");
        }
    }

    private static void CheckColumns(JsonObject version, FieldPath path, FieldErrors errors)
    {
        var index = 0;
        foreach (var column in version.Items("additionalPrinterColumns"))
        {
            var at = path[index++];
            if (string.IsNullOrEmpty(column.Text("name")))
            {
                errors.Required(at["name"]);
            }

            if (column.Text("type") is { } type && !ColumnTypes.Contains(type))
            {
                errors.NotSupported(at["type"], type, ColumnTypes);
            }

            CheckPath(column.Text("jsonPath"), at["jsonPath"], errors);
        }
    }

    private static void CheckPath(string? text, FieldPath path, FieldErrors errors)
    {
        if (string.IsNullOrEmpty(text))
        {
            errors.Required(path);
            return;
        }

        if (text[0] is not ('.' or '[' or '{') || text.Count(c => c == '[') != text.Count(c => c == ']')
            || text.Count(c => c == '(') != text.Count(c => c == ')'))
        {
            errors.Invalid(path, text, "must be a valid JSON path such as .spec.field");
        }
    }

    private static void CheckScale(JsonObject? scale, FieldPath path, FieldErrors errors)
    {
        if (scale is null)
        {
            return;
        }

        foreach (var (field, start) in new[]
            { ("specReplicasPath", ".spec."), ("statusReplicasPath", ".status."), ("labelSelectorPath", "") })
        {
            var text = scale.Text(field) ?? "";
            if (field == "labelSelectorPath")
            {
                if (text.Length > 0 && !text.StartsWith(".spec.", StringComparison.Ordinal)
                    && !text.StartsWith(".status.", StringComparison.Ordinal))
                {
                    errors.Invalid(path[field], text, "should be a json path under either .spec or .status");
                }
            }
            else if (!text.StartsWith(start, StringComparison.Ordinal) || text.Length == start.Length)
            {
                errors.Invalid(path[field], text, $"should be a json path under {start.TrimEnd('.')}");
            }
        }
    }

    private static void CheckSelectable(JsonObject version, SchemaNode schema, FieldPath path, FieldErrors errors)
    {
        var fields = version.Items("selectableFields").ToList();
        if (fields.Count > SelectableFieldsMax)
        {
            errors.TooMany(path, fields.Count, SelectableFieldsMax);
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < fields.Count; i++)
        {
            var text = fields[i].Text("jsonPath") ?? "";
            var at = path[i]["jsonPath"];
            if (!seen.Add(text))
            {
                errors.Duplicate(at, text);
            }
            else if (!text.StartsWith('.') || Follow(schema, text) is not { } field)
            {
                errors.Invalid(at, text, "is an invalid path: does not refer to a valid field");
            }
            else if (!SelectableTypes.Contains(field.Type))
            {
                errors.Invalid(at, text, "must point to a field of type string, boolean or integer. "
                    + "Enum string fields and strings with formats are allowed.");
            }
            else if (text.StartsWith(".metadata", StringComparison.Ordinal))
            {
                errors.Invalid(at, text, "must not point to fields in metadata");
            }
        }
    }

    private static SchemaNode? Follow(SchemaNode schema, string path) =>
        path[1..].Split('.').Aggregate(
            (SchemaNode?)schema, (node, step) => node is not null && node.Properties.TryGetValue(step, out var next) ? next : null);

    [GeneratedRegex("^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$")]
    private static partial Regex Label();
}

/// <summary>Checks that defaults are values their own schema accepts.</summary>
internal static class DefaultChecks
{
    private const string Wrapper = "default";

    public static void Check(SchemaNode schema, FieldPath path, FieldErrors errors)
    {
        if (schema.Default is { } value)
        {
            CheckOne(schema, value, path[Wrapper], errors);
        }

        foreach (var (name, property) in schema.Properties)
        {
            Check(property, path["properties"].Key(name), errors);
        }

        if (schema.Items is { } items)
        {
            Check(items, path["items"], errors);
        }

        if (schema.AdditionalProperties is { } values)
        {
            Check(values, path["additionalProperties"], errors);
        }
    }

    private static void CheckOne(SchemaNode schema, JsonNode value, FieldPath path, FieldErrors errors)
    {
        var copy = value.DeepClone();
        List<string>? unknown = null;
        Pruning.Prune(copy, schema, isResource: false, ref unknown);
        if (unknown is { Count: > 0 })
        {
            errors.Invalid(path, value, "must not have fields that the schema does not know: " + string.Join(", ", unknown));
            return;
        }

        var around = new SchemaNode
        {
            Type = "object",
            Properties = new Dictionary<string, SchemaNode> { [Wrapper] = schema },
        };
        foreach (var fault in StructuralSchema.Validate(new JsonObject { [Wrapper] = copy }, null, around).All)
        {
            errors.Invalid(path, value, fault.ToString());
        }
    }
}
