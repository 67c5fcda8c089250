using System.Text.RegularExpressions;

namespace Hortus.ApiServer.Schemas.Cel;

/// <summary>The string and regular expression libraries.</summary>
internal static class CelStrings
{
    public static IEnumerable<CelOverload> Overloads { get; } =
    [
        CelOverload.Of("string.charAt(int) string", a => CelText.CharAt((string)a[0]!, (long)a[1]!)),
        CelOverload.Of("string.indexOf(string) int", a => CelText.IndexOf((string)a[0]!, (string)a[1]!, 0)),
        CelOverload.Of("string.indexOf(string, int) int",
            a => CelText.IndexOf((string)a[0]!, (string)a[1]!, (long)a[2]!)),
        CelOverload.Of("string.lastIndexOf(string) int", a => CelText.LastIndexOf((string)a[0]!, (string)a[1]!, null)),
        CelOverload.Of("string.lastIndexOf(string, int) int",
            a => CelText.LastIndexOf((string)a[0]!, (string)a[1]!, (long)a[2]!)),
        CelOverload.Of("string.lowerAscii() string", a => CelText.MapAscii((string)a[0]!, char.ToLowerInvariant)),
        CelOverload.Of("string.upperAscii() string", a => CelText.MapAscii((string)a[0]!, char.ToUpperInvariant)),
        CelOverload.Of("string.replace(string, string) string",
            a => CelText.Replace((string)a[0]!, (string)a[1]!, (string)a[2]!, -1)),
        CelOverload.Of("string.replace(string, string, int) string",
            a => CelText.Replace((string)a[0]!, (string)a[1]!, (string)a[2]!, (long)a[3]!)),
        CelOverload.Of("string.split(string) list(string)", a => CelText.Split((string)a[0]!, (string)a[1]!, -1)),
        CelOverload.Of("string.split(string, int) list(string)",
            a => CelText.Split((string)a[0]!, (string)a[1]!, (long)a[2]!)),
        CelOverload.Of("string.substring(int) string",
            a => CelText.Slice((string)a[0]!, (long)a[1]!, CelText.Length((string)a[0]!))),
        CelOverload.Of("string.substring(int, int) string",
            a => CelText.Slice((string)a[0]!, (long)a[1]!, (long)a[2]!)),
        CelOverload.Of("string.trim() string", a => ((string)a[0]!).Trim()),
        CelOverload.Of("string.reverse() string", a => CelText.Reverse((string)a[0]!)),
        CelOverload.Of("string.format(list(dyn)) string",
            a => CelText.Format((string)a[0]!, (IReadOnlyList<object?>)a[1]!)),
        CelOverload.Of("strings.quote(string) string", a => CelText.Quote((string)a[0]!)),
        CelOverload.Of("list(string).join() string", a => Join(a[0], "")),
        CelOverload.Of("list(string).join(string) string", a => Join(a[0], (string)a[1]!)),
        CelOverload.Of("string.find(string) string",
            a => CelStandard.Search((string)a[1]!, p => p.Match((string)a[0]!).Value)),
        CelOverload.Of("string.findAll(string) list(string)", a => FindAll((string)a[0]!, (string)a[1]!, -1)),
        CelOverload.Of("string.findAll(string, int) list(string)",
            a => FindAll((string)a[0]!, (string)a[1]!, (long)a[2]!)),
    ];

    private static string Join(object? list, string separator) => string.Join(
        separator,
        ((IReadOnlyList<object?>)list!).Select(item => item as string
            ?? throw new CelException($"no such overload: join of {CelValue.TypeOf(item)}")));

    private static List<object?> FindAll(string text, string pattern, long limit) =>
        CelStandard.Search(pattern, p =>
        {
            IEnumerable<Match> matches = p.Matches(text);
            return (limit < 0 ? matches : matches.Take((int)Math.Min(limit, int.MaxValue)))
                .Select(m => (object?)m.Value).ToList();
        });
}
