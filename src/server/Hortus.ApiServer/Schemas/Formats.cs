using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;

namespace Hortus.ApiServer.Schemas;

/// <summary>The string formats the API server checks; unknown formats are ignored.</summary>
internal static partial class Formats
{
    private const int PatternsMax = 10_000;
    private static readonly TimeSpan PatternTimeMax = TimeSpan.FromSeconds(1);
    private static readonly ConcurrentDictionary<string, Regex?> Patterns = new(StringComparer.Ordinal);

    /// <summary>Whether the text has the format.</summary>
    public static bool Fits(string format, string text) => format switch
    {
        "date-time" => IsDateTime(text),
        "date" => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _),
        "duration" => IsDuration(text),
        "byte" => Base64.IsValid(text),
        "ipv4" => IPAddress.TryParse(text, out var v4) && v4.AddressFamily == AddressFamily.InterNetwork
            && text.Count(c => c == '.') == 3,
        "ipv6" => IPAddress.TryParse(text, out var v6) && v6.AddressFamily == AddressFamily.InterNetworkV6,
        "cidr" => IsCidr(text),
        "uuid" or "uuid3" or "uuid4" or "uuid5" => Uuid().IsMatch(text),
        "hostname" => text.Length is > 0 and <= 253 && Hostname().IsMatch(text),
        "email" => Email().IsMatch(text),
        "uri" => Uri.TryCreate(text, UriKind.Absolute, out _),
        "mac" => Mac().IsMatch(text),
        _ => true,
    };

    /// <summary>The expression with the meaning Go gives it; null when neither engine takes it.</summary>
    public static Regex? Pattern(string pattern)
    {
        if (Patterns.TryGetValue(pattern, out var known))
        {
            return known;
        }

        var made = Compile(pattern);
        if (Patterns.Count < PatternsMax)
        {
            Patterns.TryAdd(pattern, made);
        }

        return made;
    }

    private static Regex? Compile(string pattern)
    {
        // Go's $ and \z mean the very end, and \d \w \s mean ASCII.
        var text = Translate(pattern);
        try
        {
            return new Regex(text, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
        catch (NotSupportedException)
        {
            return new Regex(text, RegexOptions.CultureInvariant, PatternTimeMax);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    private static string Translate(string pattern)
    {
        var text = new StringBuilder(pattern.Length + 8);
        var inClass = false;
        for (var i = 0; i < pattern.Length; i++)
        {
            var c = pattern[i];
            if (c == '\\' && i + 1 < pattern.Length)
            {
                var next = pattern[++i];
                text.Append(next switch
                {
                    'd' => inClass ? "0-9" : "[0-9]",
                    'w' => inClass ? "0-9A-Za-z_" : "[0-9A-Za-z_]",
                    's' => inClass ? @"\t\n\f\r " : @"[\t\n\f\r ]",
                    'D' when !inClass => "[^0-9]",
                    'W' when !inClass => "[^0-9A-Za-z_]",
                    'S' when !inClass => @"[^\t\n\f\r ]",
                    _ => "\\" + next,
                });
                continue;
            }

            if (c == '$' && !inClass)
            {
                text.Append(@"\z");
                continue;
            }

            var opens = c == '[' && !inClass;
            inClass = opens || (inClass && !(c == ']' && !FirstInClass(pattern, i)));
            text.Append(c);
            if (c == '[' && !opens && !(i + 1 < pattern.Length && pattern[i + 1] == ':'))
            {
                text.Insert(text.Length - 1, '\\');
            }
        }

        return text.ToString();
    }

    private static bool FirstInClass(string pattern, int at) =>
        (at > 0 && pattern[at - 1] == '[') || (at > 1 && pattern[at - 1] == '^' && pattern[at - 2] == '[');

    /// <summary>Whether the text is a time of RFC 3339.</summary>
    public static bool IsDateTime(string text) =>
        text.Length >= 20 && text[10] is 'T' or 't' && DateTimeShape().IsMatch(text)
        && DateTimeOffset.TryParse(text.Replace(",", ".", StringComparison.Ordinal), CultureInfo.InvariantCulture,
            DateTimeStyles.RoundtripKind, out _);

    private static bool IsDuration(string text) => text is "0" || Duration().IsMatch(text);

    private static bool IsCidr(string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        return slash > 0 && IPAddress.TryParse(text.AsSpan(0, slash), out var address)
            && int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var bits)
            && bits <= (address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128);
    }

    [GeneratedRegex(@"^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}([.,]\d+)?([Zz]|[+-]\d{2}:\d{2})\z")]
    private static partial Regex DateTimeShape();

    [GeneratedRegex(
        @"^[+-]?(\d+(\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h|d|w)((\d+(\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h|d|w))*\z")]
    private static partial Regex Duration();

    [GeneratedRegex(@"^(?i)[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}\z")]
    private static partial Regex Uuid();

    [GeneratedRegex(
        @"^([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*\z")]
    private static partial Regex Hostname();

    [GeneratedRegex(@"^[^@\s]+@[^@\s]+\z")]
    private static partial Regex Email();

    [GeneratedRegex(@"^([0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}\z")]
    private static partial Regex Mac();
}
