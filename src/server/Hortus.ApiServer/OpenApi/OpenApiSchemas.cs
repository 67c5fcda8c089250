using System.Text.Json.Nodes;
using Hortus.Objects;

namespace Hortus.ApiServer.OpenApi;

/// <summary>The named schemas of a document. A named schema stands in the document once and is referred to.</summary>
internal sealed class OpenApiSchemas
{
    private readonly SortedDictionary<string, JsonObject> components = new(StringComparer.Ordinal);

    /// <summary>Adds the schema of a kind.</summary>
    public void AddKind(string name, SchemaNode schema, GroupVersionKind kind)
    {
        components[name] = [];
        var written = Write(schema);
        written["x-kubernetes-group-version-kind"] = new JsonArray(new JsonObject
        {
            ["group"] = kind.Group,
            ["version"] = kind.Version,
            ["kind"] = kind.Kind,
        });
        components[name] = written;
    }

    public JsonObject ToNode()
    {
        var all = new JsonObject();
        foreach (var (name, schema) in components)
        {
            all[name] = schema;
        }

        return all;
    }

    private JsonObject Reference(SchemaNode node)
    {
        if (node.ComponentName is not { } name)
        {
            return Write(node);
        }

        if (!components.ContainsKey(name))
        {
            components[name] = [];
            components[name] = Write(node);
        }

        return new JsonObject { ["$ref"] = "#/components/schemas/" + name };
    }

    /// <summary>A field's schema. What a field adds to a named schema stands beside the reference, which then needs allOf.</summary>
    private JsonObject Field(SchemaNode node)
    {
        var reference = Reference(node);
        if (node.ComponentName is null)
        {
            return reference;
        }

        var field = new JsonObject { ["allOf"] = new JsonArray(reference) };
        if (node.Description.Length > 0)
        {
            field["description"] = node.Description;
        }

        if (node.Default is { } value)
        {
            field["default"] = value.DeepClone();
        }

        WriteExtensions(node, field);
        return field;
    }

    private JsonObject Write(SchemaNode node)
    {
        var written = new JsonObject();
        if (node.Description.Length > 0)
        {
            written["description"] = node.Description;
        }

        if (node.IntOrString)
        {
            written["oneOf"] = new JsonArray(new JsonObject { ["type"] = "integer" }, new JsonObject { ["type"] = "string" });
        }
        else if (node.Type is not null)
        {
            written["type"] = node.Type;
        }

        if (node.Properties.Count > 0)
        {
            var properties = new JsonObject();
            foreach (var (name, property) in node.Properties)
            {
                properties[name] = Field(property);
            }

            written["properties"] = properties;
        }

        if (node.AdditionalProperties is { } values)
        {
            written["additionalProperties"] = Reference(values);
        }

        if (node.Items is { } items)
        {
            written["items"] = Reference(items);
        }

        WriteLimits(node, written);
        WriteExtensions(node, written);
        return written;
    }

    private static void WriteLimits(SchemaNode node, JsonObject written)
    {
        Set(written, "format", node.Format);
        Set(written, "pattern", node.Pattern);
        Set(written, "minimum", node.Minimum);
        Set(written, "maximum", node.Maximum);
        Set(written, "multipleOf", node.MultipleOf);
        Set(written, "minLength", node.MinLength);
        Set(written, "maxLength", node.MaxLength);
        Set(written, "minItems", node.MinItems);
        Set(written, "maxItems", node.MaxItems);
        Set(written, "minProperties", node.MinProperties);
        Set(written, "maxProperties", node.MaxProperties);
        Set(written, "nullable", node.Nullable ? true : null);
        Set(written, "default", node.Default?.DeepClone());
        if (node.Required.Count > 0)
        {
            written["required"] = new JsonArray([.. node.Required.Select(r => (JsonNode)r)]);
        }

        if (node.Enum.Count > 0)
        {
            written["enum"] = new JsonArray([.. node.Enum.Select(e => e?.DeepClone())]);
        }
    }

    private static void WriteExtensions(SchemaNode node, JsonObject written)
    {
        Set(written, "x-kubernetes-preserve-unknown-fields", node.PreserveUnknownFields ? true : null);
        Set(written, "x-kubernetes-embedded-resource", node.EmbeddedResource ? true : null);
        Set(written, "x-kubernetes-int-or-string", node.IntOrString ? true : null);
        Set(written, "x-kubernetes-list-type", node.ListType);
        Set(written, "x-kubernetes-map-type", node.MapType);
        Set(written, "x-kubernetes-patch-strategy", node.PatchStrategy);
        Set(written, "x-kubernetes-patch-merge-key", node.PatchMergeKey);
        if (node.ListMapKeys.Count > 0)
        {
            written["x-kubernetes-list-map-keys"] = new JsonArray([.. node.ListMapKeys.Select(k => (JsonNode)k)]);
        }
    }

    private static void Set(JsonObject written, string name, JsonNode? value)
    {
        if (value is not null)
        {
            written[name] = value;
        }
    }
}
