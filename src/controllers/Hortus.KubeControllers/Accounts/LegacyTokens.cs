using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Hortus.Objects.Kubernetes;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Hortus.KubeControllers.Accounts;

/// <summary>Signs tokens that stay valid as long as the Secret they stand in. Safe for many threads.</summary>
internal sealed class LegacyTokens
{
    private const string Issuer = "kubernetes/serviceaccount";
    private const string Claim = "kubernetes.io/serviceaccount/";

    private static readonly JsonWebTokenHandler Handler = new() { SetDefaultTimesOnTokenCreation = false };

    private readonly SigningCredentials credentials;

    private LegacyTokens(SigningCredentials credentials) => this.credentials = credentials;

    /// <summary>Reads the signing key, EC or RSA.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="CryptographicException">The file holds no private key in PEM; the message names it.</exception>
    public static LegacyTokens Load(string file)
    {
        var pem = File.ReadAllText(file);
        return new LegacyTokens(ReadEc(pem) ?? ReadRsa(pem) ??
            throw new CryptographicException($"{file}: holds no EC or RSA private key in PEM"));
    }

    /// <summary>The token of an account for the Secret that keeps it.</summary>
    public string Issue(ServiceAccount account, Secret secret) => Handler.CreateToken(
        new JsonObject
        {
            ["iss"] = Issuer,
            [Claim + "namespace"] = account.Metadata.Namespace,
            [Claim + "secret.name"] = secret.Metadata.Name,
            [Claim + "service-account.name"] = account.Metadata.Name,
            [Claim + "service-account.uid"] = account.Metadata.Uid,
            ["sub"] = $"system:serviceaccount:{account.Metadata.Namespace}:{account.Metadata.Name}",
        }.ToJsonString(),
        credentials);

    private static SigningCredentials? ReadEc(string pem)
    {
        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(pem);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            key.Dispose();
            return null;
        }

        var algorithm = key.KeySize switch
        {
            384 => SecurityAlgorithms.EcdsaSha384,
            521 => SecurityAlgorithms.EcdsaSha512,
            _ => SecurityAlgorithms.EcdsaSha256,
        };
        return new(new ECDsaSecurityKey(key) { KeyId = KeyId(key) }, algorithm);
    }

    private static SigningCredentials? ReadRsa(string pem)
    {
        var key = RSA.Create();
        try
        {
            key.ImportFromPem(pem);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            key.Dispose();
            return null;
        }

        return new(new RsaSecurityKey(key) { KeyId = KeyId(key) }, SecurityAlgorithms.RsaSha256);
    }

    private static string KeyId(AsymmetricAlgorithm key) =>
        Base64Url.EncodeToString(SHA256.HashData(key.ExportSubjectPublicKeyInfo()));
}
