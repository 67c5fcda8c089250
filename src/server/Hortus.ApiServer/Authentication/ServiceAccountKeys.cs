using System.Buffers.Text;
using System.Security.Cryptography;
using Microsoft.IdentityModel.Tokens;

namespace Hortus.ApiServer.Authentication;

/// <summary>The keys that sign and verify service account tokens. Key ids are the base64url of the public key's
/// SHA-256.</summary>
internal sealed class ServiceAccountKeys
{
    private ServiceAccountKeys(SigningCredentials? signing, IReadOnlyList<SecurityKey> verifying)
    {
        Signing = signing;
        Verifying = verifying;
    }

    /// <summary>Null when tokens cannot be issued.</summary>
    public SigningCredentials? Signing { get; }

    public IReadOnlyList<SecurityKey> Verifying { get; }

    /// <summary>Reads the PEM files; a file may hold several keys, public, private or in certificates.</summary>
    /// <exception cref="IOException">A file cannot be read or holds no RSA or EC key; the message names it.</exception>
    public static ServiceAccountKeys Load(string? signingFile, IReadOnlyList<string> verifyingFiles)
    {
        var signing = signingFile is null ? null : ReadFile(signingFile)[0];
        if (signing is not null && !HasPrivate(signing))
        {
            throw new IOException(
                $"{signingFile}: want a private key to sign service account tokens, found a public one");
        }

        List<SecurityKey> verifying = [.. verifyingFiles.SelectMany(ReadFile)];
        if (signing is not null && verifying.TrueForAll(k => k.KeyId != signing.KeyId))
        {
            verifying.Insert(0, signing);
        }

        return new ServiceAccountKeys(
            signing is null ? null : new SigningCredentials(signing, Algorithm(signing)), verifying);
    }

    /// <summary>The JWS algorithm that goes with a key.</summary>
    public static string Algorithm(SecurityKey key) => key switch
    {
        ECDsaSecurityKey { KeySize: 384 } => SecurityAlgorithms.EcdsaSha384,
        ECDsaSecurityKey { KeySize: 521 } => SecurityAlgorithms.EcdsaSha512,
        ECDsaSecurityKey => SecurityAlgorithms.EcdsaSha256,
        _ => SecurityAlgorithms.RsaSha256,
    };

    /// <summary>Reads the keys of a PEM text.</summary>
    internal static List<SecurityKey> Read(string pem)
    {
        var keys = new List<SecurityKey>();
        var rest = pem.AsSpan();
        while (PemEncoding.TryFind(rest, out var fields))
        {
            var label = rest[fields.Label].ToString();
            if (label.EndsWith("KEY", StringComparison.Ordinal))
            {
                keys.Add(ReadKey(rest[fields.Location].ToString(), label));
            }

            rest = rest[fields.Location.End..];
        }

        return keys;
    }

    private static List<SecurityKey> ReadFile(string path)
    {
        try
        {
            var keys = Read(File.ReadAllText(path));
            return keys.Count > 0 ? keys : throw new IOException($"{path}: holds no RSA or EC key in PEM");
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            throw new IOException($"{path}: holds a key that is neither RSA nor EC in PEM", e);
        }
    }

    private static SecurityKey ReadKey(string pem, string label)
    {
        if (!label.StartsWith("EC", StringComparison.Ordinal))
        {
            try
            {
                var rsa = RSA.Create();
                rsa.ImportFromPem(pem);
                return new RsaSecurityKey(rsa) { KeyId = KeyId(rsa.ExportSubjectPublicKeyInfo()) };
            }
            catch (Exception e) when (e is CryptographicException or ArgumentException)
            {
                // PKCS#8 does not say in its label which sort of key it holds: try EC below.
            }
        }

        var ec = ECDsa.Create();
        ec.ImportFromPem(pem);
        return new ECDsaSecurityKey(ec) { KeyId = KeyId(ec.ExportSubjectPublicKeyInfo()) };
    }

    private static bool HasPrivate(SecurityKey key) =>
        key is AsymmetricSecurityKey { PrivateKeyStatus: not PrivateKeyStatus.DoesNotExist };

    private static string KeyId(byte[] publicKey) => Base64Url.EncodeToString(SHA256.HashData(publicKey));
}
