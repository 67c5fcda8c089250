using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Hortus.Pki;

/// <summary>A private key that can sign certificates, EC or RSA.</summary>
internal sealed class SigningKey : IDisposable
{
    private readonly AsymmetricAlgorithm key;

    private SigningKey(AsymmetricAlgorithm key, X509SignatureGenerator generator)
    {
        this.key = key;
        Generator = generator;
    }

    public X509SignatureGenerator Generator { get; }

    public PublicKey PublicKey => Generator.PublicKey;

    public static SigningKey Read(string privateKeyPem)
    {
        var ec = ECDsa.Create();
        try
        {
            ec.ImportFromPem(privateKeyPem);
            return new SigningKey(ec, X509SignatureGenerator.CreateForECDsa(ec));
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            ec.Dispose();
        }

        var rsa = RSA.Create();
        try
        {
            rsa.ImportFromPem(privateKeyPem);
            return new SigningKey(rsa, X509SignatureGenerator.CreateForRSA(rsa, RSASignaturePadding.Pkcs1));
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            rsa.Dispose();
            throw new CryptographicException("the private key is not an EC or RSA key in PEM", e);
        }
    }

    public void Dispose() => key.Dispose();
}
