using System.Globalization;
using System.Text.RegularExpressions;

namespace Hortus.ApiServer.Schemas.Cel;

/// <summary>The functions expressions may call; others are refused when a CustomResourceDefinition is
/// created.</summary>
internal static class CelFunctions
{
    /// <summary>Plain functions by name and number of arguments.</summary>
    private static readonly Dictionary<(string Name, int Count), Func<object?[], object?>> Plain = new()
    {
        [("size", 1)] = a => Size(a[0]),
        [("string", 1)] = a => Text(a[0]),
        [("int", 1)] = a => Whole(a[0]),
        [("double", 1)] = a => Real(a[0]),
        [("bool", 1)] = a => a[0] as bool? ?? bool.Parse(String(a[0])),
        [("dyn", 1)] = a => a[0],
        [("type", 1)] = a => CelValue.TypeOf(a[0]),
    };

    /// <summary>Member functions by name and number of arguments after the receiver.</summary>
    private static readonly Dictionary<(string Name, int Count), Func<object?[], object?>> Members = new()
    {
        [("size", 0)] = a => Size(a[0]),
        [("startsWith", 1)] = a => String(a[0]).StartsWith(String(a[1]), StringComparison.Ordinal),
        [("endsWith", 1)] = a => String(a[0]).EndsWith(String(a[1]), StringComparison.Ordinal),
        [("contains", 1)] = a => String(a[0]).Contains(String(a[1]), StringComparison.Ordinal),
        [("matches", 1)] = a => Matches(String(a[0]), String(a[1])),
        [("lowerAscii", 0)] = a => String(a[0]).ToLowerInvariant(),
        [("upperAscii", 0)] = a => String(a[0]).ToUpperInvariant(),
        [("trim", 0)] = a => String(a[0]).Trim(),
        [("split", 1)] = a => String(a[0]).Split(String(a[1])).ToList<object?>(),
        [("replace", 2)] = a => String(a[0]).Replace(String(a[1]), String(a[2]), StringComparison.Ordinal),
        [("indexOf", 1)] = a => (long)String(a[0]).IndexOf(String(a[1]), StringComparison.Ordinal),
        [("substring", 1)] = a => Substring(String(a[0]), Whole(a[1]), null),
        [("substring", 2)] = a => Substring(String(a[0]), Whole(a[1]), Whole(a[2])),
        [("join", 0)] = a => string.Concat(List(a[0]).Select(String)),
        [("join", 1)] = a => string.Join(String(a[1]), List(a[0]).Select(String)),
        [("isSorted", 0)] = a => IsSorted(List(a[0])),
        [("hasValue", 0)] = a => Optional(a[0]).HasValue,
        [("value", 0)] = a =>
            Optional(a[0]) is { HasValue: true } o ? o.Value : throw new CelException("optional.none() dereference"),
        [("orValue", 1)] = a => Optional(a[0]) is { HasValue: true } o ? o.Value : a[1],
    };

    /// <summary>The function, or null when there is none of this name that takes so many arguments.</summary>
    public static Func<object?[], object?>? Find(string name, int arguments, bool isMember) =>
        (isMember ? Members : Plain).GetValueOrDefault((name, arguments));

    public static long Size(object? value) => value switch
    {
        string text => text.EnumerateRunes().Count(),
        IReadOnlyList<object?> items => items.Count,
        _ when CelValue.IsMap(value) => CelValue.KeysOf(value).Count,
        _ => throw NoOverload("size", value),
    };

    /// <summary>Order of two values of one type.</summary>
    public static int Compare(object? left, object? right) => (left, right) switch
    {
        (string a, string b) => string.CompareOrdinal(a, b),
        (long a, long b) => a.CompareTo(b),
        (bool a, bool b) => a.CompareTo(b),
        _ => CelValue.Number(left).CompareTo(CelValue.Number(right)),
    };

    private static int Count(this System.Text.StringRuneEnumerator runes)
    {
        var count = 0;
        foreach (var _ in runes)
        {
            count++;
        }

        return count;
    }

    private static string Text(object? value) => value switch
    {
        string text => text,
        bool flag => flag ? "true" : "false",
        long whole => whole.ToString(CultureInfo.InvariantCulture),
        double real => real.ToString(CultureInfo.InvariantCulture),
        _ => throw NoOverload("string", value),
    };

    private static long Whole(object? value) => value switch
    {
        long whole => whole,
        double real when Math.Abs(real) < 9.2e18 => (long)real,
        string text when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture,
            out var whole) => whole,
        _ => throw NoOverload("int", value),
    };

    private static double Real(object? value) => value switch
    {
        string text when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var real) => real,
        string => throw NoOverload("double", value),
        _ => CelValue.Number(value),
    };

    private static string String(object? value) => value as string ?? throw NoOverload("string function", value);

    private static IReadOnlyList<object?> List(object? value) =>
        value as IReadOnlyList<object?> ?? throw NoOverload("list function", value);

    private static CelOptional Optional(object? value) =>
        value as CelOptional ?? throw NoOverload("optional function", value);

    private static bool Matches(string text, string pattern)
    {
        try
        {
            return (Formats.Pattern(pattern) ?? throw new CelException($"invalid pattern '{pattern}'")).IsMatch(text);
        }
        catch (RegexMatchTimeoutException)
        {
            throw new CelException($"pattern '{pattern}' takes too long");
        }
    }

    private static string Substring(string text, long start, long? end)
    {
        var stop = end ?? text.Length;
        return start >= 0 && stop <= text.Length && start <= stop
            ? text[(int)start..(int)stop]
            : throw new CelException($"index out of range: {start}");
    }

    private static bool IsSorted(IReadOnlyList<object?> items)
    {
        for (var i = 1; i < items.Count; i++)
        {
            if (Compare(items[i - 1], items[i]) > 0)
            {
                return false;
            }
        }

        return true;
    }

    private static CelException NoOverload(string function, object? value) =>
        new($"no such overload: {function} of {CelValue.TypeOf(value)}");
}
