using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Hortus.Pki;

namespace Hortus.ApiServer.Authentication;

/// <summary>Checks client certificates against a bundle of roots.</summary>
internal sealed class CertificateVerifier
{
    private static readonly Oid ClientUse = new("1.3.6.1.5.5.7.3.2");

    private static readonly TimeSpan CheckInterval = TimeSpan.FromSeconds(1);
    private readonly TimeProvider time;
    private readonly string? path;
    private Trust trust;
    private DateTime loadedFrom;
    private long checkedAt;

    public CertificateVerifier(X509Certificate2Collection roots, TimeProvider time)
    {
        this.time = time;
        trust = new Trust(roots);
    }

    private CertificateVerifier(string path, TimeProvider time)
        : this(Read(path), time)
    {
        this.path = path;
        loadedFrom = File.GetLastWriteTimeUtc(path);
        checkedAt = time.GetTimestamp();
    }

    /// <summary>Reads a bundle of roots; it is read again when the file changes.</summary>
    /// <exception cref="IOException">The file cannot be read or holds no certificate; the message names it.</exception>
    public static CertificateVerifier Load(string path, TimeProvider time) => new(path, time);

    /// <summary>The subject of a certificate that one of the roots vouches for and that is valid now for clients;
    /// otherwise null.</summary>
    public CertificateSubject? Verify(X509Certificate2 certificate)
    {
        Refresh();
        var current = Volatile.Read(ref trust);
        var verdict = current.Verdicts.GetValue(certificate, c => Check(c, current.Roots));
        var now = time.GetUtcNow();
        return now >= verdict.NotBefore && now <= verdict.NotAfter ? verdict.Subject : null;
    }

    private Verdict Check(X509Certificate2 certificate, X509Certificate2Collection roots)
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

    private static X509Certificate2Collection Read(string path)
    {
        try
        {
            return Pem.ReadBundle(File.ReadAllText(path));
        }
        catch (CryptographicException e)
        {
            throw new IOException($"{path}: holds no certificate in PEM", e);
        }
    }

    private void Refresh()
    {
        var last = Interlocked.Read(ref checkedAt);
        if (path is null || time.GetElapsedTime(last) < CheckInterval
            || Interlocked.CompareExchange(ref checkedAt, time.GetTimestamp(), last) != last)
        {
            return;
        }

        try
        {
            var changed = File.GetLastWriteTimeUtc(path);
            if (changed != loadedFrom)
            {
                Volatile.Write(ref trust, new Trust(Read(path)));
                loadedFrom = changed;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The file is being replaced; until it is whole, the old roots hold.
        }
    }

    /// <summary>Roots, and what they say of certificates. A connection presents the same certificate instance with every
    /// request; chains are built once for each.</summary>
    private sealed record Trust(X509Certificate2Collection Roots)
    {
        public ConditionalWeakTable<X509Certificate2, Verdict> Verdicts { get; } = [];
    }

    private sealed record Verdict(CertificateSubject? Subject, DateTimeOffset NotBefore, DateTimeOffset NotAfter);
}
