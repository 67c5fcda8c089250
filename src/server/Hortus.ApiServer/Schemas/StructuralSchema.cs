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
    public static void ApplyDefaults(JsonObject value, SchemaNode schema) => Defaulting.ApplyToResource(value, schema);

    /// <summary>Checks an object against its schema, then its rules.</summary>
    /// <param name="value">The object, pruned and defaulted.</param>
    /// <param name="old">The object before an update: unchanged values pass even if they are wrong, and transition
    /// rules run. Null on create.</param>
    /// <param name="schema">The schema of the whole object.</param>
    public static FieldErrors Validate(JsonObject value, JsonObject? old, SchemaNode schema)
    {
        var errors = Check(value, old, schema, ratchet: false);
        if (!errors.IsEmpty && old is not null)
        {
            // Comparing with the old object costs, so it is done only when there is something to forgive.
            errors = Check(value, old, schema, ratchet: true);
        }

        if (errors.IsEmpty)
        {
            RuleChecks.Check(value, old, schema, errors);
        }

        return errors;
    }

    private static FieldErrors Check(JsonObject value, JsonObject? old, SchemaNode schema, bool ratchet)
    {
        var validator = new SchemaValidator(ratchet);
        validator.CheckResource(value, old, schema);
        return validator.Errors;
    }
}
