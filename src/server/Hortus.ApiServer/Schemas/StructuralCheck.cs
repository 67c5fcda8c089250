using System.Text.Json.Nodes;
using Hortus.ApiServer.Decoding;
using Hortus.Objects;

namespace Hortus.ApiServer.Schemas;

/// <summary>Checks that the schema of a CustomResourceDefinition is structural and its rules are understood.</summary>
public static class StructuralCheck
{
    private const int DepthMax = 60;

    private static readonly string[] Unsupported =
        ["$ref", "definitions", "dependencies", "additionalItems", "patternProperties", "deprecated", "discriminator",
            "readOnly",
            "writeOnly", "xml", "id"];

    private static readonly string[] StructureOnly =
        ["type", "additionalProperties", "default", "nullable", "title", "description",
            "x-kubernetes-preserve-unknown-fields",
            "x-kubernetes-embedded-resource", "x-kubernetes-int-or-string"];

    private static readonly string[] Types = ["object", "array", "string", "integer", "number", "boolean"];

    /// <summary>Adds the faults of the structure.</summary>
    /// <param name="schema">The wire form, for example <c>spec.versions[0].schema.openAPIV3Schema</c>.</param>
    /// <param name="path">Where it stands.</param>
    /// <param name="errors">Receives the faults.</param>
    public static void Check(JsonObject schema, FieldPath path, FieldErrors errors)
    {
        if (schema.At("type").Text() is var type and not "object" and not null)
        {
            errors.Invalid(path["type"], type, "must be object at the root");
        }

        if (Flag(schema, "x-kubernetes-preserve-unknown-fields") && schema.At("type") is null)
        {
            errors.Required(path["type"], "must not be empty at the root");
            return;
        }

        Node(schema, path, "at the root", 0, errors);
    }

    /// <summary>Adds the faults of the rules of a schema: syntax errors, unknown fields, functions not
    /// supported.</summary>
    public static void CheckRules(SchemaNode schema, FieldPath path, FieldErrors errors) =>
        RuleDefinitions.Check(schema, path, errors);

    private static void Node(JsonObject schema, FieldPath path, string place, int depth, FieldErrors errors)
    {
        if (depth > DepthMax)
        {
            errors.Invalid(path, "...", $"must not be nested more than {DepthMax} levels");
            return;
        }

        var type = schema.At("type").Text();
        if (string.IsNullOrEmpty(type))
        {
            if (!Flag(schema, "x-kubernetes-int-or-string") && !Flag(schema, "x-kubernetes-preserve-unknown-fields"))
            {
                errors.Required(path["type"], "must not be empty " + place);
            }
        }
        else if (!Types.Contains(type))
        {
            errors.NotSupported(path["type"], type, Types);
        }

        Keywords(schema, path, type, errors);
        Lists(schema, path, type, errors);
        Pattern(schema, path, errors);
        Children(schema, path, depth, errors);
        Branches(schema, path, errors);
    }

    private static void Keywords(JsonObject schema, FieldPath path, string? type, FieldErrors errors)
    {
        foreach (var keyword in Unsupported)
        {
            if (schema.ContainsKey(keyword))
            {
                errors.Forbidden(path[keyword], $"{keyword} is not supported");
            }
        }

        if (Flag(schema, "uniqueItems"))
        {
            errors.Forbidden(path["uniqueItems"],
                "uniqueItems cannot be set to true since the runtime complexity becomes quadratic");
        }

        if (Flag(schema, "x-kubernetes-embedded-resource") && type != "object")
        {
            errors.Invalid(path["type"], type ?? "", "must be object if x-kubernetes-embedded-resource is true");
        }

        if (Flag(schema, "x-kubernetes-int-or-string") && !string.IsNullOrEmpty(type))
        {
            errors.Forbidden(path["type"], "type must be empty if x-kubernetes-int-or-string is true");
        }

        if (schema.At("properties") is JsonObject { Count: > 0 }
            && schema.At("additionalProperties") is JsonObject)
        {
            errors.Forbidden(path["additionalProperties"], "additionalProperties and properties are mutual exclusive");
        }

        if (schema.At("additionalProperties") is JsonValue allowed && allowed.TryGetValue(out bool any) && !any)
        {
            errors.Forbidden(path["additionalProperties"], "additionalProperties cannot be set to false");
        }
    }

