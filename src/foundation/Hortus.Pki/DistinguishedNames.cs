using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;

namespace Hortus.Pki;

/// <summary>The parts of a subject that Kubernetes reads: user name and groups.</summary>
public sealed record CertificateSubject(string CommonName, IReadOnlyList<string> Organizations)
{
    /// <summary>The subject of a certificate; an absent common name is the empty text.</summary>
    public static CertificateSubject Of(X509Certificate2 certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        return DistinguishedNames.Read(certificate.SubjectName);
    }
}

internal static class DistinguishedNames
{
    private const string CommonNameOid = "2.5.4.3";
    private const string OrganizationOid = "2.5.4.10";

    public static X500DistinguishedName Build(string commonName, IReadOnlyList<string> organizations)
    {
        // The builder writes what was added last first.
        var name = new X500DistinguishedNameBuilder();
        name.AddCommonName(commonName);
        foreach (var organization in organizations.Reverse())
        {
            name.AddOrganizationName(organization);
        }

        return name.Build();
    }

    // Go puts several organizations into one set, which the enumerator of .NET cannot read value by value.
    public static CertificateSubject Read(X500DistinguishedName name)
    {
        var commonName = "";
        var organizations = new List<string>();
        var sequence = new AsnReader(name.RawData, AsnEncodingRules.DER).ReadSequence();
        while (sequence.HasData)
        {
            var set = sequence.ReadSetOf(skipSortOrderValidation: true);
            while (set.HasData)
            {
                var pair = set.ReadSequence();
                var oid = pair.ReadObjectIdentifier();
                if (oid is CommonNameOid or OrganizationOid)
                {
                    var text = pair.ReadCharacterString((UniversalTagNumber)pair.PeekTag().TagValue);
                    if (oid == CommonNameOid)
                    {
                        commonName = text;
                    }
                    else
                    {
                        organizations.Add(text);
                    }
                }
            }
        }

        return new CertificateSubject(commonName, organizations);
    }
}

internal static class SubjectNames
{
    public static X509Extension? BuildExtension(CertificateSpec spec)
    {
        if (spec.DnsNames.Count == 0 && spec.IPAddresses.Count == 0)
        {
            return null;
        }

        var names = new SubjectAlternativeNameBuilder();
        foreach (var dns in spec.DnsNames)
        {
            names.AddDnsName(dns);
        }

        foreach (var address in spec.IPAddresses)
        {
            names.AddIpAddress(address);
        }

        return new X509SubjectAlternativeNameExtension(names.Build().RawData);
    }
}
