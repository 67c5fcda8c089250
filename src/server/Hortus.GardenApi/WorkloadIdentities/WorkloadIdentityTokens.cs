using System.Text.Json.Nodes;
using Hortus.ApiServer.Authentication;
using Hortus.Objects;
using Hortus.Objects.Gardener.Security;

namespace Hortus.GardenApi.WorkloadIdentities;

/// <summary>Issues the tokens of WorkloadIdentities.</summary>
internal sealed class WorkloadIdentityTokens(
    TokenSigner signer, string issuer, TimeSpan expirationMax, TimeProvider time)
{
    /// <summary>Longest life of a token.</summary>
    public TimeSpan ExpirationMax => expirationMax;

    /// <summary>Makes the issuer; null when tokens are not issued.</summary>
    /// <exception cref="IOException">Only one of issuer and key is given, or the key cannot be read; the message says what to
    /// do.</exception>
    public static WorkloadIdentityTokens? Create(GardenApiOptions options, TimeProvider time) =>
        (options.WorkloadIdentityTokenIssuer, options.WorkloadIdentitySigningKeyFile) switch
        {
            (null, null) => null,
            ({ } issuer, { } file) => new WorkloadIdentityTokens(
                TokenSigner.Load(file), issuer, options.WorkloadIdentityTokenMaxExpiration, time),
            _ => throw new IOException(
                "--workload-identity-token-issuer and --workload-identity-signing-key-file belong together; give both or none"),
        };

    /// <summary>Issues a token.</summary>
    /// <param name="identity">Whose.</param>
    /// <param name="context">Objects on whose behalf it will be used, by claim.</param>
    /// <param name="lifetime">How long it lives.</param>
    /// <returns>The token and when it ends.</returns>
    public (string Token, DateTimeOffset Expires) Issue(
        WorkloadIdentity identity, IReadOnlyDictionary<string, ObjectMeta> context, TimeSpan lifetime)
    {
        var now = time.GetUtcNow();
        var expires = DateTimeOffset.FromUnixTimeSeconds((now + lifetime).ToUnixTimeSeconds());
        var known = new JsonObject { ["workloadIdentity"] = Claim(identity.Metadata) };
        foreach (var (claim, metadata) in context)
        {
            known[claim] = Claim(metadata);
        }

        var payload = new JsonObject
        {
            ["aud"] = new JsonArray([.. identity.Spec.Audiences.Select(a => (JsonNode?)a)]),
            ["exp"] = expires.ToUnixTimeSeconds(),
            ["gardener.cloud"] = known,
            ["iat"] = now.ToUnixTimeSeconds(),
            ["iss"] = issuer,
            ["jti"] = Guid.NewGuid().ToString(),
            ["nbf"] = now.ToUnixTimeSeconds(),
            ["sub"] = identity.Status?.Sub ?? "",
        };
        return (signer.Sign(payload), expires);
    }

    private static JsonObject Claim(ObjectMeta metadata)
    {
        var claim = new JsonObject { ["name"] = metadata.Name, ["uid"] = metadata.Uid };
        if (metadata.Namespace is not null)
        {
            claim["namespace"] = metadata.Namespace;
        }

        return claim;
    }
}
