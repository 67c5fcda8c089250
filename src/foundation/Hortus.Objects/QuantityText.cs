using System.Globalization;
using System.Numerics;

namespace Hortus.Objects;

/// <summary>Writes quantities in their canonical form.</summary>
internal static class QuantityText
{
    private const int Kibi = 1024;
    private static readonly string[] Binary = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
    private static readonly string[] Decimal = ["n", "u", "m", "", "k", "M", "G", "T", "P", "E"];

    /// <param name="text">The text as written; its suffix chooses the family.</param>
    /// <param name="nano">The value in units of 1e-9.</param>
    public static string Canonical(string text, BigInteger nano)
    {
        if (nano.IsZero)
        {
            return "0";
        }

        var whole = BigInteger.Pow(10, 9);
        if (text.EndsWith('i') && BigInteger.Abs(nano) >= Kibi * whole)
        {
            var value = BigInteger.DivRem(nano, whole, out var rest);
            return WithSuffix(rest.Sign > 0 ? value + 1 : value, Kibi, 0, Binary);
        }

        var hasExponent = text.AsSpan().TrimEnd("0123456789+-") is [.., 'e' or 'E']
            && text[^1] is >= '0' and <= '9';
        if (!hasExponent)
        {
            return WithSuffix(nano, 1000, 0, Decimal);
        }

        var exponent = -9;
        while (nano % 1000 == 0)
        {
            nano /= 1000;
            exponent += 3;
        }

        return nano.ToString(CultureInfo.InvariantCulture)
            + (exponent == 0 ? "" : "e" + exponent.ToString(CultureInfo.InvariantCulture));
    }

    private static string WithSuffix(BigInteger value, int step, int index, string[] suffixes)
    {
        while (index < suffixes.Length - 1 && value % step == 0)
        {
            value /= step;
            index++;
        }

        return value.ToString(CultureInfo.InvariantCulture) + suffixes[index];
    }
}
