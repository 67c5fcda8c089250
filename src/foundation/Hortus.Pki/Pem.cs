using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Hortus.Pki;

/// <summary>Reads and writes certificates in PEM.</summary>
public static class Pem
{
    /// <summary>The first certificate of a PEM text, without private key.</summary>
    /// <exception cref="CryptographicException">The text holds no certificate.</exception>
    public static X509Certificate2 ReadCertificate(string pem) => X509Certificate2.CreateFromPem(pem);

    /// <summary>A certificate with its private key, in the form that TLS stacks of .NET take on every
    /// platform.</summary>
    /// <exception cref="CryptographicException">A text is not PEM, or the key does not belong to the
    /// certificate.</exception>
    public static X509Certificate2 ReadKeyPair(string certificatePem, string privateKeyPem) =>
        X509Certificate2.CreateFromPem(certificatePem, privateKeyPem);

    /// <summary>All certificates of a PEM text; other blocks are skipped.</summary>
    /// <exception cref="CryptographicException">A block is not a certificate, or there is none.</exception>
    public static X509Certificate2Collection ReadBundle(string pem)
    {
        var bundle = new X509Certificate2Collection();
        bundle.ImportFromPem(pem);
        return bundle.Count > 0
            ? bundle
            : throw new CryptographicException("the PEM text holds no certificate (no CERTIFICATE block)");
    }

    /// <summary>The certificate as PEM with a final line break.</summary>
    public static string Write(X509Certificate2 certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        return certificate.ExportCertificatePem() + "\n";
    }

    /// <summary>Joins several PEM texts to a bundle, each certificate once.</summary>
    public static string Bundle(params IEnumerable<string> pems)
    {
        ArgumentNullException.ThrowIfNull(pems);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var blocks = new List<string>();
        foreach (var pem in pems)
        {
            foreach (var certificate in ReadBundle(pem))
            {
                using (certificate)
                {
                    if (seen.Add(certificate.Thumbprint))
                    {
                        blocks.Add(Write(certificate));
                    }
                }
            }
        }

        return string.Concat(blocks);
    }
}
