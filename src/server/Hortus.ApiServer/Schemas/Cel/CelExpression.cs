namespace Hortus.ApiServer.Schemas.Cel;

/// <summary>A node of a parsed expression.</summary>
/// <param name="Position">Where it stands, from 1.</param>
internal abstract record CelExpression(int Position);

/// <summary>A constant: null, bool, long, double or string.</summary>
internal sealed record CelLiteral(object? Value, int Position) : CelExpression(Position);

internal sealed record CelList(IReadOnlyList<CelExpression> Items, int Position) : CelExpression(Position);

internal sealed record CelMap(IReadOnlyList<(CelExpression Key, CelExpression Value)> Entries, int Position)
    : CelExpression(Position);

internal sealed record CelName(string Name, int Position) : CelExpression(Position);

internal sealed record CelSelect(CelExpression Of, string Field, int Position) : CelExpression(Position);

internal sealed record CelIndex(CelExpression Of, CelExpression At, int Position) : CelExpression(Position);

/// <summary><c>!</c> or <c>-</c>.</summary>
internal sealed record CelUnary(string Operator, CelExpression Of, int Position) : CelExpression(Position);

internal sealed record CelBinary(string Operator, CelExpression Left, CelExpression Right, int Position)
    : CelExpression(Position);

internal sealed record CelCondition(CelExpression If, CelExpression Then, CelExpression Else, int Position)
    : CelExpression(Position);

/// <summary><c>has(a.b)</c>.</summary>
internal sealed record CelHas(CelSelect Select, int Position) : CelExpression(Position);

/// <summary>A call; <paramref name="Of"/> is null for functions that are no members.</summary>
internal sealed record CelCall(CelExpression? Of, string Function, IReadOnlyList<CelExpression> Arguments, int Position)
    : CelExpression(Position);

/// <summary><c>all</c>, <c>exists</c>, <c>exists_one</c>, <c>filter</c> or <c>map</c> over a list or the keys of a
/// map.</summary>
/// <param name="Of">What is iterated.</param>
/// <param name="Macro">Name of the macro.</param>
/// <param name="Variable">Name of the item.</param>
/// <param name="Where">Condition; null for a map without one.</param>
/// <param name="Result">What map yields, else null.</param>
/// <param name="Position">Where it stands.</param>
internal sealed record CelMacro(
    CelExpression Of, string Macro, string Variable, CelExpression? Where, CelExpression? Result, int Position)
    : CelExpression(Position);
