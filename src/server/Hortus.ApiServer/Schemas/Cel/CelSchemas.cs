using System.Collections.Immutable;
using Hortus.Objects;

namespace Hortus.ApiServer.Schemas.Cel;

/// <summary>Schemas of values that expressions see besides custom resources.</summary>
internal static class CelSchemas
{
    private static readonly SchemaNode Text = new() { Type = "string" };
    private static readonly SchemaNode Texts = new() { Type = "array", Items = Text };
    private static readonly SchemaNode Kind = Fields(("group", Text), ("version", Text), ("kind", Text));
    private static readonly SchemaNode Resource = Fields(("group", Text), ("version", Text), ("resource", Text));

    /// <summary>All of metadata that rules of custom resources may speak of.</summary>
    public static SchemaNode Metadata { get; } = Fields(("name", Text), ("generateName", Text));

    /// <summary>The variable <c>request</c> of admission.</summary>
    public static SchemaNode Request { get; } = Fields(
        ("kind", Kind), ("resource", Resource), ("subResource", Text),
        ("requestKind", Kind), ("requestResource", Resource), ("requestSubResource", Text),
        ("name", Text), ("namespace", Text), ("operation", Text), ("uid", Text),
        ("userInfo", Fields(
            ("username", Text), ("uid", Text), ("groups", Texts),
            ("extra", new SchemaNode { Type = "object", AdditionalProperties = Texts }))),
        ("dryRun", new SchemaNode { Type = "boolean" }),
        ("options", new SchemaNode { IntOrString = true }));

    private static SchemaNode Fields(params (string Name, SchemaNode Schema)[] fields) => new()
    {
        Type = "object",
        Properties = fields.ToImmutableDictionary(f => f.Name, f => f.Schema, StringComparer.Ordinal),
    };
}
