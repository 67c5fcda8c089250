using System.Collections.Immutable;
using Hortus.ApiServer.Schemas;
using Hortus.Objects;

namespace Hortus.ApiServer.Tests;

/// <summary>A schema with every sort of list and map that patches tell apart.</summary>
internal static class PodLike
{
    private static readonly SchemaNode Text = new() { Type = "string" };
    private static readonly SchemaNode Whole = new() { Type = "integer" };

    public static SchemaNode Schema { get; } = Object(
        ("metadata", MetadataSchema.Metadata),
        ("spec", Object(
            ("replicas", Whole),
            ("args", new SchemaNode { Type = "array", Items = Text }),
            ("tags", new SchemaNode { Type = "array", Items = Text, ListType = "set" }),
            ("nodeSelector", new SchemaNode { Type = "object", AdditionalProperties = Text }),
            ("selector", Object(("matchLabels", new SchemaNode { Type = "object", AdditionalProperties = Text })) with { MapType = "atomic" }),
            ("strategy", Object(("type", Text), ("rollingUpdate", Object(("maxSurge", Whole)))) with { PatchStrategy = "retainKeys" }),
            ("containers", Keyed("name", Object(
                ("name", Text),
                ("image", Text),
                ("env", Keyed("name", Object(("name", Text), ("value", Text)))),
                ("ports", Keyed("containerPort", Object(
                    ("containerPort", Whole),
                    ("protocol", Text with { Default = "TCP" }),
                    ("name", Text))) with
                { ListMapKeys = ["containerPort", "protocol"] })))))),
        ("status", Object(("phase", Text))));

    private static SchemaNode Keyed(string key, SchemaNode items) => new()
    {
        Type = "array",
        Items = items,
        ListType = "map",
        ListMapKeys = [key],
        PatchStrategy = "merge",
        PatchMergeKey = key,
    };

    private static SchemaNode Object(params (string Name, SchemaNode Schema)[] fields) => new()
    {
        Type = "object",
        Properties = fields.ToImmutableDictionary(f => f.Name, f => f.Schema, StringComparer.Ordinal),
    };
}
