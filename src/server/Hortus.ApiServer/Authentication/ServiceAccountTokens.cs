using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Hortus.ApiServer.Builtin;
using Hortus.ApiServer.Requests;
using Hortus.Objects;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Hortus.ApiServer.Authentication;

/// <summary>What a service account token to issue says.</summary>
internal sealed record ServiceAccountTokenSpec
{
    public required string Namespace { get; init; }

    public required string Name { get; init; }

    public required string Uid { get; init; }

    /// <summary>Empty takes the audiences of this server.</summary>
    public IReadOnlyList<string> Audiences { get; init; } = [];

    public required TimeSpan Lifetime { get; init; }

    /// <summary>Object whose end ends the token: claim (<c>pod</c>, <c>secret</c>, <c>node</c>), name and
    /// uid.</summary>
    public IReadOnlyList<(string Claim, string Name, string Uid)> BoundTo { get; init; } = [];
}

/// <summary>Issues service account tokens and checks signature, issuer and times of those that come back.</summary>
/// <param name="keys">Keys.</param>
/// <param name="issuers">Accepted issuers; the first one signs.</param>
/// <param name="apiAudiences">Audiences of this server.</param>
/// <param name="time">Clock.</param>
internal sealed class ServiceAccountTokens(
    ServiceAccountKeys keys, IReadOnlyList<string> issuers, IReadOnlyList<string> apiAudiences, TimeProvider time)
{
    /// <summary>Issuer of tokens in Secrets, which have neither audience nor end.</summary>
    public const string LegacyIssuer = "kubernetes/serviceaccount";

    /// <summary>Signatures found good are remembered for at most so many tokens.</summary>
    private const int RememberedMax = 4096;

    private static readonly TimeSpan ClockSkew = TimeSpan.FromSeconds(10);
    private static readonly JsonWebTokenHandler Handler = new() { SetDefaultTimesOnTokenCreation = false };

    private readonly ConcurrentDictionary<string, JsonObject> remembered = new();

    public IReadOnlyList<string> ApiAudiences => apiAudiences;

    /// <summary>Whether tokens can be issued.</summary>
    public bool CanIssue => keys.Signing is not null;

    /// <summary>Issues a token.</summary>
    /// <returns>The token and when it ends.</returns>
    public (string Token, DateTimeOffset Expires) Issue(ServiceAccountTokenSpec spec)
    {
        var now = time.GetUtcNow();
        var expires = now + spec.Lifetime;
        var identity = new JsonObject
        {
            ["namespace"] = spec.Namespace,
            ["serviceaccount"] = new JsonObject { ["name"] = spec.Name, ["uid"] = spec.Uid },
        };
        foreach (var (claim, name, uid) in spec.BoundTo)
        {
            identity[claim] = new JsonObject { ["name"] = name, ["uid"] = uid };
        }

        var payload = new JsonObject
        {
            ["aud"] = ObjectTree.List(spec.Audiences.Count > 0 ? spec.Audiences : apiAudiences),
            ["exp"] = expires.ToUnixTimeSeconds(),
            ["iat"] = now.ToUnixTimeSeconds(),
            ["nbf"] = now.ToUnixTimeSeconds(),
            ["iss"] = issuers[0],
            ["jti"] = Guid.NewGuid().ToString(),
            ["kubernetes.io"] = identity,
            ["sub"] = UserGroups.ServiceAccountUser(spec.Namespace, spec.Name),
        };
        var signing = keys.Signing
            ?? throw new InvalidOperationException("there is no key to sign service account tokens");
        return (Handler.CreateToken(payload.ToJsonString(), signing),
            DateTimeOffset.FromUnixTimeSeconds(expires.ToUnixTimeSeconds()));
    }

    /// <summary>The claims of a token that one of our issuers signed and that is valid now; null for tokens of other
    /// issuers.</summary>
    /// <exception cref="ApiStatusException">401: our issuer, but forged, expired, not yet valid or
    /// unsigned.</exception>
    public async ValueTask<JsonObject?> ReadAsync(string token)
    {
        if (!Handler.CanReadToken(token))
        {
            return null;
        }

        if (remembered.TryGetValue(token, out var known))
        {
            return IsCurrent(known) ? known : throw ApiErrors.Unauthorized();
        }

        JsonWebToken read;
        try
        {
            read = Handler.ReadJsonWebToken(token);
        }
        catch (ArgumentException)
        {
            return null;
        }

        if (read.Issuer != LegacyIssuer && !issuers.Contains(read.Issuer))
        {
            return null;
        }

        var result = await Handler.ValidateTokenAsync(token, Parameters);
        var claims = result.IsValid ? Payload(read) : null;
        if (claims is null)
        {
            throw ApiErrors.Unauthorized();
        }

        if (remembered.Count >= RememberedMax)
        {
            remembered.Clear();
        }

        remembered[token] = claims;
        return claims;
    }

    // Times go by our clock. Which audience is right differs between requests and reviews: the authenticator checks
    // that.
    private TokenValidationParameters Parameters => field ??= new TokenValidationParameters
    {
        ValidIssuers = [.. issuers, LegacyIssuer],
        IssuerSigningKeys = keys.Verifying,
        ValidAlgorithms =
        [
            SecurityAlgorithms.RsaSha256, SecurityAlgorithms.EcdsaSha256,
            SecurityAlgorithms.EcdsaSha384, SecurityAlgorithms.EcdsaSha512,
        ],
        RequireSignedTokens = true,
        AudienceValidator = static (meant, token, _) => token.Issuer == LegacyIssuer || meant.Any(),
        LifetimeValidator = (_, _, token, _) => token is JsonWebToken read && Payload(read) is { } claims
            && IsCurrent(claims),
    };

    private static JsonObject? Payload(JsonWebToken token) =>
        JsonNode.Parse(Base64UrlEncoder.DecodeBytes(token.EncodedPayload)) as JsonObject;

    private bool IsCurrent(JsonObject claims)
    {
        var now = time.GetUtcNow();
        var isLegacy = claims.Text("iss") == LegacyIssuer;
        return (claims.Number("exp") is { } exp ? now < DateTimeOffset.FromUnixTimeSeconds(exp) : isLegacy)
            && (claims.Number("nbf") is not { } nbf || now + ClockSkew >= DateTimeOffset.FromUnixTimeSeconds(nbf));
    }
}
