namespace Hortus.ApiServer.Schemas.Cel;

/// <summary>A node of a parsed expression.</summary>
/// <param name="Position">Where it stands, from 1.</param>
internal abstract record CelExpression(int Position);

/// <summary>A constant: null, bool, long, ulong, double, string or bytes.</summary>
internal sealed record CelLiteral(object? Value, int Position) : CelExpression(Position);

/// <summary>A list; items whose index is in <paramref name="Optional"/> are optionals that may leave it.</summary>
internal sealed record CelList(IReadOnlyList<CelExpression> Items, IReadOnlySet<int> Optional, int Position)
    : CelExpression(Position);

internal sealed record CelMap(
    IReadOnlyList<(CelExpression Key, CelExpression Value)> Entries, IReadOnlySet<int> Optional, int Position)
    : CelExpression(Position);

internal sealed record CelName(string Name, int Position) : CelExpression(Position);

/// <summary><c>a.b</c>, or <c>a.?b</c> which gives an optional.</summary>
internal sealed record CelSelect(CelExpression Of, string Field, bool Optional, int Position) : CelExpression(Position);

/// <summary><c>a[b]</c>, or <c>a[?b]</c> which gives an optional.</summary>
internal sealed record CelIndex(CelExpression Of, CelExpression At, bool Optional, int Position)
    : CelExpression(Position);

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

/// <summary>A macro over a list, the entries of a map, or an optional.</summary>
/// <param name="Of">What is iterated.</param>
/// <param name="Macro">Name of the macro.</param>
/// <param name="Variable">Name of the item; with two variables that of its index or key.</param>
/// <param name="Second">Name of the item when there are two variables, else null.</param>
/// <param name="Where">Condition; null for none.</param>
/// <param name="Result">What is made of items, null for macros that only test.</param>
/// <param name="Position">Where it stands.</param>
internal sealed record CelMacro(
    CelExpression Of,
    string Macro,
    string Variable,
    string? Second,
    CelExpression? Where,
    CelExpression? Result,
    int Position)
    : CelExpression(Position);
