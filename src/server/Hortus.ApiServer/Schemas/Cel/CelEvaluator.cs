namespace Hortus.ApiServer.Schemas.Cel;

/// <summary>Evaluates a checked expression once.</summary>
/// <param name="variables">Values of the free names.</param>
/// <param name="costMax">Most that it may cost: one per step, and one for every ten characters or items gone
/// through.</param>
internal sealed class CelEvaluator(IReadOnlyDictionary<string, object?> variables, long costMax)
{
    private const int UnitsPerStep = 10;

    private readonly Dictionary<string, object?> names = new(variables, StringComparer.Ordinal);

    /// <summary>What was spent.</summary>
    public long Cost { get; private set; }

    /// <summary>The value.</summary>
    /// <exception cref="CelException">A field or key is missing, types do not fit, or it costs too much.</exception>
    public object? Evaluate(CelExpression expression)
    {
        Spend(1);
        return expression switch
        {
            CelLiteral literal => literal.Value,
            CelName name => Name(name),
            CelSelect select => Select(select),
            CelHas has => Has(has.Select),
            CelIndex index => Index(index),
            CelUnary unary => Unary(unary),
            CelBinary binary => Binary(binary),
            CelCondition condition => Evaluate(Truth(Evaluate(condition.If)) ? condition.Then : condition.Else),
            CelList list => List(list),
            CelMap map => Map(map),
            CelCall call => Call(call),
            CelMacro macro => Macro(macro),
            _ => throw new CelException($"cannot evaluate {expression.GetType().Name}"),
        };
    }

    /// <summary>The value as a condition.</summary>
    public static bool Truth(object? value) =>
        value as bool? ?? throw new CelException($"no such overload: want bool, found {CelValue.TypeOf(value)}");

    private void Spend(long cost)
    {
        Cost += cost;
        if (Cost > costMax)
        {
            throw new CelCostException();
        }
    }

    private object? Name(CelName name) =>
        names.TryGetValue(name.Name, out var value) ? value
            : CelChecker.IsTypeName(name.Name) ? new CelTypeName(name.Name)
            : throw new CelException($"no such attribute: {name.Name}");

    private object? Select(CelSelect select)
    {
        var name = CelNames.Unescape(select.Field);
        var of = Evaluate(select.Of);
        if (of is CelAccess access && name == "requestResource")
        {
            return access.ForRequest();
        }

        if (select.Optional || of is CelOptional)
        {
            return Optional(of, map => CelValue.TryEntry(map, name, out var entry) ? new CelOptional(true, entry) : null);
        }

        return CelValue.TryEntry(of, name, out var value) ? value
            : throw new CelException(CelValue.IsMap(of) ? $"no such key: {name}"
                : $"no such overload: {CelValue.TypeOf(of)}.{name}");
    }

    private bool Has(CelSelect select)
    {
        var of = Evaluate(select.Of);
        var inner = of is CelOptional optional ? optional.Value : of;
        return CelValue.TryEntry(inner, CelNames.Unescape(select.Field), out _);
    }

    private object? Index(CelIndex index)
    {
        var of = Evaluate(index.Of);
        var at = Evaluate(index.At);
        if (index.Optional || of is CelOptional)
        {
            return Optional(of, container => TryItem(container, at, out var entry) ? new CelOptional(true, entry) : null);
        }

        return TryItem(of, at, out var value) ? value
            : throw new CelException(of is IReadOnlyList<object?> ? $"index out of bounds: {at}" : $"no such key: {at}");
    }

    private static CelOptional Optional(object? of, Func<object?, CelOptional?> find) => of switch
    {
        CelOptional { HasValue: false } none => none,
        CelOptional some => find(some.Value) ?? CelOptional.None,
        _ => find(of) ?? CelOptional.None,
    };

    private static bool TryItem(object? of, object? at, out object? value)
    {
        value = null;
        if (of is not IReadOnlyList<object?> items)
        {
            return CelValue.TryEntry(of, at, out value);
        }

        if (at is null || CelValue.KeyOf(at) is not long number || number < 0 || number >= items.Count)
        {
            return false;
        }

        value = items[(int)number];
        return true;
    }

    private object Unary(CelUnary unary)
    {
        var value = Evaluate(unary.Of);
        return (unary.Operator, value) switch
        {
            ("!", _) => !Truth(value),
            (_, long.MinValue) => throw new CelException("integer overflow"),
            (_, long whole) => -whole,
            (_, double real) => -real,
            _ => throw new CelException($"no such overload: -{CelValue.TypeOf(value)}"),
        };
    }

    private object? Binary(CelBinary binary)
    {
        if (binary.Operator is "&&" or "||")
        {
            return Logic(binary, decisive: binary.Operator == "||");
        }

        var left = Evaluate(binary.Left);
        var right = Evaluate(binary.Right);
        Spend(Math.Min(Weight(left), Weight(right)));
        return binary.Operator switch
        {
            "==" => CelValue.Same(left, right),
            "!=" => !CelValue.Same(left, right),
            "<" => CelOperators.Compare(left, right) < 0,
            "<=" => CelOperators.Compare(left, right) <= 0,
            ">" => CelOperators.Compare(left, right) > 0,
            ">=" => CelOperators.Compare(left, right) >= 0,
            "in" => In(left, right),
            _ => CelOperators.Calculate(binary.Operator, left, right),
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
        catch (CelException e) when (e is not CelCostException)
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
            return CelValue.IsMap(container)
                ? CelValue.TryEntry(container, value, out _)
                : throw new CelException($"no such overload: {CelValue.TypeOf(value)} in {CelValue.TypeOf(container)}");
        }

