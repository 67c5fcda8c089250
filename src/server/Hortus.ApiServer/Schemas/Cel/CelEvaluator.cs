namespace Hortus.ApiServer.Schemas.Cel;

/// <summary>Evaluates an expression once, within a bound on the work.</summary>
/// <param name="variables">Values of the free names.</param>
internal sealed class CelEvaluator(IReadOnlyDictionary<string, object?> variables)
{
    /// <summary>Most steps of one evaluation.</summary>
    private const int StepsMax = 1_000_000;

    private readonly Dictionary<string, object?> names = new(variables, StringComparer.Ordinal);
    private int steps;

    /// <summary>The value.</summary>
    /// <exception cref="CelException">A field or key is missing, types do not fit, or the work exceeds the
    /// bound.</exception>
    public object? Evaluate(CelExpression expression)
    {
        if (++steps > StepsMax)
        {
            throw new CelException("operation cancelled: actual cost limit exceeded");
        }

        return expression switch
        {
            CelLiteral literal => literal.Value,
            CelName name =>
                names.TryGetValue(name.Name, out var value) ? value
                    : throw new CelException($"undeclared reference to '{name.Name}'"),
            CelSelect select => Select(select),
            CelHas has => Has(has.Select),
            CelIndex index => Index(index),
            CelUnary unary => Unary(unary),
            CelBinary binary => Binary(binary),
            CelCondition condition => Evaluate(Truth(Evaluate(condition.If)) ? condition.Then : condition.Else),
            CelList list => list.Items.Select(Evaluate).ToList(),
            CelMap map => map.Entries.ToDictionary(
                entry => Evaluate(entry.Key) as string ?? throw new CelException("map keys must be strings"),
                entry => Evaluate(entry.Value)),
            CelCall call => Call(call),
            CelMacro macro => Macro(macro),
            _ => throw new CelException($"cannot evaluate {expression.GetType().Name}"),
        };
    }

    /// <summary>The value as a condition.</summary>
    public static bool Truth(object? value) =>
        value as bool? ?? throw new CelException($"no such overload: want bool, found {CelValue.TypeOf(value)}");

    private object? Select(CelSelect select)
    {
        var name = CelNames.Unescape(select.Field);
        return CelValue.TryEntry(Evaluate(select.Of), name, out var value) ? value
            : throw new CelException($"no such key: {name}");
    }

    private bool Has(CelSelect select) =>
        CelValue.TryEntry(Evaluate(select.Of), CelNames.Unescape(select.Field), out _);

    private object? Index(CelIndex index)
    {
        var of = Evaluate(index.Of);
        var at = Evaluate(index.At);
        if (of is IReadOnlyList<object?> items)
        {
            return at is long number && number >= 0 && number < items.Count
                ? items[(int)number]
                : throw new CelException($"index out of bounds: {at}");
        }

        return at is string key && CelValue.TryEntry(of, key, out var value) ? value
            : throw new CelException($"no such key: {at}");
    }

    private object Unary(CelUnary unary) => (unary.Operator, Evaluate(unary.Of)) switch
    {
        ("!", var value) => !Truth(value),
        (_, long whole) => -whole,
        (_, var value) => -CelValue.Number(value),
    };

    private object? Binary(CelBinary binary)
    {
        if (binary.Operator is "&&" or "||")
        {
            return Logic(binary, decisive: binary.Operator == "||");
        }

        var left = Evaluate(binary.Left);
        var right = Evaluate(binary.Right);
        return binary.Operator switch
        {
            "==" => CelValue.Same(left, right),
            "!=" => !CelValue.Same(left, right),
            "<" => CelFunctions.Compare(left, right) < 0,
            "<=" => CelFunctions.Compare(left, right) <= 0,
            ">" => CelFunctions.Compare(left, right) > 0,
            ">=" => CelFunctions.Compare(left, right) >= 0,
            "in" => In(left, right),
            _ => Arithmetic(binary.Operator, left, right),
        };
    }

