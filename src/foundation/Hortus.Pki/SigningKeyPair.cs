using System.Buffers.Text;
using System.Security.Cryptography;

namespace Hortus.Pki;

/// <summary>A P-256 key pair that signs service account tokens (ES256). The private key is a secret.</summary>
public sealed record SigningKeyPair
{
    private SigningKeyPair(string privateKeyPem, string publicKeyPem, string keyId)
    {
        PrivateKeyPem = privateKeyPem;
        PublicKeyPem = publicKeyPem;
        KeyId = keyId;
    }

    public string PrivateKeyPem { get; }

    public string PublicKeyPem { get; }

    /// <summary>Base64url of the SHA-256 of the public key, the form of Kubernetes' <c>kid</c>.</summary>
    public string KeyId { get; }

    /// <summary>Makes a new pair.</summary>
    public static SigningKeyPair Create()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return Of(key);
    }

    /// <summary>Takes up a pair from its private key.</summary>
    /// <exception cref="CryptographicException">The text is not an EC private key.</exception>
    public static SigningKeyPair Load(string privateKeyPem)
    {
        using var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(privateKeyPem);
        }
        catch (ArgumentException e)
        {
            throw new CryptographicException("the text is no private key in PEM", e);
        }

        return Of(key);
    }

    public override string ToString() => $"{nameof(SigningKeyPair)} {KeyId}";

    private static SigningKeyPair Of(ECDsa key) => new(
        key.ExportPkcs8PrivateKeyPem() + "\n",
        key.ExportSubjectPublicKeyInfoPem() + "\n",
        Base64Url.EncodeToString(SHA256.HashData(key.ExportSubjectPublicKeyInfo())));
}
