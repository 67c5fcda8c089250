using System.Text.Json.Nodes;
using Hortus.ApiServer.Schemas;
using Hortus.Objects;

namespace Hortus.ApiServer.Apply;

/// <summary>Which unit of a value has an owner of its own, by schema.</summary>
internal enum ListForm
{
    /// <summary>The list as a whole.</summary>
    Atomic,

    /// <summary>Each scalar.</summary>
    Set,

    /// <summary>Each item, told apart by its keys.</summary>
    Keyed,
}

/// <summary>How ownership follows a schema; where there is none, maps are granular and lists atomic.</summary>
internal static class Ownership
{
    /// <summary>Fields of metadata that belong to the server and are never tracked.</summary>
    private static readonly HashSet<string> ServerFields = new(StringComparer.Ordinal)
    {
        "name", "namespace", "uid", "resourceVersion", "creationTimestamp", "generation", "selfLink", "managedFields",
    };

    public static bool IsGranular(SchemaNode? schema) => schema?.MapType != "atomic";

    public static ListForm FormOf(SchemaNode? schema) => schema switch
    {
        null => ListForm.Atomic,
        { ListType: "map", ListMapKeys.Count: > 0 } => ListForm.Keyed,
        { ListType: "set" } => ListForm.Set,
        { ListType: not null } => ListForm.Atomic,
        { PatchStrategy: { } strategy } when strategy.Contains("merge", StringComparison.Ordinal) =>
            schema.PatchMergeKey is null ? ListForm.Set : ListForm.Keyed,
        _ => ListForm.Atomic,
    };

    public static IReadOnlyList<string> KeysOf(SchemaNode schema) =>
        schema.ListMapKeys.Count > 0 ? schema.ListMapKeys : [schema.PatchMergeKey!];

    /// <summary>The step of a list item; items without any key go by their index.</summary>
    public static string StepOf(JsonNode? item, int index, ListForm form, SchemaNode schema) => form == ListForm.Set
        ? PathStep.Value(item)
        : PathStep.Key(item, KeysOf(schema), schema.Items) ?? PathStep.Index(index);

    /// <summary>The schema of a field and whether it is declared by name.</summary>
    public static SchemaNode? FieldOf(SchemaNode? schema, string name, bool isRoot, out bool declared)
    {
        if (schema is null)
        {
            declared = false;
            return null;
        }

        var field = isRoot ? MetadataSchema.Of(schema, name, isResource: true)
            : schema.Properties.GetValueOrDefault(name);
        declared = field is not null;
        return field ?? schema.AdditionalProperties;
    }

    /// <summary>Whether a field of the root or of its metadata is never tracked.</summary>
    public static bool IsUntracked(string name, Level level) => level switch
    {
        Level.Root => name is "apiVersion" or "kind",
        Level.Metadata => ServerFields.Contains(name),
        _ => false,
    };

    /// <summary>The level of a field's value.</summary>
    public static Level Under(Level level, string name) =>
        level == Level.Root && name == "metadata" ? Level.Metadata : Level.Other;
}

/// <summary>Where in an object a value stands, as far as tracking cares.</summary>
internal enum Level
{
    Other,
    Root,
    Metadata,
}
