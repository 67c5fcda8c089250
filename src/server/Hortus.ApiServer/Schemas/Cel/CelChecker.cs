using System.Collections.Immutable;
using Hortus.Objects;

namespace Hortus.ApiServer.Schemas.Cel;

/// <summary>Finds, before an expression is ever evaluated, functions and names that do not exist and fields that the
/// schema does not have.</summary>
internal sealed class CelChecker
{
    private CelChecker()
    {
    }

    /// <summary>Whether the expression speaks of <c>oldSelf</c>.</summary>
    public bool UsesOldSelf { get; private set; }

    /// <summary>Checks an expression of a rule on a value of this schema.</summary>
    /// <exception cref="CelException">Something is unknown or not supported; the message names it.</exception>
    public static CelChecker Check(CelExpression expression, SchemaNode self, bool optionalOldSelf)
    {
        var checker = new CelChecker();
        var scope = ImmutableDictionary<string, SchemaNode?>.Empty
            .Add("self", self)
            .Add("oldSelf", optionalOldSelf ? null : self);
        checker.Visit(expression, scope);
        return checker;
    }

    /// <summary>Checks an expression over values whose schema is not known.</summary>
    /// <exception cref="CelException">Something is unknown or not supported; the message names it.</exception>
    public static void Check(CelExpression expression, IEnumerable<string> variables) =>
        new CelChecker().Visit(expression, variables.ToImmutableDictionary(v => v, _ => (SchemaNode?)null));

    /// <summary>The schema of the expression's value, null when unknown.</summary>
    private SchemaNode? Visit(CelExpression expression, ImmutableDictionary<string, SchemaNode?> scope)
    {
        switch (expression)
        {
            case CelName name:
                UsesOldSelf |= name.Name == "oldSelf";
                return scope.TryGetValue(name.Name, out var known)
                    ? known
                    : throw new CelException($"undeclared reference to '{name.Name}'", name.Position);
            case CelSelect select:
                return Field(Visit(select.Of, scope), select);
            case CelHas has:
                Visit(has.Select, scope);
                return null;
            case CelIndex index:
                Visit(index.At, scope);
                return Visit(index.Of, scope) is { } of ? of.Items ?? of.AdditionalProperties : null;
            case CelUnary unary:
                Visit(unary.Of, scope);
                return null;
            case CelBinary binary:
                Visit(binary.Left, scope);
                Visit(binary.Right, scope);
                return null;
            case CelCondition condition:
                Visit(condition.If, scope);
                Visit(condition.Else, scope);
                return Visit(condition.Then, scope);
            case CelMacro macro:
                return Macro(macro, scope);
            default:
                VisitAll(expression, scope);
                return null;
        }
    }

    private void VisitAll(CelExpression expression, ImmutableDictionary<string, SchemaNode?> scope)
    {
        switch (expression)
        {
            case CelList list:
                Each(list.Items, scope);
                break;
            case CelMap map:
                Each(map.Entries.SelectMany(entry => new[] { entry.Key, entry.Value }), scope);
                break;
            case CelCall call:
                if (CelFunctions.Find(call.Function, call.Arguments.Count, call.Of is not null) is null)
                {
                    throw new CelException(
                        $"function {call.Function}() with {call.Arguments.Count} arguments "
                        + "is unknown or not supported", call.Position);
                }

                Each(call.Of is null ? call.Arguments : call.Arguments.Prepend(call.Of), scope);
                break;
        }
    }

    private void Each(IEnumerable<CelExpression> expressions, ImmutableDictionary<string, SchemaNode?> scope)
    {
        foreach (var expression in expressions)
        {
            Visit(expression, scope);
        }
    }

    private SchemaNode? Macro(CelMacro macro, ImmutableDictionary<string, SchemaNode?> scope)
    {
        var of = Visit(macro.Of, scope);
        var inner = scope.SetItem(macro.Variable, of?.Items);
        if (macro.Where is { } where)
        {
            Visit(where, inner);
        }

        if (macro.Result is { } result)
        {
            Visit(result, inner);
        }

        return macro.Macro == "filter" ? of : null;
    }

    private static SchemaNode? Field(SchemaNode? of, CelSelect select)
    {
        if (of is null || of.AdditionalProperties is not null || of.Type != "object")
        {
            return of?.AdditionalProperties;
        }

        var name = CelNames.Unescape(select.Field);
        if (of.Properties.TryGetValue(name, out var field))
        {
            // Metadata and other open objects are not described by the schema.
            return field is { Type: "object", Properties.Count: 0, AdditionalProperties: null } ? null : field;
        }

        return of.PreserveUnknownFields || of.EmbeddedResource || name is "apiVersion" or "kind" or "metadata"
            ? null
            : throw new CelException($"undefined field '{name}'", select.Position);
    }
}