    private static void Lists(JsonObject schema, FieldPath path, string? type, FieldErrors errors)
    {
        if (type == "array" && schema.At("items") is not JsonObject)
        {
            errors.Required(path["items"], "must be specified");
        }

        var listType = schema.At("x-kubernetes-list-type").Text();
        if (listType is null)
        {
            return;
        }

        if (type != "array")
        {
            errors.Invalid(path["type"], type ?? "", "must be array if x-kubernetes-list-type is specified");
        }

        if (listType is not ("atomic" or "set" or "map"))
        {
            errors.NotSupported(path["x-kubernetes-list-type"], listType, ["atomic", "set", "map"]);
        }
        else if (listType == "map")
        {
            Keys(schema, path, errors);
        }
    }

    private static void Keys(JsonObject schema, FieldPath path, FieldErrors errors)
    {
        if (schema.At("x-kubernetes-list-map-keys") is not JsonArray { Count: > 0 } keys)
        {
            errors.Required(path["x-kubernetes-list-map-keys"], "must not be empty if x-kubernetes-list-type is map");
            return;
        }

        var items = schema.At("items");
        foreach (var key in keys.Select(key => key.Text() ?? ""))
        {
            if (items.At("properties").At(key) is not JsonObject property)
            {
                errors.Invalid(path["x-kubernetes-list-map-keys"], key, "entries must all be names of item properties");
            }
            else if (property.At("default") is null
                && !(items.At("required") as JsonArray ?? []).Any(required => required.Text() == key))
            {
                errors.Required(path["items"]["properties"].Key(key)["default"],
                    "this property is in x-kubernetes-list-map-keys, "
                    + "so it must have a default or be a required property");
            }
        }
    }

    private static void Pattern(JsonObject schema, FieldPath path, FieldErrors errors)
    {
        if (schema.At("pattern").Text() is { } pattern && Formats.Pattern(pattern) is null)
        {
            errors.Invalid(path["pattern"], pattern, "must be a valid regular expression");
        }
    }

    private static void Children(JsonObject schema, FieldPath path, int depth, FieldErrors errors)
    {
        foreach (var (name, property) in schema.At("properties") as JsonObject ?? [])
        {
            if (property is JsonObject below)
            {
                Node(below, path["properties"].Key(name), "for specified object fields", depth + 1, errors);
            }
            else
            {
                errors.Required(path["properties"].Key(name)["type"], "must not be empty for specified object fields");
            }
        }

        if (schema.At("items") is JsonObject items)
        {
            Node(items, path["items"], "for specified array items", depth + 1, errors);
        }

        if (schema.At("additionalProperties") is JsonObject values)
        {
            Node(values, path["additionalProperties"], "for specified object fields", depth + 1, errors);
        }
    }

    private static void Branches(JsonObject schema, FieldPath path, FieldErrors errors)
    {
        var intOrString = Flag(schema, "x-kubernetes-int-or-string");
        foreach (var keyword in (ReadOnlySpan<string>)["allOf", "anyOf", "oneOf"])
        {
            var branches = schema.At(keyword) as JsonArray ?? [];
            for (var i = 0; i < branches.Count; i++)
            {
                if (branches[i] is JsonObject branch)
                {
                    Branch(branch, path[keyword][i], intOrString, errors);
                }
            }
        }

        if (schema.At("not") is JsonObject not)
        {
            Branch(not, path["not"], mayHaveType: false, errors);
        }
    }

    /// <summary>Branches only add value checks. The usual <c>anyOf: [{type: integer}, {type: string}]</c> of
    /// int-or-string may name types.</summary>
    private static void Branch(JsonObject branch, FieldPath path, bool mayHaveType, FieldErrors errors)
    {
        foreach (var keyword in StructureOnly)
        {
            if (branch.ContainsKey(keyword) && !(mayHaveType && keyword == "type"))
            {
                errors.Forbidden(path[keyword], "must be undefined to be structural");
            }
        }

        foreach (var (name, property) in branch.At("properties") as JsonObject ?? [])
        {
            if (property is JsonObject below)
            {
                Branch(below, path["properties"].Key(name), mayHaveType: false, errors);
            }
        }

        if (branch.At("items") is JsonObject items)
        {
            Branch(items, path["items"], mayHaveType: false, errors);
        }

        Branches(branch, path, errors);
    }

    private static bool Flag(JsonObject schema, string name) =>
        schema.At(name) is JsonValue value && value.TryGetValue(out bool flag) && flag;
}
