using System.Text.Json.Nodes;
using Hortus.Objects;

namespace Hortus.ApiServer.Schemas;

/// <summary>What the API server does to objects by their schema.</summary>
public static class StructuralSchema
{
    /// <summary>Removes the fields that the schema does not know and returns their paths in the order found.</summary>
    /// <param name="value">An object with apiVersion, kind and metadata, changed in place.</param>
    /// <param name="schema">The schema of the whole object.</param>
    public static IReadOnlyList<string> Prune(JsonObject value, SchemaNode schema)
    {
        List<string>? unknown = null;
        Pruning.Prune(value, schema, isResource: true, ref unknown);
        return unknown ?? (IReadOnlyList<string>)[];
    }

    /// <summary>Fills in absent fields that have a default and drops nulls where null is not allowed.</summary>
    public static void ApplyDefaults(JsonObject value, SchemaNode schema) => Defaulting.Apply(value, schema);
}
