using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Hortus.Pki;

/// <summary>A certificate authority held in memory: issues leaf certificates and signs requests. Immutable and safe to
/// share between threads.</summary>
public sealed class CertificateAuthority
{
    /// <summary>Validity of an authority where nothing else is asked for: ten years.</summary>
    public static readonly TimeSpan ValidityDefault = TimeSpan.FromDays(3650);

    // Clocks of nodes differ; a certificate is usable at once on those that are behind.
    private static readonly TimeSpan Backdating = TimeSpan.FromMinutes(5);

    private readonly TimeProvider clock;

    private CertificateAuthority(string certificatePem, string privateKeyPem, TimeProvider clock)
    {
        CertificatePem = certificatePem;
        PrivateKeyPem = privateKeyPem;
        this.clock = clock;
    }

    /// <summary>The authority's certificate.</summary>
    public string CertificatePem { get; }

    /// <summary>The authority's private key. A secret.</summary>
    public string PrivateKeyPem { get; }

    /// <summary>Makes a new self-signed authority with a P-256 key.</summary>
    public static CertificateAuthority Create(string commonName, TimeSpan validity, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(clock);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var name = DistinguishedNames.Build(commonName, []);
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(
            X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign | X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        var now = clock.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now - Backdating, now + validity);
        return new CertificateAuthority(Pem.Write(certificate), key.ExportPkcs8PrivateKeyPem() + "\n", clock);
    }

    /// <summary>Takes up an authority made earlier. EC and RSA keys are accepted.</summary>
    /// <exception cref="CryptographicException">A text is not PEM, or the key does not belong to the
    /// certificate.</exception>
    public static CertificateAuthority Load(string certificatePem, string privateKeyPem, TimeProvider clock)
    {
        using var certificate = Pem.ReadCertificate(certificatePem);
        using var key = SigningKey.Read(privateKeyPem);
        if (!key.PublicKey.ExportSubjectPublicKeyInfo().AsSpan()
            .SequenceEqual(certificate.PublicKey.ExportSubjectPublicKeyInfo()))
        {
            throw new CryptographicException(
                $"the private key does not belong to the CA certificate \"{certificate.Subject}\"");
        }

        return new CertificateAuthority(certificatePem, privateKeyPem, clock);
    }

    /// <summary>Makes a key and a certificate for it.</summary>
    public CertificateKeyPair Issue(CertificateSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(
            DistinguishedNames.Build(spec.CommonName, spec.Organizations), key, HashAlgorithmName.SHA256);
        if (SubjectNames.BuildExtension(spec) is { } names)
        {
            request.CertificateExtensions.Add(names);
        }

        return new CertificateKeyPair(Sign(request, spec.Usages, spec.Validity), key.ExportPkcs8PrivateKeyPem() + "\n");
    }

    /// <summary>
    /// Signs a request: subject, alternative names and public key are taken over, everything else is decided here. The
    /// caller has checked that the requester may have this subject (see <see cref="SigningRequest"/>).
    /// </summary>
    /// <returns>The certificate in PEM.</returns>
    /// <exception cref="CryptographicException">The text is not a request, or its signature is wrong.</exception>
    public string SignRequest(string requestPem, CertificateUsages usages, TimeSpan validity)
    {
        var asked = SigningRequest.LoadVerified(requestPem);
        var request = new CertificateRequest(asked.SubjectName, asked.PublicKey, HashAlgorithmName.SHA256);
        foreach (var names in asked.CertificateExtensions.OfType<X509SubjectAlternativeNameExtension>())
        {
            request.CertificateExtensions.Add(names);
        }

        return Sign(request, usages, validity);
    }

    private string Sign(CertificateRequest request, CertificateUsages usages, TimeSpan validity)
    {
        using var authority = Pem.ReadCertificate(CertificatePem);
        using var key = SigningKey.Read(PrivateKeyPem);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(
            X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyEncipherment, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(KeyPurposes(usages), false));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(
            authority, includeKeyIdentifier: true, includeIssuerAndSerial: false));
        var now = clock.GetUtcNow();
        var end = now + validity;
        var authorityEnd = new DateTimeOffset(authority.NotAfter.ToUniversalTime());
        using var certificate = request.Create(
            authority.SubjectName,
            key.Generator,
            now - Backdating,
            end < authorityEnd ? end : authorityEnd,
            NewSerial());
        return Pem.Write(certificate);
    }

    private static OidCollection KeyPurposes(CertificateUsages usages)
    {
        if (usages == CertificateUsages.None)
        {
            throw new ArgumentException("a certificate needs at least one usage: client or server", nameof(usages));
        }

        var purposes = new OidCollection();
        if (usages.HasFlag(CertificateUsages.Client))
        {
            purposes.Add(new Oid("1.3.6.1.5.5.7.3.2"));
        }

        if (usages.HasFlag(CertificateUsages.Server))
        {
            purposes.Add(new Oid("1.3.6.1.5.5.7.3.1"));
        }

        return purposes;
    }

    private static byte[] NewSerial()
    {
        var serial = RandomNumberGenerator.GetBytes(16);
        serial[0] = (byte)((serial[0] & 0x7f) | 0x40);
        return serial;
    }
}
