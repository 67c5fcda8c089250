using System.Globalization;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Hortus.Objects;

/// <summary>An amount with a suffix, such as <c>500m</c>, <c>1Gi</c> or <c>1e3</c>. The text is kept as written;
/// comparison
/// uses the value. Source: Kubernetes API, resource.Quantity.</summary>
[JsonConverter(typeof(QuantityConverter))]
public sealed record Quantity : IComparable<Quantity>
{
    private const int TextLengthMax = 64;

    // The value in units of 1e-9, which is the finest step the format can express.
    private readonly BigInteger nano;

    private Quantity(string text, BigInteger nano)
    {
        Text = text;
        this.nano = nano;
    }

    /// <summary>The text as written.</summary>
    public string Text { get; }

    /// <summary>The value rounded up to a whole number; the nearest that 64 bits hold when it is beyond.</summary>
    public long Value => Clamp(RoundUp(nano, Billion));

    /// <summary>The value in billionths, exact.</summary>
    public BigInteger Nano => nano;

    /// <summary>The value in thousandths, rounded up (CPU is counted so); the nearest that 64 bits hold when it is
    /// beyond.</summary>
    public long MilliValue => Clamp(RoundUp(nano, Million));

    private static long Clamp(BigInteger value) => (long)BigInteger.Clamp(value, long.MinValue, long.MaxValue);

    /// <summary>The shortest text of the same value in the same family of suffixes, as API servers store it: <c>1000m</c> is
    /// <c>1</c>, <c>1024Mi</c> is <c>1Gi</c>.</summary>
    public string Canonical => QuantityText.Canonical(Text, nano);

    private static BigInteger Billion => 1_000_000_000;

    private static BigInteger Million => 1_000_000;

    /// <summary>Parses an amount.</summary>
    /// <exception cref="FormatException">The text is not a quantity.</exception>
    public static Quantity Parse(string text) => TryParse(text, out var quantity)
        ? quantity
        : throw new FormatException($"invalid quantity \"{text}\": want a number with an optional suffix (m, k, M, G, T, Ki, Mi, Gi, Ti)");

    /// <summary>Parses an amount; false when the text is not a quantity.</summary>
    public static bool TryParse(string? text, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Quantity? quantity)
    {
        quantity = null;
        if (string.IsNullOrEmpty(text) || text.Length > TextLengthMax)
        {
            return false;
        }

        var end = text[0] is '+' or '-' ? 1 : 0;
        while (end < text.Length && (char.IsAsciiDigit(text[end]) || text[end] == '.'))
        {
            end++;
        }

        if (!TryScale(text.AsSpan(end), out var multiplier) || !TryNano(text.AsSpan(0, end), multiplier, out var nano))
        {
            return false;
        }

        quantity = new Quantity(text, nano);
        return true;
    }

    public int CompareTo(Quantity? other) => other is null ? 1 : nano.CompareTo(other.nano);

    public bool Equals(Quantity? other) => other is not null && nano == other.nano;

    public override int GetHashCode() => nano.GetHashCode();

    public override string ToString() => Text;

    public static bool operator <(Quantity left, Quantity right) => left.CompareTo(right) < 0;

    public static bool operator >(Quantity left, Quantity right) => left.CompareTo(right) > 0;

    public static bool operator <=(Quantity left, Quantity right) => left.CompareTo(right) <= 0;

    public static bool operator >=(Quantity left, Quantity right) => left.CompareTo(right) >= 0;

    private static BigInteger RoundUp(BigInteger nano, BigInteger unit)
    {
        var whole = BigInteger.DivRem(nano, unit, out var rest);
        return rest.Sign > 0 ? whole + 1 : whole;
    }

    private static bool TryNano(ReadOnlySpan<char> digits, BigInteger multiplier, out BigInteger nano)
    {
        nano = default;
        var dot = digits.IndexOf('.');
        var fraction = dot < 0 ? default : digits[(dot + 1)..];
        var whole = dot < 0 ? digits : digits[..dot];
        if (fraction.Contains('.') || (fraction.IsEmpty && !ContainsDigit(whole)))
        {
            return false;
        }

        if (!BigInteger.TryParse(
            string.Concat(whole, fraction), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var scaled))
        {
            return false;
        }

        var divisor = BigInteger.Pow(10, fraction.Length);
        var product = scaled * multiplier;
        nano = BigInteger.DivRem(product, divisor, out var rest);
        if (!rest.IsZero)
        {
            nano += rest.Sign;
        }

        return true;
    }

    private static bool ContainsDigit(ReadOnlySpan<char> text) => text.ContainsAnyInRange('0', '9');

    private static bool TryScale(ReadOnlySpan<char> suffix, out BigInteger nanoPerUnit)
    {
        nanoPerUnit = suffix switch
        {
            "n" => 1,
            "u" => 1_000,
            "m" => 1_000_000,
            "" => 1_000_000_000,
            "k" => BigInteger.Pow(10, 12),
            "M" => BigInteger.Pow(10, 15),
            "G" => BigInteger.Pow(10, 18),
            "T" => BigInteger.Pow(10, 21),
            "P" => BigInteger.Pow(10, 24),
            "E" => BigInteger.Pow(10, 27),
            "Ki" => BigInteger.Pow(1024, 1) * 1_000_000_000,
            "Mi" => BigInteger.Pow(1024, 2) * 1_000_000_000,
            "Gi" => BigInteger.Pow(1024, 3) * 1_000_000_000,
            "Ti" => BigInteger.Pow(1024, 4) * 1_000_000_000,
            "Pi" => BigInteger.Pow(1024, 5) * 1_000_000_000,
            "Ei" => BigInteger.Pow(1024, 6) * 1_000_000_000,
            _ => BigInteger.Zero,
        };
        if (!nanoPerUnit.IsZero)
        {
            return true;
        }

        // Exponents beyond what an int64 of nano units to exa units spans are refused, not computed.
        if (suffix.Length is < 2 or > 4 || suffix[0] is not ('e' or 'E') ||
            !int.TryParse(suffix[1..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var exponent) ||
            exponent is < -9 or > 18)
        {
            return false;
        }

        nanoPerUnit = BigInteger.Pow(10, 9 + exponent);
        return true;
    }
}

internal sealed class QuantityConverter : JsonConverter<Quantity>
{
    public override Quantity Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var text = reader.TokenType switch
        {
            JsonTokenType.String => reader.GetString()!,
            JsonTokenType.Number => System.Text.Encoding.UTF8.GetString(reader.ValueSpan),
            _ => throw new JsonException("want a quantity"),
        };
        return Quantity.TryParse(text, out var quantity) ? quantity : throw new JsonException($"invalid quantity \"{text}\"");
    }

    public override void Write(Utf8JsonWriter writer, Quantity value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.Text);
}
