namespace Hortus.Pki;

/// <summary>The time during which a certificate is valid.</summary>
public readonly record struct CertificateExpiry(DateTimeOffset NotBefore, DateTimeOffset NotAfter)
{
    /// <summary>Validity of the first certificate in a PEM text.</summary>
    /// <exception cref="System.Security.Cryptography.CryptographicException">The text holds no certificate.</exception>
    public static CertificateExpiry Of(string certificatePem)
    {
        using var certificate = Pem.ReadCertificate(certificatePem);
        return new CertificateExpiry(certificate.NotBefore.ToUniversalTime(), certificate.NotAfter.ToUniversalTime());
    }

    /// <summary>Whether the certificate is past its end.</summary>
    public bool IsExpired(TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(clock);
        return clock.GetUtcNow() >= NotAfter;
    }

    /// <summary>The moment at which this share (0 to 1) of the validity has passed.</summary>
    public DateTimeOffset At(double share) => NotBefore + ((NotAfter - NotBefore) * share);

    /// <summary>Whether at least this share (default 0.8) of the validity has passed.</summary>
    public bool NeedsRenewal(TimeProvider clock, double share = 0.8)
    {
        ArgumentNullException.ThrowIfNull(clock);
        return clock.GetUtcNow() >= At(share);
    }
}
