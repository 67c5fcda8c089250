using System.Formats.Asn1;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Hortus.Pki;

/// <summary>What a certificate signing request asks for, after its signature was checked.</summary>
public sealed record SigningRequest
{
    // Numbers of RFC 5280, GeneralName.
    private const int DnsNameKind = 2;
    private const int AddressKind = 7;

    private SigningRequest()
    {
    }

    public required string CommonName { get; init; }

    public required IReadOnlyList<string> Organizations { get; init; }

    public required IReadOnlyList<string> DnsNames { get; init; }

    public required IReadOnlyList<IPAddress> IPAddresses { get; init; }

    /// <summary>Whether it asks for alternative names that are neither DNS names nor addresses, such as mail addresses and URIs.</summary>
    public required bool HasOtherNames { get; init; }

    /// <summary>Makes a P-256 key and a request for the spec's subject and names.</summary>
    public static RequestKeyPair Create(CertificateSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(
            DistinguishedNames.Build(spec.CommonName, spec.Organizations), key, HashAlgorithmName.SHA256);
        if (SubjectNames.BuildExtension(spec) is { } names)
        {
            request.CertificateExtensions.Add(names);
        }

        return new RequestKeyPair(request.CreateSigningRequestPem() + "\n", key.ExportPkcs8PrivateKeyPem() + "\n");
    }

    /// <summary>Reads a request and checks that the requester holds the private key.</summary>
    /// <exception cref="CryptographicException">The text is not a request, or its signature is wrong.</exception>
    public static SigningRequest Parse(string requestPem)
    {
        var request = LoadVerified(requestPem);
        var subject = DistinguishedNames.Read(request.SubjectName);
        var names = request.CertificateExtensions.OfType<X509SubjectAlternativeNameExtension>().ToList();
        return new SigningRequest
        {
            CommonName = subject.CommonName,
            Organizations = subject.Organizations,
            DnsNames = [.. names.SelectMany(n => n.EnumerateDnsNames())],
            IPAddresses = [.. names.SelectMany(n => n.EnumerateIPAddresses())],
            HasOtherNames = names.Exists(n => Kinds(n).Any(kind => kind is not (DnsNameKind or AddressKind))),
        };
    }

    private static IEnumerable<int> Kinds(X509SubjectAlternativeNameExtension names)
    {
        var entries = new AsnReader(names.RawData, AsnEncodingRules.DER).ReadSequence();
        while (entries.HasData)
        {
            yield return entries.PeekTag().TagValue;
            entries.ReadEncodedValue();
        }
    }

    internal static CertificateRequest LoadVerified(string requestPem)
    {
        try
        {
            // Loading the extensions is safe here: only the alternative names are ever taken over.
            return CertificateRequest.LoadSigningRequestPem(
                requestPem, HashAlgorithmName.SHA256, CertificateRequestLoadOptions.UnsafeLoadCertificateExtensions);
        }
        catch (ArgumentException e)
        {
            throw new CryptographicException(
                "the text is no certificate signing request: want a PEM block \"CERTIFICATE REQUEST\"", e);
        }
        catch (NotSupportedException e)
        {
            throw new CryptographicException($"the request cannot be checked: {e.Message}", e);
        }
    }
}
