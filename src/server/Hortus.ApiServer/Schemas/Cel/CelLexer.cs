using System.Globalization;
using System.Text;

namespace Hortus.ApiServer.Schemas.Cel;

internal enum CelTokenKind
{
    End,
    Name,
    Constant,
    Symbol,
}

/// <summary>A token; <paramref name="Value"/> is the value of a constant.</summary>
internal readonly record struct CelToken(CelTokenKind Kind, string Text, object? Value, int Position);

/// <summary>Splits an expression into tokens.</summary>
internal sealed class CelLexer(string text)
{
    private static readonly string[] Symbols =
        ["==", "!=", "<=", ">=", "&&", "||", "<", ">", "!", "?", ":", "(", ")", "[", "]", "{", "}", ".", ",", "+", "-",
            "*", "/", "%"];

    private int at;

    public List<CelToken> Read()
    {
        var tokens = new List<CelToken>();
        while (true)
        {
            SkipSpace();
            if (at >= text.Length)
            {
                tokens.Add(new CelToken(CelTokenKind.End, "end of expression", null, at + 1));
                return tokens;
            }

            tokens.Add(Next());
        }
    }

    private void SkipSpace()
    {
        while (at < text.Length)
        {
            if (char.IsWhiteSpace(text[at]))
            {
                at++;
            }
            else if (text.AsSpan(at).StartsWith("//"))
            {
                var end = text.IndexOf('\n', at);
                at = end < 0 ? text.Length : end;
            }
            else
            {
                return;
            }
        }
    }

    private CelToken Next()
    {
        var start = at;
        var c = text[at];
        if (c is 'b' or 'B' && at + 1 < text.Length && text[at + 1] is '"' or '\'')
        {
            at++;
            return new CelToken(
                CelTokenKind.Constant, "bytes", Encoding.UTF8.GetBytes(ReadString(raw: false)), start + 1);
        }

        if (IsString(out var raw))
        {
            return new CelToken(CelTokenKind.Constant, "string", ReadString(raw), start + 1);
        }

        if (char.IsAsciiLetter(c) || c == '_')
        {
            while (at < text.Length && (char.IsAsciiLetterOrDigit(text[at]) || text[at] == '_'))
            {
                at++;
            }

            return Word(text[start..at], start + 1);
        }

        if (char.IsAsciiDigit(c))
        {
            return Number();
        }

        foreach (var symbol in Symbols)
        {
            if (text.AsSpan(at).StartsWith(symbol, StringComparison.Ordinal))
            {
                at += symbol.Length;
                return new CelToken(CelTokenKind.Symbol, symbol, null, start + 1);
            }
        }

        throw new CelException($"unexpected character '{c}'", start + 1);
    }

    private static CelToken Word(string word, int position) => word switch
    {
        "true" => new CelToken(CelTokenKind.Constant, word, true, position),
        "false" => new CelToken(CelTokenKind.Constant, word, false, position),
        "null" => new CelToken(CelTokenKind.Constant, word, null, position),
        "in" => new CelToken(CelTokenKind.Symbol, word, null, position),
        _ => new CelToken(CelTokenKind.Name, word, null, position),
    };

    private CelToken Number()
    {
        var start = at;
        if (text.AsSpan(at).StartsWith("0x", StringComparison.OrdinalIgnoreCase))
        {
            at += 2;
            SkipWhile(char.IsAsciiHexDigit);
            return ulong.TryParse(text.AsSpan(start + 2, at - start - 2), NumberStyles.AllowHexSpecifier,
                CultureInfo.InvariantCulture, out var hex)
                && hex <= long.MaxValue
                ? Sized(hex, start)
                : throw new CelException($"bad number {text[start..at]}", start + 1);
        }

        SkipWhile(char.IsAsciiDigit);
        var isReal = false;
        if (at + 1 < text.Length && text[at] == '.' && char.IsAsciiDigit(text[at + 1]))
        {
            isReal = true;
            at++;
            SkipWhile(char.IsAsciiDigit);
        }

        if (at < text.Length && text[at] is 'e' or 'E')
        {
            isReal = true;
            at++;
            at += at < text.Length && text[at] is '+' or '-' ? 1 : 0;
            SkipWhile(char.IsAsciiDigit);
        }

        var digits = text.AsSpan(start, at - start);
        if (!isReal && ulong.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var unsigned)
            && (unsigned <= long.MaxValue || (at < text.Length && text[at] is 'u' or 'U')))
        {
            return Sized(unsigned, start);
        }

        if (isReal && double.TryParse(digits, NumberStyles.Float, CultureInfo.InvariantCulture, out var real))
        {
            return new CelToken(CelTokenKind.Constant, "number", real, start + 1);
        }

        throw new CelException("bad number", start + 1);
    }

    /// <summary>A whole number; with <c>u</c> behind it one without sign.</summary>
    private CelToken Sized(ulong number, int start)
    {
        if (at < text.Length && text[at] is 'u' or 'U')
        {
            at++;
            return new CelToken(CelTokenKind.Constant, "number", number, start + 1);
        }

        return new CelToken(CelTokenKind.Constant, "number", (long)number, start + 1);
    }

    private void SkipWhile(Func<char, bool> fits)
    {
        while (at < text.Length && fits(text[at]))
        {
            at++;
        }
    }

    private bool IsString(out bool raw)
    {
        raw = text[at] is 'r' or 'R' && at + 1 < text.Length && text[at + 1] is '"' or '\'';
        return raw || text[at] is '"' or '\'';
    }

    private string ReadString(bool raw)
    {
        var start = at + 1;
        at += raw ? 1 : 0;
        var quote = text[at].ToString();
        if (text.AsSpan(at).StartsWith(quote + quote + quote, StringComparison.Ordinal))
        {
            quote += quote + quote;
        }

        at += quote.Length;
        var value = new StringBuilder();
        while (!text.AsSpan(at).StartsWith(quote, StringComparison.Ordinal))
        {
            if (at >= text.Length || (quote.Length == 1 && text[at] == '\n'))
            {
                throw new CelException("string without end", start);
            }

            if (text[at] == '\\' && !raw)
            {
                value.Append(Escape());
            }
            else
            {
                value.Append(text[at++]);
            }
        }

        at += quote.Length;
        return value.ToString();
    }

    private string Escape()
    {
        var start = at + 1;
        var kind = at + 1 < text.Length ? text[at + 1] : ' ';
        at += 2;
        switch (kind)
        {
            case 'n': return "\n";
            case 't': return "\t";
            case 'r': return "\r";
            case 'a': return "\a";
            case 'b': return "\b";
            case 'f': return "\f";
            case 'v': return "\v";
            case '\\' or '"' or '\'' or '`' or '?': return kind.ToString();
            case 'x' or 'X': return Code(2, start);
            case 'u': return Code(4, start);
            case 'U': return Code(8, start);
            default: throw new CelException($"bad escape \\{kind}", start);
        }
    }

    private string Code(int digits, int start)
    {
        if (at + digits <= text.Length
            && int.TryParse(text.AsSpan(at, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture,
                out var code)
            && Rune.IsValid(code))
        {
            at += digits;
            return new Rune(code).ToString();
        }

        throw new CelException("bad escape", start);
    }
}
