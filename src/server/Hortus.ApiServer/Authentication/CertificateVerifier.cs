using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Hortus.Pki;

namespace Hortus.ApiServer.Authentication;

/// <summary>Checks client certificates against a bundle of roots.</summary>
internal sealed class CertificateVerifier
{
    private static readonly Oid ClientUse = new("1.3.6.1.5.5.7.3.2");

    private readonly X509Certificate2Collection roots;
    private readonly TimeProvider time;

    // A connection presents the same certificate instance with every request; chains are built once for each.
    private readonly ConditionalWeakTable<X509Certificate2, Verdict> verdicts = [];

    public CertificateVerifier(X509Certificate2Collection roots, TimeProvider time)
    {
        this.roots = roots;
        this.time = time;
    }

    /// <summary>Reads a bundle of roots.</summary>
    /// <exception cref="IOException">The file cannot be read or holds no certificate; the message names it.</exception>
    public static CertificateVerifier Load(string path, TimeProvider time)
    {
        try
        {
            return new CertificateVerifier(Pem.ReadBundle(File.ReadAllText(path)), time);
        }
        catch (CryptographicException e)
        {
            throw new IOException($"{path}: holds no certificate in PEM", e);
        }
    }

    /// <summary>The subject of a certificate that one of the roots vouches for and that is valid now for clients;
    /// otherwise null.</summary>
    public CertificateSubject? Verify(X509Certificate2 certificate)
    {
        var verdict = verdicts.GetValue(certificate, Check);
        var now = time.GetUtcNow();
        return now >= verdict.NotBefore && now <= verdict.NotAfter ? verdict.Subject : null;
    }

    private Verdict Check(X509Certificate2 certificate)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(roots);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.ApplicationPolicy.Add(ClientUse);
        chain.ChainPolicy.VerificationTimeIgnored = false;
        chain.ChainPolicy.VerificationTime = time.GetUtcNow().UtcDateTime;
        var trusted = chain.Build(certificate);
        return new Verdict(
            trusted ? CertificateSubject.Of(certificate) : null,
            certificate.NotBefore.ToUniversalTime(),
            certificate.NotAfter.ToUniversalTime());
    }

    private sealed record Verdict(CertificateSubject? Subject, DateTimeOffset NotBefore, DateTimeOffset NotAfter);
}
