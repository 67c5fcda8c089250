namespace Hortus.ApiServer.Schemas.Cel;

/// <summary>The operators: what types they take and what they do.</summary>
internal static class CelOperators
{
    /// <summary>The type of an operation; null when the operator does not take these types.</summary>
    public static CelType? TypeOf(string symbol, CelType left, CelType right)
    {
        switch (symbol)
        {
            case "==" or "!=":
                return CelType.Join(left, right) is null ? null : CelType.Bool;
            case "in":
                return IsMember(left, right) ? CelType.Bool : null;
            case "<" or "<=" or ">" or ">=":
                return IsOrdered(left, right) ? CelType.Bool : null;
            default:
                return Arithmetic(symbol, left, right);
        }
    }

    /// <summary>Order of two values.</summary>
    /// <exception cref="CelException">They cannot be compared.</exception>
    public static int Compare(object? left, object? right) => (left, right) switch
    {
        (string a, string b) => string.CompareOrdinal(a, b),
        (bool a, bool b) => a.CompareTo(b),
        (byte[] a, byte[] b) => a.AsSpan().SequenceCompareTo(b),
        (DateTimeOffset a, DateTimeOffset b) => a.CompareTo(b),
        (TimeSpan a, TimeSpan b) => a.CompareTo(b),
        _ => CompareNumbers(left, right),
    };

    public static int CompareNumbers(object? left, object? right) => (left, right) switch
    {
        (long a, long b) => a.CompareTo(b),
        (ulong a, ulong b) => a.CompareTo(b),
        (long a, ulong b) => a < 0 ? -1 : ((ulong)a).CompareTo(b),
        (ulong a, long b) => b < 0 ? 1 : a.CompareTo((ulong)b),
        _ => Number(left).CompareTo(Number(right)),
    };

    public static double Number(object? value) => value switch
    {
        long whole => whole,
        ulong whole => whole,
        double real => real,
        _ => throw new CelException($"no such overload: want a number, found {CelValue.TypeOf(value)}"),
    };

    /// <exception cref="CelException">The operator does not take these values, or the result is out of range.</exception>
    public static object? Calculate(string symbol, object? left, object? right)
    {
        try
        {
            return (symbol, left, right) switch
            {
                ("+", string a, string b) => a + b,
                ("+", byte[] a, byte[] b) => (byte[])[.. a, .. b],
                ("+", IReadOnlyList<object?> a, IReadOnlyList<object?> b) => Add(a, b),
                ("+", DateTimeOffset a, TimeSpan b) => a + b,
                ("+", TimeSpan a, DateTimeOffset b) => b + a,
                ("+", TimeSpan a, TimeSpan b) => a + b,
                ("-", DateTimeOffset a, TimeSpan b) => a - b,
                ("-", DateTimeOffset a, DateTimeOffset b) => a - b,
                ("-", TimeSpan a, TimeSpan b) => a - b,
                ("/", long, 0L) or ("/", ulong, 0UL) => throw new CelException("division by zero"),
                ("%", long, 0L) or ("%", ulong, 0UL) => throw new CelException("modulus by zero"),
                (_, long a, long b) => checked(symbol switch
                {
                    "+" => a + b,
                    "-" => a - b,
                    "*" => a * b,
                    "/" => a / b,
                    _ => a % b,
                }),
                (_, ulong a, ulong b) => checked(symbol switch
                {
                    "+" => a + b,
                    "-" => a - b,
                    "*" => a * b,
                    "/" => a / b,
                    _ => a % b,
                }),
                (not "%", double a, double b) => symbol switch
                {
                    "+" => a + b,
                    "-" => a - b,
                    "*" => a * b,
                    _ => a / b,
                },
                _ => throw new CelException(
                    $"no such overload: {CelValue.TypeOf(left)} {symbol} {CelValue.TypeOf(right)}"),
            };
        }
        catch (Exception e) when (e is OverflowException or ArgumentOutOfRangeException)
        {
            throw new CelException(left is ulong ? "unsigned integer overflow" : "integer overflow");
        }
    }

    /// <summary>Sets and maps are merged, other lists joined.</summary>
    private static List<object?> Add(IReadOnlyList<object?> left, IReadOnlyList<object?> right)
    {
        var joined = left.ToList();
        if (left is not CelItems { IsUnordered: true } own)
        {
            joined.AddRange(right);
            return joined;
        }

        foreach (var item in right)
        {
            var at = joined.FindIndex(known => own.Keys.Count == 0
                ? CelValue.Same(known, item)
                : own.Keys.All(key => CelValue.Same(Entry(known, key), Entry(item, key))));
            if (at < 0)
            {
                joined.Add(item);
            }
            else
            {
                joined[at] = item;
            }
        }

        return joined;
    }

    private static object? Entry(object? map, string key) => CelValue.TryEntry(map, key, out var value) ? value : null;

    private static bool IsDyn(CelType type) => type.Kind == CelKind.Dyn;

    private static bool IsNumber(CelType type) => type.Kind is CelKind.Int or CelKind.Uint or CelKind.Double;

    private static bool IsMember(CelType left, CelType right) => right.Kind switch
    {
        CelKind.Dyn => true,
        CelKind.List => CelType.Join(left, right.Element!) is not null,
        CelKind.Map => CelType.Join(left, right.Key!) is not null,
        _ => false,
    };

    private static bool IsOrdered(CelType left, CelType right)
    {
        static bool Orderable(CelType type) => IsDyn(type) || IsNumber(type)
            || type.Kind is CelKind.String or CelKind.Bool or CelKind.Bytes or CelKind.Timestamp or CelKind.Duration;
        return Orderable(left) && Orderable(right)
            && (IsDyn(left) || IsDyn(right) || left.Kind == right.Kind || (IsNumber(left) && IsNumber(right)));
    }

    private static CelType? Arithmetic(string symbol, CelType left, CelType right)
    {
        if (IsDyn(left) || IsDyn(right))
        {
            return CelType.Dyn;
        }

        if (IsNumber(left) && left.Kind == right.Kind)
        {
            return symbol == "%" && left.Kind == CelKind.Double ? null : left;
        }

        return (symbol, left.Kind, right.Kind) switch
        {
            ("+", CelKind.String, CelKind.String) => CelType.String,
            ("+", CelKind.Bytes, CelKind.Bytes) => CelType.Bytes,
            ("+", CelKind.List, CelKind.List) => CelType.Join(left, right),
            ("+" or "-", CelKind.Timestamp, CelKind.Duration) => CelType.Timestamp,
            ("+", CelKind.Duration, CelKind.Timestamp) => CelType.Timestamp,
            ("+" or "-", CelKind.Duration, CelKind.Duration) => CelType.Duration,
            ("-", CelKind.Timestamp, CelKind.Timestamp) => CelType.Duration,
            _ => null,
        };
    }
}
