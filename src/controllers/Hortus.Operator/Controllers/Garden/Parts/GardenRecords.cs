using System.Net;
using System.Net.Sockets;
using Hortus.Extensions;
using Hortus.Objects;
using Hortus.Objects.Gardener.Extensions;
using Hortus.Objects.Gardener.Operator;
using Hortus.Objects.Kubernetes;
using Garden = Hortus.Objects.Gardener.Operator.Garden;

namespace Hortus.Operator;

/// <summary>The DNS records of a garden. Pure.</summary>
internal static class GardenRecords
{
    /// <summary>Label by which the operator finds its own records again.</summary>
    public const string OriginLabel = "origin";

    /// <summary>Value of <see cref="OriginLabel"/>.</summary>
    public const string Origin = "gardener-operator";

    private const long TtlSeconds = 120;

    /// <summary>One record for each name of the virtual garden and for everything below each ingress domain.</summary>
    /// <param name="garden">The garden; without DNS providers it has none.</param>
    /// <param name="address">An IP address, or a name for which the records are aliases.</param>
    /// <exception cref="InvalidOperationException">A domain names a provider that the garden does not have.</exception>
    public static IReadOnlyList<DNSRecord> Of(Garden garden, string address) => garden.Spec.Dns is not { } dns
        ? []
        : [.. Domains(garden).Select(domain => Record(domain, ProviderOf(dns, domain), address))];

    /// <summary>A, AAAA or, for names, CNAME.</summary>
    public static string TypeOf(string address) => IPAddress.TryParse(address, out var parsed)
        ? parsed.AddressFamily == AddressFamily.InterNetworkV6 ? "AAAA" : "A"
        : "CNAME";

    private static IEnumerable<DNSDomain> Domains(Garden garden) =>
    [
        .. (garden.Spec.VirtualCluster.Dns.Domains ?? []).SelectMany(domain =>
            VirtualGardenComponents.NamesOf(domain.Name).Select(name => domain with { Name = name })),
        .. (garden.Spec.RuntimeCluster.Ingress.Domains ?? []).Select(domain => domain with { Name = "*." + domain.Name }),
    ];

    private static DNSProvider ProviderOf(DNSManagement dns, DNSDomain domain) =>
        dns.Providers.FirstOrDefault(provider => provider.Name == domain.Provider)
        ?? throw new InvalidOperationException(
            $"domain {domain.Name} is to be served by the DNS provider \"{domain.Provider}\", which spec.dns.providers does not have");

    private static DNSRecord Record(DNSDomain domain, DNSProvider provider, string address) => new()
    {
        Metadata = new ObjectMeta
        {
            Namespace = VirtualGardenNames.Namespace,
            Name = $"{domain.Name.Replace('.', '-').Replace("*", "wildcard", StringComparison.Ordinal)}-{provider.Type}",
            Labels = new Dictionary<string, string> { [OriginLabel] = Origin },
        },
        Spec = new DNSRecordSpec
        {
            Type = provider.Type,
            Class = ExtensionClass.Garden,
            ProviderConfig = provider.ProviderConfig,
            SecretRef = new SecretReference { Namespace = VirtualGardenNames.Namespace, Name = provider.SecretRef.Name },
            Name = domain.Name,
            RecordType = TypeOf(address),
            Values = [address],
            Ttl = TtlSeconds,
        },
    };
}
