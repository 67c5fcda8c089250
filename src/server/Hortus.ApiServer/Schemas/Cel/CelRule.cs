using System.Runtime.CompilerServices;
using Hortus.Objects;

namespace Hortus.ApiServer.Schemas.Cel;

/// <summary>A rule ready to run.</summary>
internal sealed class CelRule
{
    private static readonly ConditionalWeakTable<SchemaNode, IReadOnlyList<CelRule>> Compiled = [];

    private readonly CelExpression? rule;
    private readonly CelExpression? message;
    private readonly string? fault;

    private CelRule(SchemaRule source, SchemaNode schema)
    {
        Source = source;
        try
        {
            rule = CelParser.Parse(source.Rule);
            IsTransition = CelChecker.Check(rule, schema, source.OptionalOldSelf).UsesOldSelf;
            message = string.IsNullOrEmpty(source.MessageExpression) ? null : CelParser.Parse(source.MessageExpression);
        }
        catch (CelException e)
        {
            fault = e.Message;
        }
    }

    public SchemaRule Source { get; }

    /// <summary>Whether it compares with the old value, so that it runs on updates only.</summary>
    public bool IsTransition { get; }

    /// <summary>The rules of a schema, parsed once.</summary>
    public static IReadOnlyList<CelRule> Of(SchemaNode schema) =>
        Compiled.GetValue(schema, static s => [.. s.Rules.Select(rule => new CelRule(rule, s))]);

    /// <summary>Runs the rule; null when the value satisfies it, else the message.</summary>
    public string? Violation(object? self, CelOptional? old)
    {
        if (rule is null)
        {
            return $"rule compile error: {fault}";
        }

        var names = new Dictionary<string, object?>(2, StringComparer.Ordinal) { ["self"] = self };
        if (Source.OptionalOldSelf)
        {
            names["oldSelf"] = old ?? new CelOptional(false, null);
        }
        else if (old is { } before)
        {
            names["oldSelf"] = before.Value;
        }

        try
        {
            return CelEvaluator.Truth(new CelEvaluator(names).Evaluate(rule)) ? null : Message(names);
        }
        catch (CelException e)
        {
            return $"rule evaluation error: {e.Message}";
        }
    }

    private string Message(Dictionary<string, object?> names)
    {
        if (message is not null)
        {
            try
            {
                if (new CelEvaluator(names).Evaluate(message) is string { Length: > 0 } text
                    && !text.Contains('\n', StringComparison.Ordinal))
                {
                    return text;
                }
            }
            catch (CelException)
            {
                // The fixed message says enough.
            }
        }

        return string.IsNullOrEmpty(Source.Message) ? $"failed rule: {Source.Rule}" : Source.Message;
    }
}
