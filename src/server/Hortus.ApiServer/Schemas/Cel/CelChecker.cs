using System.Collections.Immutable;

namespace Hortus.ApiServer.Schemas.Cel;

/// <summary>Finds, before an expression is ever evaluated, what does not exist and what does not fit together.</summary>
internal sealed class CelChecker
{
    /// <summary>Characters that are compared at the cost of one step.</summary>
    private const double CharactersPerStep = 10;

    private static readonly ImmutableHashSet<string> TypeNames =
        ["bool", "int", "uint", "double", "string", "bytes", "list", "map", "null_type", "type", "optional_type"];

    private const double PatternPerStep = 4;

    /// <summary>Functions that go through the whole of a text or list.</summary>
    private static readonly ImmutableHashSet<string> Scanning =
    [
        "contains", "matches", "indexOf", "lastIndexOf", "split", "replace", "lowerAscii", "upperAscii", "trim", "join",
        "substring", "reverse", "find", "findAll", "sum", "min", "max", "isSorted", "format", "quantity", "isQuantity",
        "url", "isURL", "ip", "isIP", "cidr", "isCIDR", "sets.contains", "sets.equivalent", "sets.intersects",
    ];

    private readonly HashSet<string> used = new(StringComparer.Ordinal);
    private double repeated = 1;

    /// <summary>The free names that occur.</summary>
    public IReadOnlySet<string> Used => used;

    /// <summary>The most that an evaluation can cost.</summary>
    public double Cost { get; private set; }

    /// <summary>Whether a name stands for a type.</summary>
    public static bool IsTypeName(string name) => TypeNames.Contains(name);

    /// <summary>The type of the expression's value.</summary>
    /// <exception cref="CelException">Something is unknown or does not fit; the message names it.</exception>
    public CelType Visit(CelExpression expression, ImmutableDictionary<string, CelType> scope)
    {
        Cost += expression is CelLiteral ? 0 : repeated;
        return expression switch
        {
            CelLiteral literal => TypeOf(literal.Value),
            CelName name => Name(name, scope),
            CelSelect select => Select(select, scope),
            CelHas has => Has(has, scope),
            CelIndex index => Index(index, scope),
            CelUnary unary => Unary(unary, scope),
            CelBinary binary => Binary(binary, scope),
            CelCondition condition => Condition(condition, scope),
            CelList list => List(list, scope),
            CelMap map => Map(map, scope),
            CelCall call => Call(call, scope),
            CelMacro macro => Macro(macro, scope),
            _ => throw new CelException($"cannot check {expression.GetType().Name}", expression.Position),
        };
    }

    private static CelType TypeOf(object? constant) => constant switch
    {
        null => CelType.Null,
        bool => CelType.Bool,
        long => CelType.Int,
        ulong => CelType.Uint,
        double => CelType.Double,
        string => CelType.String,
        _ => CelType.Bytes,
    };

    private CelType Name(CelName name, ImmutableDictionary<string, CelType> scope)
    {
        if (scope.TryGetValue(name.Name, out var known))
        {
            used.Add(name.Name);
            return known;
        }

        return IsTypeName(name.Name) ? CelType.Type
            : throw new CelException($"undeclared reference to '{name.Name}'", name.Position);
    }

    private CelType Has(CelHas has, ImmutableDictionary<string, CelType> scope)
    {
        Visit(has.Select, scope);
        return CelType.Bool;
    }

    private CelType Select(CelSelect select, ImmutableDictionary<string, CelType> scope)
    {
        var of = Visit(select.Of, scope);
        var optional = select.Optional || of.Kind == CelKind.Optional;
        var type = Field(of.Kind == CelKind.Optional ? of.Element! : of, select);
        return optional ? CelType.Optional(type) : type;
    }

    private static CelType Field(CelType of, CelSelect select)
    {
        var name = CelNames.Unescape(select.Field);
        switch (of.Kind)
        {
            case CelKind.Dyn:
                return CelType.Dyn;
            case CelKind.Object:
                return of.Field(name) ?? throw new CelException($"undefined field '{name}'", select.Position);
            case CelKind.Map when of.Key!.Kind is CelKind.String or CelKind.Dyn:
                return of.Element!;
            case CelKind.Opaque when of.Name.EndsWith(".Authorizer", StringComparison.Ordinal)
                && name == "requestResource":
                return CelType.Opaque("kubernetes.authorization.ResourceCheck");
            default:
                throw new CelException($"type '{of.Name}' does not support field selection", select.Position);
        }
    }

