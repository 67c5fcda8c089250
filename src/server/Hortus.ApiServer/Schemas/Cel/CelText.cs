using System.Globalization;
using System.Numerics;
using System.Text;

namespace Hortus.ApiServer.Schemas.Cel;

/// <summary>Text functions; positions count characters, not the units of .NET strings.</summary>
internal static class CelText
{
    public static long Length(string text)
    {
        var count = 0L;
        foreach (var _ in text.EnumerateRunes())
        {
            count++;
        }

        return count;
    }

    /// <summary>The part between two positions.</summary>
    /// <exception cref="CelException">They lie outside.</exception>
    public static string Slice(string text, long from, long to)
    {
        var length = Length(text);
        return from >= 0 && to <= length && from <= to
            ? text[Unit(text, from)..Unit(text, to)]
            : throw new CelException($"index out of range: {(from < 0 || from > length ? from : to)}");
    }

    /// <summary>The character at a position, empty at the end.</summary>
    public static string CharAt(string text, long at) =>
        at == Length(text) ? "" : at < 0 ? throw new CelException($"index out of range: {at}") : Slice(text, at, at + 1);

    public static long IndexOf(string text, string part, long from)
    {
        if (from < 0 || from > Length(text))
        {
            throw new CelException($"index out of range: {from}");
        }

        return Position(text, text.IndexOf(part, Unit(text, from), StringComparison.Ordinal));
    }

    public static long LastIndexOf(string text, string part, long? from)
    {
        var length = Length(text);
        if (from is < 0 || from > length)
        {
            throw new CelException($"index out of range: {from}");
        }

        var start = Math.Min(text.Length - part.Length, from is { } at ? Unit(text, at) : text.Length);
        for (var i = start; i >= 0; i--)
        {
            if (text.AsSpan(i).StartsWith(part, StringComparison.Ordinal))
            {
                return Position(text, i);
            }
        }

        return -1;
    }

    public static string Replace(string text, string old, string by, long limit)
    {
        if (limit < 0 && old.Length > 0)
        {
            return text.Replace(old, by, StringComparison.Ordinal);
        }

        var result = new StringBuilder();
        var at = 0;
        while (limit != 0)
        {
            var found = old.Length == 0 ? at : text.IndexOf(old, at, StringComparison.Ordinal);
            if (found < 0 || (old.Length == 0 && found > text.Length))
            {
                break;
            }

            result.Append(text, at, found - at).Append(by);
            at = found + old.Length;
            limit--;
            if (old.Length == 0)
            {
                if (at < text.Length)
                {
                    result.Append(text[at]);
                }

                at++;
            }
        }

        return at < text.Length ? result.Append(text, at, text.Length - at).ToString() : result.ToString();
    }

    public static List<object?> Split(string text, string separator, long limit)
    {
        if (limit == 0)
        {
            return [];
        }

        if (separator.Length == 0)
        {
            var runes = text.EnumerateRunes().Select(r => r.ToString()).ToList();
            return limit < 0 || runes.Count <= limit ? [.. runes]
                : [.. runes.Take((int)limit - 1), string.Concat(runes.Skip((int)limit - 1))];
        }

        return [.. limit < 0 ? text.Split(separator) : text.Split(separator, (int)Math.Min(limit, int.MaxValue))];
    }

    public static string Reverse(string text) => string.Concat(text.EnumerateRunes().Reverse().Select(r => r.ToString()));

    public static string MapAscii(string text, Func<char, char> map) =>
        string.Create(text.Length, (text, map), static (span, state) =>
        {
            for (var i = 0; i < span.Length; i++)
            {
                var c = state.text[i];
                span[i] = char.IsAscii(c) ? state.map(c) : c;
            }
        });

    public static string Quote(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var c in text)
        {
            quoted.Append(c switch
            {
                '\a' => "\\a",
                '\b' => "\\b",
                '\f' => "\\f",
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                '\v' => "\\v",
                '\\' => "\\\\",
                '"' => "\\\"",
                _ => c.ToString(),
            });
        }

