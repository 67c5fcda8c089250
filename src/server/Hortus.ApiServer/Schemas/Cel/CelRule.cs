using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Hortus.Objects;

namespace Hortus.ApiServer.Schemas.Cel;

/// <summary>A rule of a schema, ready to run.</summary>
internal sealed class CelRule
{
    private const int MessageCharsMax = 5 * 1024;
    private static readonly ConditionalWeakTable<SchemaNode, IReadOnlyList<CelRule>> Compiled = [];

    private readonly CelProgram? rule;
    private readonly CelProgram? message;
    private readonly string? fault;

    private CelRule(SchemaRule source, SchemaNode schema, bool isResource)
    {
        Source = source;
        try
        {
            rule = Compile(source.Rule, source, schema, isResource, CelType.Bool);
            IsTransition = rule.Used.Contains("oldSelf");
            message = string.IsNullOrEmpty(source.MessageExpression) ? null
                : Compile(source.MessageExpression, source, schema, isResource, CelType.String);
        }
        catch (CelException e)
        {
            fault = e.Message;
        }
    }

    public SchemaRule Source { get; }

    /// <summary>Whether it compares with the old value, so that it runs on updates only.</summary>
    public bool IsTransition { get; }

    /// <summary>The rules of a schema, compiled once.</summary>
    public static IReadOnlyList<CelRule> Of(SchemaNode schema, bool isResource) =>
        Compiled.TryGetValue(schema, out var known) ? known
            : Compiled.GetValue(schema, s => [.. s.Rules.Select(rule => new CelRule(rule, s, isResource))]);

    /// <summary>Compiles a rule or its message.</summary>
    /// <exception cref="CelException">It can never be evaluated.</exception>
    public static CelProgram Compile(
        string text, SchemaRule source, SchemaNode schema, bool isResource, CelType result)
    {
        var self = CelType.Of(schema, isResource || schema.EmbeddedResource)
            ?? throw new CelException("the schema does not say of what type the value is");
        return CelProgram.Compile(
            text,
            ImmutableDictionary<string, CelType>.Empty
                .Add("self", self)
                .Add("oldSelf", source.OptionalOldSelf ? CelType.Optional(self) : self),
            result);
    }

    /// <summary>Runs the rule; null when the value satisfies it, else the message.</summary>
    /// <exception cref="CelCostException">It costs too much.</exception>
    public string? Violation(object? self, CelOptional? old, CelBudget budget)
    {
        if (rule is null)
        {
            return $"rule compile error: {fault}";
        }

        var names = new Dictionary<string, object?>(2, StringComparer.Ordinal) { ["self"] = self };
        if (Source.OptionalOldSelf)
        {
            names["oldSelf"] = old ?? CelOptional.None;
        }
        else if (old is { } before)
        {
            names["oldSelf"] = before.Value;
        }

        try
        {
            return CelEvaluator.Truth(rule.Run(names, budget)) ? null : Message(names, budget);
        }
        catch (CelException e) when (e is not CelCostException)
        {
            return $"rule evaluation error: {e.Message}";
        }
    }

    private string Message(Dictionary<string, object?> names, CelBudget budget)
    {
        try
        {
            if (message?.Run(names, budget) is string { Length: <= MessageCharsMax } text
                && !string.IsNullOrWhiteSpace(text) && !text.Contains('\n', StringComparison.Ordinal))
            {
                return text;
            }
        }
        catch (CelException)
        {
            // The fixed message says enough.
        }

        return string.IsNullOrEmpty(Source.Message) ? $"failed rule: {Source.Rule}" : Source.Message;
    }
}