    /// <summary>A side that decides the result makes an error of the other side not count.</summary>
    private bool Logic(CelBinary binary, bool decisive)
    {
        bool left;
        try
        {
            left = Truth(Evaluate(binary.Left));
        }
        catch (CelException) when (steps <= StepsMax)
        {
            if (Truth(Evaluate(binary.Right)) == decisive)
            {
                return decisive;
            }

            throw;
        }

        return left == decisive ? decisive : Truth(Evaluate(binary.Right));
    }

    private bool In(object? value, object? container)
    {
        if (container is not IReadOnlyList<object?> items)
        {
            return value is string key && CelValue.IsMap(container)
                ? CelValue.TryEntry(container, key, out _)
                : throw new CelException($"no such overload: {CelValue.TypeOf(value)} in {CelValue.TypeOf(container)}");
        }

        steps += items.Count;
        return items.Any(item => CelValue.Same(item, value));
    }

    private static object? Arithmetic(string symbol, object? left, object? right)
    {
        switch (symbol, left, right)
        {
            case ("+", string a, string b):
                return a + b;
            case ("+", IReadOnlyList<object?> a, IReadOnlyList<object?> b):
                return a.Concat(b).ToList();
            case ("/" or "%", long, 0L):
                throw new CelException("division by zero");
            case (_, long a, long b):
                return Whole(symbol, a, b);
            default:
                var (x, y) = (CelValue.Number(left), CelValue.Number(right));
                return symbol switch { "+" => x + y, "-" => x - y, "*" => x * y, "/" => x / y, _ => x % y };
        }
    }

    private static long Whole(string symbol, long a, long b)
    {
        try
        {
            checked
            {
                return symbol switch { "+" => a + b, "-" => a - b, "*" => a * b, "/" => a / b, _ => a % b };
            }
        }
        catch (OverflowException)
        {
            throw new CelException("integer overflow");
        }
    }

    private object? Call(CelCall call)
    {
        var function = CelFunctions.Find(call.Function, call.Arguments.Count, call.Of is not null)
            ?? throw new CelException($"unknown function {call.Function}");
        var arguments = new List<object?>(call.Arguments.Count + 1);
        if (call.Of is { } of)
        {
            arguments.Add(Evaluate(of));
        }

        arguments.AddRange(call.Arguments.Select(Evaluate));
        return function([.. arguments]);
    }

    private object? Macro(CelMacro macro)
    {
        var of = Evaluate(macro.Of);
        var items = of as IReadOnlyList<object?> ?? [.. CelValue.KeysOf(of)];
        var shadowed = names.TryGetValue(macro.Variable, out var outer);
        try
        {
            return macro.Macro switch
            {
                "all" => All(macro, items),
                "exists" => !All(macro, items, negate: true),
                "exists_one" => items.Count(item => Fits(macro, item)) == 1,
                "filter" => items.Where(item => Fits(macro, item)).ToList(),
                _ => items.Where(item => Fits(macro, item))
                    .Select(item => With(macro.Variable, item, macro.Result!)).ToList(),
            };
        }
        finally
        {
            names.Remove(macro.Variable);
            if (shadowed)
            {
                names[macro.Variable] = outer;
            }
        }
    }

    /// <summary>Whether all items fit; an error counts only when no other item decides.</summary>
    private bool All(CelMacro macro, IReadOnlyList<object?> items, bool negate = false)
    {
        CelException? error = null;
        foreach (var item in items)
        {
            try
            {
                if (Fits(macro, item) == negate)
                {
                    return false;
                }
            }
            catch (CelException e) when (steps <= StepsMax)
            {
                error ??= e;
            }
        }

        return error is null ? true : throw error;
    }

    private bool Fits(CelMacro macro, object? item) =>
        macro.Where is null || Truth(With(macro.Variable, item, macro.Where));

    private object? With(string variable, object? item, CelExpression expression)
    {
        names[variable] = item;
        return Evaluate(expression);
    }
}
