using System.Net.Http.Headers;
using System.Text;
using System.Text.RegularExpressions;

namespace Hortus.Oci;

/// <summary>How a registry wants requests to be authorized: the part of WWW-Authenticate that matters.</summary>
/// <param name="Scheme">Bearer or Basic.</param>
/// <param name="Realm">Address of the token server.</param>
/// <param name="Service">Whom tokens are for.</param>
/// <param name="Scope">What a token must allow; null when the registry does not say.</param>
internal sealed partial record AuthChallenge(string Scheme, string? Realm, string? Service, string? Scope)
{
    public const string Bearer = "Bearer";
    public const string Basic = "Basic";

    public bool IsBearer => Scheme == Bearer;

    /// <summary>The strongest challenge that can be answered; null when there is none.</summary>
    public static AuthChallenge? Of(HttpResponseHeaders headers)
    {
        AuthChallenge? basic = null;

        // Not the parsed form of the header: what one registry writes in an odd way would be missing from it.
        if (!headers.NonValidated.TryGetValues("WWW-Authenticate", out var lines))
        {
            return null;
        }

        foreach (var line in lines)
        {
            foreach (Match match in SchemePattern().Matches(line))
            {
                if (match.Groups[1].Value.Equals(Bearer, StringComparison.OrdinalIgnoreCase))
                {
                    var values = Parameters(line[(match.Index + match.Length)..]);
                    return new AuthChallenge(
                        Bearer, values.GetValueOrDefault("realm"), values.GetValueOrDefault("service"), values.GetValueOrDefault("scope"));
                }

                basic = new AuthChallenge(Basic, null, null, null);
            }
        }

        return basic;
    }

    [GeneratedRegex(@"(?:^|,)\s*(Bearer|Basic)(?:\s+|$)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex SchemePattern();

    /// <summary>Reads <c>name="value",...</c>; values may be quoted, with backslashes before quotes.</summary>
    private static Dictionary<string, string> Parameters(string text)
    {
        var found = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        for (var at = 0; at < text.Length;)
        {
            var equals = text.IndexOf('=', at);
            if (equals < 0)
            {
                break;
            }

            var name = text[at..equals].Trim(' ', ',', '\t');
            at = equals + 1;
            var value = new StringBuilder();
            var isQuoted = at < text.Length && text[at] == '"';
            for (at += isQuoted ? 1 : 0; at < text.Length && text[at] != (isQuoted ? '"' : ','); at++)
            {
                at += isQuoted && text[at] == '\\' && at + 1 < text.Length ? 1 : 0;
                value.Append(text[at]);
            }

            at = text.IndexOf(',', Math.Min(at, text.Length)) is >= 0 and var comma ? comma + 1 : text.Length;
            found.TryAdd(name, value.ToString());
        }

        return found;
    }
}