    private CelType Index(CelIndex index, ImmutableDictionary<string, CelType> scope)
    {
        var of = Visit(index.Of, scope);
        var at = Visit(index.At, scope);
        var inner = of.Kind == CelKind.Optional ? of.Element! : of;
        var type = inner.Kind switch
        {
            CelKind.Dyn => CelType.Dyn,
            CelKind.List when at.Kind is CelKind.Int or CelKind.Uint or CelKind.Dyn => inner.Element!,
            CelKind.Map when CelType.Join(inner.Key!, at) is not null => inner.Element!,
            _ => throw new CelException(
                $"found no matching overload for '_[_]' applied to '({of.Name}, {at.Name})'", index.Position),
        };
        return index.Optional || of.Kind == CelKind.Optional ? CelType.Optional(type) : type;
    }

    private CelType Unary(CelUnary unary, ImmutableDictionary<string, CelType> scope)
    {
        var of = Visit(unary.Of, scope);
        var fits = unary.Operator == "!"
            ? of.Kind is CelKind.Bool or CelKind.Dyn
            : of.Kind is CelKind.Int or CelKind.Double or CelKind.Dyn;
        return fits ? of
            : throw new CelException(
                $"found no matching overload for '{unary.Operator}_' applied to '({of.Name})'", unary.Position);
    }

    private CelType Binary(CelBinary binary, ImmutableDictionary<string, CelType> scope)
    {
        var left = Visit(binary.Left, scope);
        var right = Visit(binary.Right, scope);
        if (binary.Operator is "&&" or "||")
        {
            return left.Kind is CelKind.Bool or CelKind.Dyn && right.Kind is CelKind.Bool or CelKind.Dyn
                ? CelType.Bool
                : throw NoOverload(binary, left, right);
        }

        Cost += binary.Operator == "in" && right.Kind == CelKind.List ? repeated * CelSizes.MaxOf(right) : 0;
        return CelOperators.TypeOf(binary.Operator, left, right) ?? throw NoOverload(binary, left, right);
    }

    private static CelException NoOverload(CelBinary binary, CelType left, CelType right) => new(
        $"found no matching overload for '_{binary.Operator}_' applied to '({left.Name}, {right.Name})'",
        binary.Position);

    private CelType Condition(CelCondition condition, ImmutableDictionary<string, CelType> scope)
    {
        var test = Visit(condition.If, scope);
        var then = Visit(condition.Then, scope);
        var otherwise = Visit(condition.Else, scope);
        return test.Kind is CelKind.Bool or CelKind.Dyn && CelType.Join(then, otherwise) is { } joined
            ? joined
            : throw new CelException(
                $"found no matching overload for '_?_:_' applied to '({test.Name}, {then.Name}, {otherwise.Name})'",
                condition.Position);
    }

    private CelType List(CelList list, ImmutableDictionary<string, CelType> scope)
    {
        CelType? item = null;
        for (var i = 0; i < list.Items.Count; i++)
        {
            var type = Visit(list.Items[i], scope);
            item = Joined(item, list.Optional.Contains(i) ? Unwrapped(type, list.Items[i]) : type);
        }

        return CelType.List(item ?? CelType.Dyn);
    }

    private CelType Map(CelMap map, ImmutableDictionary<string, CelType> scope)
    {
        CelType? key = null;
        CelType? value = null;
        for (var i = 0; i < map.Entries.Count; i++)
        {
            key = Joined(key, Visit(map.Entries[i].Key, scope));
            var type = Visit(map.Entries[i].Value, scope);
            value = Joined(value, map.Optional.Contains(i) ? Unwrapped(type, map.Entries[i].Value) : type);
        }

        return CelType.Map(key ?? CelType.Dyn, value ?? CelType.Dyn);
    }

