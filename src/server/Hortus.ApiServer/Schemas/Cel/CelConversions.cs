using System.Globalization;
using System.Text;

namespace Hortus.ApiServer.Schemas.Cel;

/// <summary>Conversions between the basic types.</summary>
internal static class CelConversions
{
    private const double WholeMax = 9.2e18;

    private static readonly UTF8Encoding Utf8 = new(false, throwOnInvalidBytes: true);

    public static string Text(object? value) => value switch
    {
        string text => text,
        bool flag => flag ? "true" : "false",
        long whole => whole.ToString(CultureInfo.InvariantCulture),
        ulong whole => whole.ToString(CultureInfo.InvariantCulture),
        double real => double.IsPositiveInfinity(real) ? "+Inf" : double.IsNegativeInfinity(real) ? "-Inf"
            : real.ToString("R", CultureInfo.InvariantCulture),
        byte[] bytes => Decode(bytes),
        DateTimeOffset time => CelTimes.Show(time),
        TimeSpan duration => CelTimes.Show(duration),
        System.Net.IPAddress address => address.ToString(),
        CelCidr cidr => cidr.ToString(),
        _ => throw NoOverload("string", value),
    };

    public static long Int(object? value) => value switch
    {
        long whole => whole,
        ulong whole => whole <= long.MaxValue ? (long)whole : throw new CelException("integer overflow"),
        double real => Math.Abs(real) < WholeMax ? (long)real : throw new CelException("integer overflow"),
        string text when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var n) => n,
        DateTimeOffset time => time.ToUnixTimeSeconds(),
        TimeSpan duration => duration.Ticks * 100,
        _ => throw NoOverload("int", value),
    };

    public static ulong Uint(object? value) => value switch
    {
        ulong whole => whole,
        long whole => whole >= 0 ? (ulong)whole : throw new CelException("unsigned integer overflow"),
        double real => real is >= 0 and < 1.8e19 ? (ulong)real : throw new CelException("unsigned integer overflow"),
        string text when ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var n) => n,
        _ => throw NoOverload("uint", value),
    };

    public static double Double(object? value) => value switch
    {
        string text when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var real) => real,
        string => throw NoOverload("double", value),
        _ => CelOperators.Number(value),
    };

    public static bool Bool(object? value) => value switch
    {
        bool flag => flag,
        "1" or "t" or "true" or "True" or "TRUE" or "T" => true,
        "0" or "f" or "false" or "False" or "FALSE" or "F" => false,
        _ => throw NoOverload("bool", value),
    };

    public static byte[] Bytes(object? value) => value as byte[] ?? Utf8.GetBytes((string)value!);

    private static string Decode(byte[] bytes)
    {
        try
        {
            return Utf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            throw new CelException("invalid UTF-8 in bytes, cannot convert to string");
        }
    }

    private static CelException NoOverload(string function, object? value) =>
        new($"type conversion error from '{CelValue.TypeOf(value)}' to '{function}'");
}
