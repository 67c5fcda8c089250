using System.Collections.Immutable;
using Hortus.Objects;

namespace Hortus.ApiServer.Schemas;

/// <summary>The schema of <c>metadata</c>, which the schemas of custom resources leave out.</summary>
public static class MetadataSchema
{
    private static readonly SchemaNode Text = new() { Type = "string" };
    private static readonly SchemaNode Time = new() { Type = "string", Format = "date-time" };
    private static readonly SchemaNode Whole = new() { Type = "integer", Format = "int64" };
    private static readonly SchemaNode Texts = new() { Type = "object", AdditionalProperties = Text };
    private static readonly SchemaNode Flag = new() { Type = "boolean" };

    /// <summary>Fields every object has whatever its schema says.</summary>
    public static SchemaNode Metadata { get; } = Fields(
        ("name", Text), ("generateName", Text), ("namespace", Text), ("uid", Text), ("resourceVersion", Text),
        ("generation", Whole), ("creationTimestamp", Time), ("deletionTimestamp", Time),
        ("deletionGracePeriodSeconds", Whole), ("labels", Texts), ("annotations", Texts), ("selfLink", Text),
        ("finalizers", new SchemaNode { Type = "array", Items = Text, ListType = "set", PatchStrategy = "merge" }),
        ("ownerReferences", new SchemaNode
        {
            Type = "array",
            ListType = "map",
            ListMapKeys = ["uid"],
            PatchStrategy = "merge",
            PatchMergeKey = "uid",
            Items = Fields(("apiVersion", Text), ("kind", Text), ("name", Text), ("uid", Text), ("controller", Flag),
                ("blockOwnerDeletion", Flag)) with
            {
                MapType = "atomic",
                Required = ["apiVersion", "kind", "name", "uid"],
            },
        }),
        ("managedFields", new SchemaNode
        {
            Type = "array",
            Items = Fields(("manager", Text), ("operation", Text), ("apiVersion", Text), ("time", Time),
                ("fieldsType", Text), ("subresource", Text),
                ("fieldsV1", new SchemaNode { Type = "object", PreserveUnknownFields = true })),
        }));

    /// <summary>Schema of <c>apiVersion</c> and <c>kind</c>.</summary>
    internal static SchemaNode Name => Text;

    /// <summary>The schema of a root or embedded object's field: its own, or that of object metadata.</summary>
    internal static SchemaNode? Of(SchemaNode schema, string field, bool isResource)
    {
        schema.Properties.TryGetValue(field, out var declared);
        if (!isResource)
        {
            return declared;
        }

        return field switch
        {
            "apiVersion" or "kind" => declared ?? Text,
            "metadata" =>
                declared is { Properties.Count: > 0 } && declared.Properties.ContainsKey("labels") ? declared
                    : Metadata,
            _ => declared,
        };
    }

    private static SchemaNode Fields(params (string Name, SchemaNode Schema)[] fields) => new()
    {
        Type = "object",
        Properties = fields.ToImmutableDictionary(f => f.Name, f => f.Schema, StringComparer.Ordinal),
    };
}
