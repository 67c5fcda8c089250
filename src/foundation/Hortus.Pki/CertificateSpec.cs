using System.Net;

namespace Hortus.Pki;

/// <summary>What a certificate may be used for.</summary>
[Flags]
public enum CertificateUsages
{
    None = 0,

    /// <summary>TLS client authentication.</summary>
    Client = 1,

    /// <summary>TLS server authentication.</summary>
    Server = 2,
}

/// <summary>Describes a leaf certificate to issue.</summary>
public sealed record CertificateSpec
{
    /// <summary>Validity used where nothing else is asked for.</summary>
    public static TimeSpan ValidityDefault { get; } = TimeSpan.FromDays(365);

    /// <summary>Subject common name; Kubernetes reads it as the user name.</summary>
    public required string CommonName { get; init; }

    /// <summary>Subject organizations; Kubernetes reads them as groups.</summary>
    public IReadOnlyList<string> Organizations { get; init; } = [];

    /// <summary>DNS names the certificate is valid for.</summary>
    public IReadOnlyList<string> DnsNames { get; init; } = [];

    /// <summary>Addresses the certificate is valid for.</summary>
    public IReadOnlyList<IPAddress> IPAddresses { get; init; } = [];

    /// <summary>Time until expiry; cut at the expiry of the authority. Default 365 days.</summary>
    public TimeSpan Validity { get; init; } = ValidityDefault;

    /// <summary>Allowed uses.</summary>
    public required CertificateUsages Usages { get; init; }

    /// <summary>A client certificate for a user.</summary>
    public static CertificateSpec Client(string commonName, params IReadOnlyList<string> organizations) =>
        new() { CommonName = commonName, Organizations = organizations, Usages = CertificateUsages.Client };

    /// <summary>A server certificate for DNS names and addresses; texts that parse as an address become address
    /// entries.</summary>
    public static CertificateSpec Server(string commonName, params IReadOnlyList<string> hosts) => new()
    {
        CommonName = commonName,
        DnsNames = [.. hosts.Where(host => !IPAddress.TryParse(host, out _))],
        IPAddresses = [.. hosts.Where(host => IPAddress.TryParse(host, out _)).Select(IPAddress.Parse)],
        Usages = CertificateUsages.Server,
    };
}

/// <summary>A certificate with its private key, both PEM. The key is a secret.</summary>
public sealed record CertificateKeyPair(string CertificatePem, string PrivateKeyPem)
{
    public override string ToString() => nameof(CertificateKeyPair);
}

/// <summary>A certificate signing request with the private key it was made with, both PEM. The key is a
/// secret.</summary>
public sealed record RequestKeyPair(string RequestPem, string PrivateKeyPem)
{
    public override string ToString() => nameof(RequestKeyPair);
}
