using System.Buffers.Text;
using System.Text;
using Hortus.ApiServer.Requests;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Hortus.ApiServer.Authentication;

/// <summary>
/// The token of an <c>Authorization: Bearer</c> header, or of the WebSocket subprotocol that browsers use in its place.
/// Credentials that nobody knows are refused, never taken as anonymous.
/// </summary>
internal sealed class BearerTokenAuthenticator(
    IReadOnlyList<ITokenAuthenticator> authenticators, IReadOnlyList<string> audiences) : IAuthenticator
{
    private const string Scheme = "Bearer ";
    private const string ProtocolPrefix = "base64url.bearer.authorization.k8s.io.";

    /// <summary>Whether a request carries credentials besides a certificate.</summary>
    public static bool HasToken(HttpContext http) =>
        http.Request.Headers.Authorization.Count > 0 || FindProtocol(http.Request.Headers) is not null;

    /// <inheritdoc/>
    public async ValueTask<UserInfo?> AuthenticateAsync(HttpContext http, CancellationToken cancellationToken)
    {
        if (!HasToken(http))
        {
            return null;
        }

        var owner = Read(http.Request.Headers) is { Length: > 0 } token
            ? await FindAsync(authenticators, token, audiences, cancellationToken)
            : null;

        // The token ends here: nothing behind (a kubelet, an aggregated server) may see it.
        http.Request.Headers.Remove(HeaderNames.Authorization);
        return owner?.User ?? throw ApiErrors.Unauthorized();
    }

    /// <summary>Asks each authenticator in turn.</summary>
    /// <exception cref="ApiStatusException">401: see <see cref="ITokenAuthenticator"/>.</exception>
    public static async ValueTask<TokenOwner?> FindAsync(
        IReadOnlyList<ITokenAuthenticator> authenticators,
        string token,
        IReadOnlyList<string> audiences,
        CancellationToken cancellationToken)
    {
        foreach (var authenticator in authenticators)
        {
            if (await authenticator.AuthenticateAsync(token, audiences, cancellationToken) is { } owner)
            {
                return owner;
            }
        }

        return null;
    }

    private static string? FindProtocol(IHeaderDictionary headers) =>
        headers.GetCommaSeparatedValues(HeaderNames.SecWebSocketProtocol)
            .FirstOrDefault(p => p.StartsWith(ProtocolPrefix, StringComparison.Ordinal));

    private static string? Read(IHeaderDictionary headers)
    {
        if (headers.Authorization.Count > 0)
        {
            var header = headers.Authorization.ToString();
            return header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
                ? header[Scheme.Length..].Trim()
                : null;
        }

        var protocol = FindProtocol(headers)!;
        headers[HeaderNames.SecWebSocketProtocol] = string.Join(", ",
            headers.GetCommaSeparatedValues(HeaderNames.SecWebSocketProtocol).Where(p => p != protocol));
        try
        {
            return Encoding.UTF8.GetString(Base64Url.DecodeFromChars(protocol.AsSpan(ProtocolPrefix.Length)));
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
