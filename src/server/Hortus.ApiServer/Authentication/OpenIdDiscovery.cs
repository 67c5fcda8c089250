using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Hortus.ApiServer.Builtin;
using Hortus.ApiServer.Requests;
using Microsoft.AspNetCore.Http;
using Microsoft.IdentityModel.Tokens;

namespace Hortus.ApiServer.Authentication;

/// <summary>What others need to check service account tokens by themselves.</summary>
internal static class OpenIdDiscovery
{
    /// <summary>The paths and their answers.</summary>
    public static IReadOnlyDictionary<string, RequestDelegate> Paths(
        ServiceAccountKeys keys, IReadOnlyList<string> issuers)
    {
        var configuration = new JsonObject
        {
            ["issuer"] = issuers[0],
            ["jwks_uri"] = issuers[0].TrimEnd('/') + "/openid/v1/jwks",
            ["response_types_supported"] = new JsonArray("id_token"),
            ["subject_types_supported"] = new JsonArray("public"),
            ["id_token_signing_alg_values_supported"] =
                ObjectTree.List(keys.Verifying.Select(ServiceAccountKeys.Algorithm).Distinct()),
        };
        var set = new JsonObject { ["keys"] = new JsonArray([.. keys.Verifying.Select(Describe)]) };
        return new Dictionary<string, RequestDelegate>
        {
            ["/.well-known/openid-configuration"] = http => AnswerAsync(http, configuration),
            ["/openid/v1/jwks"] = http => AnswerAsync(http, set),
        };
    }

    private static Task AnswerAsync(HttpContext http, JsonObject document) =>
        ResponseBody.WriteAsync(http, 200, document, http.RequestAborted);

    private static JsonObject Describe(SecurityKey key)
    {
        var json = new JsonObject
        {
            ["use"] = "sig",
            ["kty"] = key is RsaSecurityKey ? "RSA" : "EC",
            ["kid"] = key.KeyId,
            ["alg"] = ServiceAccountKeys.Algorithm(key),
        };
        if (key is RsaSecurityKey rsa)
        {
            var parameters = rsa.Rsa.ExportParameters(includePrivateParameters: false);
            json["n"] = Base64Url.EncodeToString(parameters.Modulus);
            json["e"] = Base64Url.EncodeToString(parameters.Exponent);
        }
        else if (key is ECDsaSecurityKey ec)
        {
            ECParameters parameters = ec.ECDsa.ExportParameters(includePrivateParameters: false);
            json["crv"] = $"P-{key.KeySize}";
            json["x"] = Base64Url.EncodeToString(parameters.Q.X);
            json["y"] = Base64Url.EncodeToString(parameters.Q.Y);
        }

        return json;
    }
}