        Spend(items.Count);
        return items.Any(item => CelValue.Same(item, value));
    }

    private List<object?> List(CelList list)
    {
        var items = new List<object?>(list.Items.Count);
        for (var i = 0; i < list.Items.Count; i++)
        {
            var item = Evaluate(list.Items[i]);
            if (!list.Optional.Contains(i))
            {
                items.Add(item);
            }
            else if (item is CelOptional { HasValue: true } optional)
            {
                items.Add(optional.Value);
            }
        }

        return items;
    }

    private Dictionary<object, object?> Map(CelMap map)
    {
        var entries = new Dictionary<object, object?>();
        for (var i = 0; i < map.Entries.Count; i++)
        {
            var key = Evaluate(map.Entries[i].Key);
            var value = Evaluate(map.Entries[i].Value);
            if (map.Optional.Contains(i))
            {
                if (value is not CelOptional { HasValue: true } optional)
                {
                    continue;
                }

                value = optional.Value;
            }

            if (key is not (string or long or ulong or bool or double) || !entries.TryAdd(CelValue.KeyOf(key), value))
            {
                throw new CelException(key is string or long or ulong or bool or double
                    ? $"insert failed: key {key} already exists"
                    : $"unsupported key type: {CelValue.TypeOf(key)}");
            }
        }

        return entries;
    }

    private object? Call(CelCall call)
    {
        var arguments = new object?[call.Arguments.Count + (call.Of is null ? 0 : 1)];
        var next = 0;
        if (call.Of is { } of)
        {
            arguments[next++] = Evaluate(of);
        }

        foreach (var argument in call.Arguments)
        {
            arguments[next++] = Evaluate(argument);
        }

        Spend(arguments.Sum(Weight));
        try
        {
            return CelFunctions.Call(call.Function, call.Of is not null, arguments);
        }
        catch (Exception e) when (e is OverflowException or ArgumentException or FormatException)
        {
            throw new CelException($"{call.Function}: {e.Message}");
        }
    }

    private static long Weight(object? value) => value switch
    {
        string text => text.Length / UnitsPerStep,
        byte[] bytes => bytes.Length / UnitsPerStep,
        IReadOnlyList<object?> items => items.Count,
        CelObject fields => fields.Count,
        _ => 0,
    };

    private object? Macro(CelMacro macro)
    {
        var of = Evaluate(macro.Of);
        using var scope = new Shadow(names, macro.Variable, macro.Second);
        if (macro.Macro is "optMap" or "optFlatMap")
        {
            if (of is not CelOptional { HasValue: true } optional)
            {
                return CelOptional.None;
            }

            names[macro.Variable] = optional.Value;
            var mapped = Evaluate(macro.Result!);
            return macro.Macro == "optMap" ? new CelOptional(true, mapped) : mapped;
        }

        var entries = Entries(of, macro.Second is not null);
        return macro.Macro switch
        {
            "all" => All(macro, entries),
            "exists" => !All(macro, entries, negate: true),
            "exists_one" => entries.Count(entry => Fits(macro, entry)) == 1,
            "filter" => entries.Where(entry => Fits(macro, entry)).Select(entry => entry.Item).ToList(),
            "transformMap" => entries.Where(entry => Fits(macro, entry))
                .ToDictionary(entry => entry.Key!, entry => With(macro, entry, macro.Result!)),
            _ => entries.Where(entry => Fits(macro, entry))
                .Select(entry => With(macro, entry, macro.Result!)).ToList(),
        };
    }

    /// <summary>What is iterated: items with their index, or entries with their key. With one variable, maps give their
    /// keys.</summary>
    private static IEnumerable<(object? Key, object? Item)> Entries(object? of, bool two)
    {
        if (of is IReadOnlyList<object?> items)
        {
            return items.Select((item, index) => ((object?)(long)index, item));
        }

        return CelValue.KeysOf(of).Select(key =>
            ((object?)key, two && CelValue.TryEntry(of, key, out var value) ? value : key));
    }

    /// <summary>Whether all items fit; an error counts only when no other item decides.</summary>
    private bool All(CelMacro macro, IEnumerable<(object? Key, object? Item)> entries, bool negate = false)
    {
        CelException? error = null;
        foreach (var entry in entries)
        {
            try
            {
                if (Fits(macro, entry) == negate)
                {
                    return false;
                }
            }
            catch (CelException e) when (e is not CelCostException)
            {
                error ??= e;
            }
        }

        return error is null ? true : throw error;
    }

    private bool Fits(CelMacro macro, (object? Key, object? Item) entry) =>
        macro.Where is null || Truth(With(macro, entry, macro.Where));

    private object? With(CelMacro macro, (object? Key, object? Item) entry, CelExpression expression)
    {
        if (macro.Second is { } second)
        {
            names[macro.Variable] = entry.Key;
            names[second] = entry.Item;
        }
        else
        {
            names[macro.Variable] = entry.Item;
        }

        return Evaluate(expression);
    }

    /// <summary>Gives names back their outer values at the end of a macro.</summary>
    private readonly struct Shadow : IDisposable
    {
        private readonly Dictionary<string, object?> names;
        private readonly List<(string Name, bool Was, object? Value)> outer = [];

        public Shadow(Dictionary<string, object?> names, params ReadOnlySpan<string?> variables)
        {
            this.names = names;
            foreach (var variable in variables)
            {
                if (variable is not null)
                {
                    outer.Add((variable, names.TryGetValue(variable, out var value), value));
                }
            }
        }

        public void Dispose()
        {
            foreach (var (name, was, value) in outer)
            {
                if (was)
                {
                    names[name] = value;
                }
                else
                {
                    names.Remove(name);
                }
            }
        }
    }
}