    /// <summary>Items of different types make a list of anything.</summary>
    private static CelType Joined(CelType? known, CelType next) =>
        known is null ? next : CelType.Join(known, next) ?? CelType.Dyn;

    private static CelType Unwrapped(CelType type, CelExpression expression) => type.Kind switch
    {
        CelKind.Optional => type.Element!,
        CelKind.Dyn => CelType.Dyn,
        _ => throw new CelException($"want an optional, found {type.Name}", expression.Position),
    };

    private CelType Call(CelCall call, ImmutableDictionary<string, CelType> scope)
    {
        List<CelType> arguments = call.Of is null ? [] : [Visit(call.Of, scope)];
        arguments.AddRange(call.Arguments.Select(argument => Visit(argument, scope)));
        Cost += Scanning.Contains(call.Function) ? repeated * ScanOf(call, arguments) : 0;
        var overloads = CelFunctions.Find(call.Function, call.Of is not null, arguments.Count);
        if (overloads.Count == 0)
        {
            throw new CelException(
                $"function {call.Function}() with {call.Arguments.Count} arguments is unknown or not supported",
                call.Position);
        }

        CelType? result = null;
        foreach (var overload in overloads)
        {
            var bound = new Dictionary<string, CelType>(StringComparer.Ordinal);
            if (overload.Parameters.Zip(arguments).All(p => p.First.Takes(p.Second, bound)))
            {
                result = Joined(result, overload.Result.With(bound));
            }
        }

        return result ?? throw new CelException(
            $"found no matching overload for '{call.Function}' applied to '({string.Join(", ", arguments.Select(a => a.Name))})'",
            call.Position);
    }

    /// <summary>What going through the receiver costs, as often as there are characters in a pattern.</summary>
    private static double ScanOf(CelCall call, List<CelType> arguments)
    {
        var longest = arguments.Max(CelSizes.MaxOf);
        var pattern = call.Function == "matches" && call.Arguments[^1] is CelLiteral { Value: string text }
            ? Math.Max(1, text.Length / PatternPerStep) : 1;
        return pattern * longest / CharactersPerStep;
    }

    private CelType Macro(CelMacro macro, ImmutableDictionary<string, CelType> scope)
    {
        var of = Visit(macro.Of, scope);
        if (macro.Macro is "optMap" or "optFlatMap")
        {
            return OptionalMap(macro, of, scope);
        }

        var (key, item) = of.Kind switch
        {
            CelKind.Dyn => (CelType.Dyn, CelType.Dyn),
            CelKind.List => (CelType.Int, of.Element!),
            CelKind.Map => (of.Key!, of.Element!),
            CelKind.Object when of.Field("") is null => (CelType.String, CelType.Dyn),
            _ => throw new CelException(
                $"expression of type '{of.Name}' cannot be range of a comprehension", macro.Position),
        };
        var inner = macro.Second is { } second
            ? scope.SetItem(macro.Variable, key).SetItem(second, item)
            : scope.SetItem(macro.Variable, of.Kind is CelKind.Map or CelKind.Object ? key : item);
        var outer = repeated;
        repeated *= Math.Max(1, CelSizes.MaxOf(of));
        if (macro.Where is { } where && Visit(where, inner).Kind is not (CelKind.Bool or CelKind.Dyn))
        {
            throw new CelException($"the condition of {macro.Macro}() must evaluate to bool", macro.Position);
        }

        var result = macro.Result is { } yields ? Visit(yields, inner) : CelType.Dyn;
        repeated = outer;
        return macro.Macro switch
        {
            "filter" => of.Kind == CelKind.List ? of : CelType.List(key),
            "map" or "transformList" => CelType.List(result),
            "transformMap" => CelType.Map(key, result),
            _ => CelType.Bool,
        };
    }

    private CelType OptionalMap(CelMacro macro, CelType of, ImmutableDictionary<string, CelType> scope)
    {
        var item = Unwrapped(of, macro.Of);
        var result = Visit(macro.Result!, scope.SetItem(macro.Variable, item));
        return macro.Macro == "optMap" ? CelType.Optional(result)
            : CelType.Optional(Unwrapped(result, macro.Result!));
    }
}
