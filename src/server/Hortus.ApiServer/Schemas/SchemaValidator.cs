using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hortus.ApiServer.Decoding;
using Hortus.Objects;

namespace Hortus.ApiServer.Schemas;

/// <summary>Checks values against schemas. With an old value, what did not change is not checked
/// (ratcheting).</summary>
/// <param name="ratchet">Whether old values count.</param>
internal sealed class SchemaValidator(bool ratchet)
{
    private readonly List<(string? Name, int Index)> path = [];

    /// <summary>What was found.</summary>
    public FieldErrors Errors { get; private set; } = new();

    /// <summary>Checks a whole object.</summary>
    public void CheckResource(JsonObject value, JsonObject? old, SchemaNode schema) =>
        CheckFields(value, old, schema, isRoot: true);

    private void Check(JsonNode? value, JsonNode? old, SchemaNode schema)
    {
        if (ratchet && old is not null && JsonTree.Same(value, old))
        {
            return;
        }

        if (value is null)
        {
            if (!schema.Nullable && schema.Type is not null)
            {
                Mistyped(schema.Type, "null");
            }

            return;
        }

        if (!CheckType(value, schema))
        {
            return;
        }

        CheckEnum(value, schema);
        switch (value)
        {
            case JsonObject fields:
                CheckFields(fields, old as JsonObject, schema, isRoot: false);
                break;
            case JsonArray items:
                CheckItems(items, old as JsonArray, schema);
                break;
            default:
                ScalarChecks.Check(this, value, schema);
                break;
        }

        CheckBranches(value, schema);
    }

    private bool CheckType(JsonNode value, SchemaNode schema)
    {
        var kind = value.GetValueKind();
        if (schema.IntOrString)
        {
            var fits = kind == JsonValueKind.String || value.TryInteger(out _);
            if (!fits)
            {
                Mistyped("integer,string", NameOf(value));
            }

            return fits;
        }

        var right = schema.Type switch
        {
            null => true,
            "object" => kind == JsonValueKind.Object,
            "array" => kind == JsonValueKind.Array,
            "string" => kind == JsonValueKind.String,
            "boolean" => kind is JsonValueKind.True or JsonValueKind.False,
            "integer" => kind == JsonValueKind.Number && value.TryInteger(out _),
            "number" => kind == JsonValueKind.Number,
            _ => true,
        };
        if (!right)
        {
            Mistyped(schema.Type!, NameOf(value));
        }

        return right;
    }

    private void CheckEnum(JsonNode value, SchemaNode schema)
    {
        if (schema.Enum.Count > 0 && !schema.Enum.Any(allowed => JsonTree.Same(allowed, value)))
        {
            Errors.NotSupported(Here(), Shown(value),
                schema.Enum.Select(allowed => allowed.Text() ?? allowed?.ToJsonString() ?? "null"));
        }
    }

    private void CheckFields(JsonObject fields, JsonObject? old, SchemaNode schema, bool isRoot)
    {
        if (schema.MaxProperties is { } max && fields.Count > max)
        {
            Errors.TooMany(Here(), fields.Count, max);
        }

        if (schema.MinProperties is { } min && fields.Count < min)
        {
            Invalid(fields, $"should have at least {min} properties");
        }

        foreach (var name in schema.Required)
        {
            if (!fields.ContainsKey(name))
            {
                Errors.Required(Here().Child(name));
            }
        }

        if (schema.EmbeddedResource)
        {
            CheckEmbedded(fields, schema);
        }

        if (isRoot)
        {
            CheckBranches(fields, schema);
        }

        foreach (var (name, below) in fields)
        {
            if (!schema.Properties.TryGetValue(name, out var property)
                && (property = schema.AdditionalProperties) is null)
            {
                continue;
            }

            path.Add((name, -1));
            Check(below, old.At(name), property);
            path.RemoveAt(path.Count - 1);
        }
    }

