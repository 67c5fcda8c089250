using System.Text.RegularExpressions;

namespace Hortus.ApiServer.Schemas.Cel;

/// <summary>The functions of the language itself.</summary>
internal static class CelStandard
{
    public static IEnumerable<CelOverload> Overloads { get; } =
    [
        .. Sizes(), .. Conversions(), .. Texts(), .. Times(),
    ];

    /// <summary>The expression with Go's meaning.</summary>
    /// <exception cref="CelException">It is malformed.</exception>
    public static Regex Pattern(string pattern) =>
        Formats.Pattern(pattern) ?? throw new CelException($"error parsing regexp: invalid pattern `{pattern}`");

    /// <summary>Runs a search that may take too long.</summary>
    public static T Search<T>(string pattern, Func<Regex, T> search)
    {
        try
        {
            return search(Pattern(pattern));
        }
        catch (RegexMatchTimeoutException)
        {
            throw new CelException($"pattern '{pattern}' takes too long");
        }
    }

    private static IEnumerable<CelOverload> Sizes()
    {
        foreach (var type in (string[])["string", "bytes", "list(T)", "map(K, V)"])
        {
            yield return CelOverload.Of($"size({type}) int", a => CelValue.SizeOf(a[0]));
            yield return CelOverload.Of($"{type}.size() int", a => CelValue.SizeOf(a[0]));
        }
    }

    private static IEnumerable<CelOverload> Conversions()
    {
        yield return CelOverload.Of("dyn(T) dyn", a => a[0]);
        yield return CelOverload.Of("type(T) type", a => new CelTypeName(CelValue.TypeOf(a[0])));
        foreach (var type in (string[])["bool", "int", "uint", "double", "string", "bytes", "timestamp", "duration", "ip", "cidr"])
        {
            yield return CelOverload.Of($"string({type}) string", a => CelConversions.Text(a[0]));
        }

        foreach (var type in (string[])["int", "uint", "double", "string"])
        {
            yield return CelOverload.Of($"int({type}) int", a => CelConversions.Int(a[0]));
            yield return CelOverload.Of($"uint({type}) uint", a => CelConversions.Uint(a[0]));
            yield return CelOverload.Of($"double({type}) double", a => CelConversions.Double(a[0]));
        }

        yield return CelOverload.Of("int(timestamp) int", a => CelConversions.Int(a[0]));
        yield return CelOverload.Of("int(duration) int", a => CelConversions.Int(a[0]));
        yield return CelOverload.Of("bool(bool) bool", a => a[0]);
        yield return CelOverload.Of("bool(string) bool", a => CelConversions.Bool(a[0]));
        yield return CelOverload.Of("bytes(bytes) bytes", a => a[0]);
        yield return CelOverload.Of("bytes(string) bytes", a => CelConversions.Bytes(a[0]));
        yield return CelOverload.Of("timestamp(string) timestamp", a => CelTimes.Timestamp((string)a[0]!));
        yield return CelOverload.Of("timestamp(timestamp) timestamp", a => a[0]);
        yield return CelOverload.Of("timestamp(int) timestamp", a => DateTimeOffset.FromUnixTimeSeconds((long)a[0]!));
        yield return CelOverload.Of("duration(string) duration", a => CelTimes.Duration((string)a[0]!));
        yield return CelOverload.Of("duration(duration) duration", a => a[0]);
    }

    private static IEnumerable<CelOverload> Texts()
    {
        yield return CelOverload.Of("string.startsWith(string) bool",
            a => ((string)a[0]!).StartsWith((string)a[1]!, StringComparison.Ordinal));
        yield return CelOverload.Of("string.endsWith(string) bool",
            a => ((string)a[0]!).EndsWith((string)a[1]!, StringComparison.Ordinal));
        yield return CelOverload.Of("string.contains(string) bool",
            a => ((string)a[0]!).Contains((string)a[1]!, StringComparison.Ordinal));
        foreach (var signature in (string[])["string.matches(string) bool", "matches(string, string) bool"])
        {
            yield return CelOverload.Of(signature, a => Search((string)a[1]!, p => (object)p.IsMatch((string)a[0]!)));
        }
    }

    private static IEnumerable<CelOverload> Times()
    {
        (string Name, Func<DateTimeOffset, long> Part)[] parts =
        [
            ("getFullYear", t => t.Year), ("getMonth", t => t.Month - 1), ("getDate", t => t.Day),
            ("getDayOfMonth", t => t.Day - 1), ("getDayOfWeek", t => (long)t.DayOfWeek),
            ("getDayOfYear", t => t.DayOfYear - 1), ("getHours", t => t.Hour), ("getMinutes", t => t.Minute),
            ("getSeconds", t => t.Second), ("getMilliseconds", t => t.Millisecond),
        ];
        foreach (var (name, part) in parts)
        {
            yield return CelOverload.Of($"timestamp.{name}() int", a => part(CelTimes.In((DateTimeOffset)a[0]!, null)));
            yield return CelOverload.Of($"timestamp.{name}(string) int",
                a => part(CelTimes.In((DateTimeOffset)a[0]!, (string)a[1]!)));
        }

        yield return CelOverload.Of("duration.getHours() int", a => (long)((TimeSpan)a[0]!).TotalHours);
        yield return CelOverload.Of("duration.getMinutes() int", a => (long)((TimeSpan)a[0]!).TotalMinutes);
        yield return CelOverload.Of("duration.getSeconds() int", a => (long)((TimeSpan)a[0]!).TotalSeconds);
        yield return CelOverload.Of("duration.getMilliseconds() int", a => (long)((TimeSpan)a[0]!).Milliseconds);
    }
}
