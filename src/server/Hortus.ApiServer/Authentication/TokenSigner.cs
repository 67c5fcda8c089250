using System.Text.Json.Nodes;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Hortus.ApiServer.Authentication;

/// <summary>Signs tokens with a private key.</summary>
public sealed class TokenSigner
{
    private static readonly JsonWebTokenHandler Handler = new() { SetDefaultTimesOnTokenCreation = false };

    private readonly SigningCredentials signing;

    private TokenSigner(SigningCredentials signing) => this.signing = signing;

    /// <summary>Reads the key, RSA or EC in PEM.</summary>
    /// <exception cref="IOException">The file cannot be read or holds no private key; the message names it.</exception>
    public static TokenSigner Load(string file) => new(ServiceAccountKeys.Load(file, []).Signing!);

    /// <summary>The signed token with these claims.</summary>
    public string Sign(JsonObject claims)
    {
        ArgumentNullException.ThrowIfNull(claims);
        return Handler.CreateToken(claims.ToJsonString(), signing);
    }
}