    private void CheckEmbedded(JsonObject fields, SchemaNode schema)
    {
        foreach (var name in (ReadOnlySpan<string>)["apiVersion", "kind"])
        {
            if (schema.Required.Contains(name) && !fields.ContainsKey(name))
            {
                continue;
            }

            if (fields.At(name).Text() is null or "")
            {
                Errors.Required(Here().Child(name), "must not be empty");
            }
        }

        if (fields.TryGetPropertyValue("metadata", out var metadata))
        {
            path.Add(("metadata", -1));
            Check(metadata, null, MetadataSchema.Metadata);
            path.RemoveAt(path.Count - 1);
        }
    }

    private void CheckItems(JsonArray items, JsonArray? old, SchemaNode schema)
    {
        if (schema.MaxItems is { } max && items.Count > max)
        {
            Errors.TooMany(Here(), items.Count, max);
        }

        if (schema.MinItems is { } min && items.Count < min)
        {
            Invalid(items, $"should have at least {min} items");
        }

        ListChecks.CheckUnique(this, items, schema);
        if (schema.Items is not { } item)
        {
            return;
        }

        var earlier = ratchet && old is not null && schema.ListType == "map" ? ListChecks.ByKey(old, schema) : null;
        for (var i = 0; i < items.Count; i++)
        {
            var before = earlier is not null && ListChecks.KeyOf(items[i], schema) is { } key
                ? earlier.GetValueOrDefault(key) : null;
            path.Add((null, i));
            Check(items[i], before, item);
            path.RemoveAt(path.Count - 1);
        }
    }

    private void CheckBranches(JsonNode value, SchemaNode schema)
    {
        foreach (var branch in schema.AllOf)
        {
            CheckBranch(value, branch);
        }

        if (schema.AnyOf.Count > 0 && !schema.AnyOf.Any(branch => Fits(value, branch)))
        {
            Invalid(value, "must validate at least one schema (anyOf)");
        }

        if (schema.OneOf.Count > 0 && schema.OneOf.Count(branch => Fits(value, branch)) != 1)
        {
            Invalid(value, "must validate one and only one schema (oneOf)");
        }

        if (schema.Not is { } not && Fits(value, not))
        {
            Invalid(value, "must not validate the schema (not)");
        }
    }

    /// <summary>A branch repeats the structure without types and only adds checks.</summary>
    private void CheckBranch(JsonNode value, SchemaNode branch) => Check(value, null, branch);

    private bool Fits(JsonNode value, SchemaNode branch)
    {
        var outer = Errors;
        Errors = new FieldErrors();
        CheckBranch(value, branch);
        var fits = Errors.IsEmpty;
        Errors = outer;
        return fits;
    }

    private void Mistyped(string wanted, string found) =>
        Errors.TypeInvalid(Here(), found, $"{Body()} must be of type {wanted}: \"{found}\"");

    /// <summary>Adds a fault worded <c>&lt;path&gt; in body &lt;what&gt;</c>.</summary>
    internal void Invalid(JsonNode value, string what) => Errors.Invalid(Here(), Shown(value), $"{Body()} {what}");

    /// <summary>Path of the value being checked.</summary>
    internal FieldPath Here()
    {
        var text = new StringBuilder();
        foreach (var (name, index) in path)
        {
            if (name is null)
            {
                text.Append('[').Append(index.ToString(CultureInfo.InvariantCulture)).Append(']');
            }
            else
            {
                text.Append(text.Length == 0 ? "" : ".").Append(name);
            }
        }

        return new FieldPath(text.Length == 0 ? "" : text.ToString());
    }

    /// <summary>The value in a form that error messages show.</summary>
    internal static object? Shown(JsonNode? value) => value.Kind() switch
    {
        JsonValueKind.Null => null,
        JsonValueKind.String => value.Text() ?? value!.ToString(),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Number =>
            value.TryInteger(out var whole) ? whole : value.TryNumber(out var real) ? real : value!.ToJsonString(),
        _ => JsonSerializer.SerializeToElement(value, KubernetesJson.Options),
    };

    private string Body() => path.Count == 0 ? "body" : $"{Here()} in body";

    internal static string NameOf(JsonNode value) => value.GetValueKind() switch
    {
        JsonValueKind.Object => "object",
        JsonValueKind.Array => "array",
        JsonValueKind.String => "string",
        JsonValueKind.Number => value.TryInteger(out _) ? "integer" : "number",
        _ => "boolean",
    };
}
