using System.Text;

namespace Hortus.Fuzz;

/// <summary>A request as it goes over the wire.</summary>
/// <param name="Method">HTTP method.</param>
/// <param name="Target">Path and query.</param>
/// <param name="Headers">Headers in order.</param>
/// <param name="Body">The body; empty for none.</param>
public sealed record FuzzRequest(
    string Method, string Target, IReadOnlyList<KeyValuePair<string, string>> Headers, byte[] Body)
{
    /// <summary>The value of a header, or null.</summary>
    public string? Header(string name) =>
        Headers.Where(h => h.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(h => h.Value).FirstOrDefault();

    /// <summary>The same with one header set.</summary>
    public FuzzRequest With(string name, string value) => this with
    {
        Headers =
        [
            .. Headers.Where(h => !h.Key.Equals(name, StringComparison.OrdinalIgnoreCase)),
            KeyValuePair.Create(name, value),
        ],
    };

    /// <summary>Reads requests in text form, one after the other, separated by lines of <c>###</c>.</summary>
    public static IEnumerable<FuzzRequest> ParseAll(string text) =>
        text.ReplaceLineEndings("\n").Split("\n###\n").Select(part => Parse(part.Trim('\n')));

    /// <summary>The request as text, so that it can be read and sent again; a body that is no text is in base64.</summary>
    public override string ToString()
    {
        var text = new StringBuilder($"{Method} {Printable(Target)}\n");
        foreach (var (name, value) in Headers)
        {
            text.Append($"{name}: {Printable(value)}\n");
        }

        var body = Encoding.UTF8.GetString(Body);
        var isText = Encoding.UTF8.GetBytes(body).AsSpan().SequenceEqual(Body) && body.All(c => c >= ' ' || c is '\n' or '\t');
        return text.Append('\n').Append(isText ? body : $"base64:{Convert.ToBase64String(Body)}").ToString();
    }

    private static FuzzRequest Parse(string text)
    {
        var end = text.IndexOf("\n\n", StringComparison.Ordinal);
        var head = (end < 0 ? text : text[..end]).Split('\n');
        var line = head[0].Split(' ', 2);
        return new FuzzRequest(
            line[0],
            line[1],
            [.. head.Skip(1).Select(h => h.Split(": ", 2)).Select(h => KeyValuePair.Create(h[0], h[1]))],
            end < 0 ? [] : BodyOf(text[(end + 2)..]));
    }

    private static byte[] BodyOf(string text) => text.StartsWith("base64:", StringComparison.Ordinal)
        ? Convert.FromBase64String(text["base64:".Length..])
        : Encoding.UTF8.GetBytes(text);

    private static string Printable(string text) =>
        string.Concat(text.Select(c => c is >= ' ' and <= '~' ? c.ToString() : $"\\u{(int)c:x4}"));
}
