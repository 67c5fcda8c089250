using Hortus.ApiServer.Schemas.Cel;
using Hortus.Objects;

namespace Hortus.ApiServer.Schemas;

/// <summary>Checks the rules (<c>x-kubernetes-validations</c>) of a schema before it is stored.</summary>
internal static class RuleDefinitions
{
    private const int MessageCharsMax = 2048;

    /// <summary>Most that one rule may cost for one object, by estimate.</summary>
    private const double RuleCostMax = 10_000_000;

    /// <summary>Most that all rules of a schema may cost for one object, by estimate.</summary>
    private const double SchemaCostMax = 100_000_000;

    /// <summary>The estimate is coarse: only what is beyond doubt is refused here, the rest is cut off when it
    /// runs.</summary>
    private const double Doubt = 10;

    private static readonly string[] Reasons =
        ["FieldValueDuplicate", "FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired"];

    /// <summary>Adds the faults: syntax errors, unknown fields, functions not supported, rules that cost too
    /// much.</summary>
    public static void Check(SchemaNode schema, FieldPath path, FieldErrors errors)
    {
        var total = Check(schema, path, new Place(IsResource: true, 1, null), errors);
        if (total > SchemaCostMax * Doubt)
        {
            errors.Forbidden(path, "contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema: "
                + Excess(total / SchemaCostMax));
        }
    }

    private static double Check(SchemaNode schema, FieldPath path, Place place, FieldErrors errors)
    {
        var total = 0d;
        for (var i = 0; i < schema.Rules.Count; i++)
        {
            total += CheckRule(schema, schema.Rules[i], path["x-kubernetes-validations"][i], place, errors);
        }

        var below = place with { IsResource = false };
        foreach (var (name, property) in schema.Properties)
        {
            total += Check(property, path["properties"].Key(name), below, errors);
        }

        if (schema.Items is { } items)
        {
            var at = path["items"];
            total += Check(items, at, below with
            {
                Times = place.Times * CelSizes.MaxOf(schema),
                Unrelated = place.Unrelated ?? (schema.ListType == "map" ? null : at.Text),
            }, errors);
        }

        if (schema.AdditionalProperties is { } values)
        {
            total += Check(values, path["additionalProperties"],
                below with { Times = place.Times * CelSizes.MaxOf(schema) }, errors);
        }

        return total;
    }

    private static double CheckRule(SchemaNode schema, SchemaRule rule, FieldPath path, Place place, FieldErrors errors)
    {
        CheckTexts(rule, path, errors);
        if (!string.IsNullOrEmpty(rule.FieldPath) && !RefersToField(schema, rule.FieldPath))
        {
            errors.Invalid(path["fieldPath"], rule.FieldPath, "fieldPath must be a valid path: it does not refer to a field");
        }

        if (string.IsNullOrWhiteSpace(rule.Rule))
        {
            errors.Required(path["rule"], "rule is not specified");
            return 0;
        }

        if (CompileOrReport(schema, rule, rule.Rule, CelType.Bool, path["rule"], place, errors) is not { } program)
        {
            return 0;
        }

        CheckOldSelf(rule, program, path, place, errors);
        if (!string.IsNullOrEmpty(rule.MessageExpression))
        {
            CompileOrReport(
                schema, rule, rule.MessageExpression, CelType.String, path["messageExpression"], place, errors);
        }

        var cost = program.Cost * place.Times;
        if (cost > RuleCostMax * Doubt)
        {
            errors.Forbidden(path["rule"], $"estimated rule cost exceeds budget by factor of {Excess(cost / RuleCostMax)}"
                + " (try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and "
                + "strings are declared)");
        }

        return cost;
    }

    private static void CheckTexts(SchemaRule rule, FieldPath path, FieldErrors errors)
    {
        if (!string.IsNullOrEmpty(rule.Reason) && !Reasons.Contains(rule.Reason))
        {
            errors.NotSupported(path["reason"], rule.Reason, Reasons);
        }

        if (rule.Message is { } message)
        {
            if (message.Length > 0 && string.IsNullOrWhiteSpace(message))
            {
                errors.Invalid(path["message"], message, "message must be non-empty if specified");
            }
            else if (message.Contains('\n', StringComparison.Ordinal))
            {
                errors.Invalid(path["message"], message, "message must not contain line breaks");
            }
            else if (message.Length > MessageCharsMax)
            {
                errors.Invalid(path["message"], message[..10] + "...", "message must have a maximum length of 2048 characters");
            }
        }

        if (rule.Rule.Contains('\n', StringComparison.Ordinal) && string.IsNullOrEmpty(rule.Message))
        {
            errors.Required(path["message"], "message must be specified if rule contains line breaks");
        }
    }

    private static CelProgram? CompileOrReport(
        SchemaNode schema, SchemaRule rule, string text, CelType result, FieldPath path, Place place, FieldErrors errors)
    {
        try
        {
            return CelRule.Compile(text, rule, schema, place.IsResource, result);
        }
        catch (CelException e)
        {
            errors.Invalid(path, text, "compilation failed: " + e.Message);
            return null;
        }
    }

    private static void CheckOldSelf(
        SchemaRule rule, CelProgram program, FieldPath path, Place place, FieldErrors errors)
    {
        var uses = program.Used.Contains("oldSelf");
        if (rule.OptionalOldSelf && !uses)
        {
            errors.Invalid(path["optionalOldSelf"], true, "may not be set if oldSelf is not used in rule");
        }

        if (uses && place.Unrelated is { } list)
        {
            errors.Invalid(path["rule"], rule.Rule,
                $"oldSelf cannot be used on the uncorrelatable portion of the schema within {list}");
        }
    }

    /// <summary>Follows <c>.a.b['c']</c> through the schema; items of lists cannot be named.</summary>
    private static bool RefersToField(SchemaNode schema, string text)
    {
        var current = schema;
        var at = 0;
        while (at < text.Length)
        {
            string name;
            if (text[at] == '.')
            {
                var end = at + 1;
                while (end < text.Length && text[end] is not ('.' or '['))
                {
                    end++;
                }

                name = text[(at + 1)..end];
                at = end;
            }
            else if (text.AsSpan(at).StartsWith("['", StringComparison.Ordinal)
                && text.IndexOf("']", at, StringComparison.Ordinal) is > 0 and var close)
            {
                name = text[(at + 2)..close];
                at = close + 2;
            }
            else
            {
                return false;
            }

            if ((current.Properties.GetValueOrDefault(name) ?? current.AdditionalProperties) is not { } next)
            {
                return false;
            }

            current = next;
        }

        return text.Length > 0;
    }

    private static string Excess(double factor) => factor > 100
        ? "more than 100x"
        : factor.ToString("0.0", System.Globalization.CultureInfo.InvariantCulture) + "x";

    /// <summary>Where a schema stands.</summary>
    /// <param name="IsResource">Whether it is that of the whole object.</param>
    /// <param name="Times">How many values of it there can be in one object.</param>
    /// <param name="Unrelated">The list around it whose items cannot be told apart; null when there is none.</param>
    private sealed record Place(bool IsResource, double Times, string? Unrelated);
}
