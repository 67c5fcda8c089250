using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace Hortus.Oci;

/// <summary>A token of a token server.</summary>
/// <param name="Value">A secret.</param>
/// <param name="Expires">When it is asked for anew.</param>
internal sealed record BearerToken(string Value, DateTimeOffset Expires);

/// <summary>Whose token for what.</summary>
/// <param name="Repository">Registry and repository.</param>
/// <param name="Writes">Whether it allows to push.</param>
/// <param name="Fingerprint">Whose credentials it was got with.</param>
internal sealed record TokenKey(string Repository, bool Writes, string Fingerprint);

/// <summary>Gets tokens from the servers that registries name, and keeps them until shortly before they expire.</summary>
internal sealed class TokenSource(RegistryOptions options, RetrySchedule schedule, TimeProvider clock)
{
    private const int TokensMax = 1000;
    private const int AnswerBytesMax = 1024 * 1024;
    private const int LifetimeSecondsDefault = 60;
    private const double UsedLifetime = 0.8;
    private const string ClientId = "hortus";

    private readonly ConcurrentDictionary<TokenKey, BearerToken> tokens = new();

    /// <summary>A token that still holds; null when there is none.</summary>
    public BearerToken? Kept(TokenKey key) =>
        tokens.TryGetValue(key, out var token) && token.Expires > clock.GetUtcNow() ? token : null;

    public void Forget(TokenKey key) => tokens.TryRemove(key, out _);

    /// <summary>Asks for a token.</summary>
    /// <param name="key">Where it is kept.</param>
    /// <param name="realm">The token server.</param>
    /// <param name="challenge">What the registry wants, with a scope.</param>
    /// <param name="credential">Who asks.</param>
    /// <param name="connection">The way there.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="OciException">The server gives none.</exception>
    public async Task<BearerToken> FetchAsync(
        TokenKey key, Uri realm, AuthChallenge challenge, RegistryCredential credential, RegistryConnection connection,
        CancellationToken cancellationToken)
    {
        using var request = credential.IdentityToken is null ? Get(realm, challenge, credential) : Post(realm, challenge, credential);
        using var response = await connection.SendAsync(request, cancellationToken);
        if (response.StatusCode != HttpStatusCode.OK)
        {
            var words = await RegistryError.DescribeAsync(response, options, clock, cancellationToken);
            var refusal = credential.IsAnonymous
                ? "wants credentials, and none were given for the registry"
                : $"gives no token for {credential}";
            throw new OciException(
                RegistryError.KindOf(response.StatusCode),
                credential.Scrub($"the token server {RegistryConnection.Place(realm)} {refusal}: {words}"))
            {
                RetryAfter = schedule.AskedFor(response),
            };
        }

        var token = Read(await ResponseBody.ReadAsync(response, AnswerBytesMax, options, clock, cancellationToken), realm);
        Keep(key, token);
        return token;
    }

    private static HttpRequestMessage Get(Uri realm, AuthChallenge challenge, RegistryCredential credential)
    {
        var query = realm.Query.Length > 1 ? realm.Query[1..] + "&" : "";
        query += challenge.Service is null ? "" : $"service={Uri.EscapeDataString(challenge.Service)}&";
        query += string.Join('&', (challenge.Scope ?? "").Split(' ').Select(scope => "scope=" + Uri.EscapeDataString(scope)));
        var request = new HttpRequestMessage(HttpMethod.Get, new UriBuilder(realm) { Query = query }.Uri);
        if (credential.Basic() is { } basic)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue(AuthChallenge.Basic, basic);
        }

        return request;
    }

    private static HttpRequestMessage Post(Uri realm, AuthChallenge challenge, RegistryCredential credential) =>
        new(HttpMethod.Post, realm)
        {
            Content = new FormUrlEncodedContent(new Dictionary<string, string>
            {
                ["grant_type"] = "refresh_token",
                ["client_id"] = ClientId,
                ["service"] = challenge.Service ?? "",
                ["scope"] = challenge.Scope ?? "",
                ["refresh_token"] = credential.IdentityToken!,
            }),
        };

    private BearerToken Read(byte[] json, Uri realm)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var root = document.RootElement;
            var value = (root.TryGetProperty("token", out var token) ? token.GetString() : null)
                ?? (root.TryGetProperty("access_token", out var access) ? access.GetString() : null);
            var seconds = root.TryGetProperty("expires_in", out var expires) && expires.TryGetInt32(out var given) && given > 0
                ? given
                : LifetimeSecondsDefault;
            if (!string.IsNullOrEmpty(value) && !value.Any(char.IsControl))
            {
                return new BearerToken(value, clock.GetUtcNow() + (TimeSpan.FromSeconds(seconds) * UsedLifetime));
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Said below: what it is instead may hold a secret.
        }

        throw new OciException(
            OciFailure.BadContent, $"the token server {RegistryConnection.Place(realm)} answered with something else than a token");
    }

    private void Keep(TokenKey key, BearerToken token)
    {
        if (tokens.Count >= TokensMax)
        {
            var now = clock.GetUtcNow();
            foreach (var (known, old) in tokens)
            {
                if (old.Expires <= now || tokens.Count >= 2 * TokensMax)
                {
                    tokens.TryRemove(known, out _);
                }
            }
        }

        tokens[key] = token;
    }
}
