using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Hortus.ApiServer.Decoding;
using Hortus.ApiServer.Schemas.Cel;
using Hortus.Objects;

namespace Hortus.ApiServer.Schemas;

/// <summary>Runs the rules (<c>x-kubernetes-validations</c>) of a schema on an object that the schema
/// accepts.</summary>
internal static class RuleChecks
{
    private static readonly ConditionalWeakTable<SchemaNode, object> WithRules = [];

    /// <summary>Adds the violations.</summary>
    public static void Check(JsonObject value, JsonObject? old, SchemaNode schema, FieldErrors errors)
    {
        if (HasRules(schema))
        {
            Check(value, old, schema, FieldPath.Root, new Run(errors, new CelBudget(CelBudget.ObjectMax)));
        }
    }

    private static void Check(JsonNode value, JsonNode? old, SchemaNode schema, FieldPath path, Run run)
    {
        if (schema.Rules.Count > 0)
        {
            CheckRules(value, old, schema, path, run);
        }

        if (value is JsonObject fields)
        {
            foreach (var (name, below) in fields)
            {
                var property = schema.Properties.GetValueOrDefault(name);
                if (below is not null && !run.IsOver
                    && (property ?? schema.AdditionalProperties) is { } inner && HasRules(inner))
                {
                    Check(below, old.At(name), inner, property is null ? path.Key(name) : path[name], run);
                }
            }
        }
        else if (value is JsonArray items && schema.Items is { } item && HasRules(item))
        {
            var earlier = old is JsonArray before && schema.ListType == "map" ? ListChecks.ByKey(before, schema) : null;
            for (var i = 0; i < items.Count && !run.IsOver; i++)
            {
                if (items[i] is { } below)
                {
                    var match = earlier is not null && ListChecks.KeyOf(below, schema) is { } key
                        ? earlier.GetValueOrDefault(key) : null;
                    Check(below, match, item, path[i], run);
                }
            }
        }
    }

    private static void CheckRules(JsonNode value, JsonNode? old, SchemaNode schema, FieldPath path, Run run)
    {
        var self = CelValue.Of(value, schema);
        var before = old is null ? null : new CelOptional(true, CelValue.Of(old, schema));
        bool? unchanged = null;
        foreach (var rule in CelRule.Of(schema, isResource: path.Text.Length == 0))
        {
            if (rule.IsTransition && before is null && !rule.Source.OptionalOldSelf)
            {
                continue;
            }

            if (run.Violation(rule, self, before, path, SchemaValidator.NameOf(value)) is not { } message)
            {
                if (run.IsOver)
                {
                    return;
                }

                continue;
            }

            // A rule that looks at the new value alone forgives what was stored before.
            if (!rule.IsTransition && (unchanged ??= old is not null && JsonTree.Same(value, old)) == true)
            {
                continue;
            }

            Add(run.Errors, Place(path, rule.Source.FieldPath), SchemaValidator.NameOf(value), rule.Source.Reason, message);
        }
    }

    private static void Add(FieldErrors errors, FieldPath path, string type, string? reason, string message)
    {
        switch (reason)
        {
            case "FieldValueForbidden":
                errors.Forbidden(path, message);
                break;
            case "FieldValueRequired":
                errors.Required(path, message);
                break;
            case "FieldValueDuplicate":
                errors.Duplicate(path, type);
                break;
            default:
                errors.Invalid(path, type, message);
                break;
        }
    }

    private static FieldPath Place(FieldPath path, string? below) =>
        string.IsNullOrEmpty(below) ? path
            : new FieldPath(path.Text.Length == 0 ? below.TrimStart('.') : path.Text + below);

    /// <summary>Whether there is a rule anywhere below; remembered, because most schemas have none.</summary>
    private static bool HasRules(SchemaNode schema)
    {
        if (WithRules.TryGetValue(schema, out var known))
        {
            return (bool)known;
        }

        // Built-in types refer to themselves: assume none while looking.
        WithRules.AddOrUpdate(schema, false);
        var found = schema.Rules.Count > 0
            || schema.Properties.Values.Any(HasRules)
            || (schema.Items is { } items && HasRules(items))
            || (schema.AdditionalProperties is { } values && HasRules(values));
        WithRules.AddOrUpdate(schema, found);
        return found;
    }

    /// <summary>The check of one object.</summary>
    private sealed class Run(FieldErrors errors, CelBudget budget)
    {
        public FieldErrors Errors => errors;

        /// <summary>Whether no more rules are run because one, or all together, cost too much.</summary>
        public bool IsOver { get; private set; }

        public string? Violation(CelRule rule, object? self, CelOptional? old, FieldPath path, string type)
        {
            try
            {
                return rule.Violation(self, old, budget);
            }
            catch (CelCostException)
            {
                IsOver = true;
                errors.Invalid(path, type, budget.Left <= 0
                    ? "validation failed due to running out of cost budget, no further validation rules will be run"
                    : "no further validation rules will be run due to call cost exceeds limit for rule: "
                        + rule.Source.Rule);
                return null;
            }
        }
    }
}