        return quoted.Append('"').ToString();
    }

    /// <summary>Fills in the clauses of a format: <c>%s %d %f %e %b %x %X %o %%</c>.</summary>
    /// <exception cref="CelException">A clause is unknown or does not fit its argument.</exception>
    public static string Format(string format, IReadOnlyList<object?> arguments)
    {
        var text = new StringBuilder();
        var next = 0;
        for (var i = 0; i < format.Length; i++)
        {
            if (format[i] != '%')
            {
                text.Append(format[i]);
                continue;
            }

            if (++i < format.Length && format[i] == '%')
            {
                text.Append('%');
                continue;
            }

            var precision = 6;
            if (i < format.Length && format[i] == '.')
            {
                var start = ++i;
                while (i < format.Length && char.IsAsciiDigit(format[i]))
                {
                    i++;
                }

                precision = int.TryParse(format.AsSpan(start, i - start), CultureInfo.InvariantCulture, out var given)
                    && given <= 100 ? given
                    : throw new CelException("error during formatting: unable to parse precision");
            }

            if (i >= format.Length)
            {
                throw new CelException("error during formatting: unexpected end of string");
            }

            if (next >= arguments.Count)
            {
                throw new CelException($"error during formatting: index {next} out of range");
            }

            text.Append(Clause(format[i], precision, arguments[next++]));
        }

        return text.ToString();
    }

    /// <summary>A value as <c>%s</c> shows it.</summary>
    public static string Show(object? value) => value switch
    {
        null => "null",
        string text => text,
        bool flag => flag ? "true" : "false",
        double real => CelConversions.Text(real),
        byte[] bytes => Encoding.UTF8.GetString(bytes),
        DateTimeOffset or TimeSpan or long or ulong => CelConversions.Text(value),
        CelTypeName type => type.Name,
        IReadOnlyList<object?> items => "[" + string.Join(", ", items.Select(Show)) + "]",
        _ when CelValue.IsMap(value) => "{" + string.Join(", ", CelValue.KeysOf(value)
            .Select(k => $"{Show(k)}: {(CelValue.TryEntry(value, k, out var item) ? Show(item) : "")}")
            .Order(StringComparer.Ordinal)) + "}",
        _ => throw new CelException($"error during formatting: string clause cannot show {CelValue.TypeOf(value)}"),
    };

    private static string Clause(char clause, int precision, object? value)
    {
        switch (clause)
        {
            case 's':
                return Show(value);
            case 'd' when value is long or ulong or double:
                return CelConversions.Text(value);
            case 'f' when value is double or long or ulong:
                return CelOperators.Number(value).ToString("F" + precision, CultureInfo.InvariantCulture);
            case 'e' when value is double or long or ulong:
                return CelOperators.Number(value)
                    .ToString("0." + new string('0', precision) + "e+00", CultureInfo.InvariantCulture);
            case 'b' when value is bool flag:
                return flag ? "1" : "0";
            case 'b' or 'o' or 'x' or 'X' when value is long or ulong:
                return Digits(value is long whole ? whole : (BigInteger)(ulong)value, clause);
            case 'x' when value is string text:
                return Convert.ToHexStringLower(Encoding.UTF8.GetBytes(text));
            case 'X' when value is string text:
                return Convert.ToHexString(Encoding.UTF8.GetBytes(text));
            case 'x' when value is byte[] bytes:
                return Convert.ToHexStringLower(bytes);
            case 'X' when value is byte[] bytes:
                return Convert.ToHexString(bytes);
            case 'd' or 'f' or 'e' or 'b' or 'o' or 'x' or 'X':
                throw new CelException(
                    $"error during formatting: the clause %{clause} cannot show {CelValue.TypeOf(value)}");
            default:
                throw new CelException($"error during formatting: unrecognized formatting clause \"{clause}\"");
        }
    }

    private static string Digits(BigInteger value, char clause)
    {
        var size = BigInteger.Abs(value);
        var text = clause switch
        {
            'b' => ((ulong)size).ToString("B", CultureInfo.InvariantCulture),
            'o' => Convert.ToString(unchecked((long)(ulong)size), 8),
            'x' => ((ulong)size).ToString("x", CultureInfo.InvariantCulture),
            _ => ((ulong)size).ToString("X", CultureInfo.InvariantCulture),
        };
        return value.Sign < 0 ? "-" + text : text;
    }

    /// <summary>Index of the unit at which a character starts.</summary>
    private static int Unit(string text, long position)
    {
        var unit = 0;
        for (var i = 0L; i < position; i++)
        {
            unit += char.IsHighSurrogate(text[unit]) && unit + 1 < text.Length ? 2 : 1;
        }

        return unit;
    }

    private static long Position(string text, int unit) => unit < 0 ? -1 : Length(text[..unit]);
}
