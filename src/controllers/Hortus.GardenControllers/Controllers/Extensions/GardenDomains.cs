using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Kubernetes;

namespace Hortus.GardenControllers;

/// <summary>A domain and the type of the provider that serves it.</summary>
internal sealed record GardenDomain(string Domain, string ProviderType);

/// <summary>The domains that shoots of a seed can use. Pure.</summary>
/// <param name="Internal">For names that only the shoot's own parts use; null when there is none.</param>
/// <param name="Defaults">For shoots without a domain of their own.</param>
internal sealed record GardenDomains(GardenDomain? Internal, IReadOnlyList<GardenDomain> Defaults)
{
    private const string Unmanaged = "unmanaged";

    /// <summary>The domains that a seed names, else those of the garden's Secrets with the roles for it.</summary>
    public static GardenDomains Of(Seed seed, IEnumerable<Secret> secrets)
    {
        var known = secrets.OrderBy(secret => secret.Metadata.Name, StringComparer.Ordinal).ToArray();
        var dns = seed.Spec.Dns;
        return new GardenDomains(
            dns.Internal is { Domain.Length: > 0 } own
                ? new GardenDomain(own.Domain, own.Type)
                : WithRole(known, GardenerRoles.InternalDomain).FirstOrDefault(),
            dns.Defaults is { Count: > 0 } defaults
                ? [.. defaults.Select(domain => new GardenDomain(domain.Domain, domain.Type))]
                : [.. WithRole(known, GardenerRoles.DefaultDomain)]);
    }

    /// <summary>Types of the providers that make records for a shoot.</summary>
    public IEnumerable<string> ProvidersOf(Shoot shoot)
    {
        var primary = shoot.Spec.Dns?.Providers?.FirstOrDefault(provider => provider.Primary == true)?.Type;
        string?[] types = [primary, Internal?.ProviderType, External(shoot, primary)];
        return types.OfType<string>().Where(type => type is not ("" or Unmanaged)).Distinct();
    }

    private string? External(Shoot shoot, string? primary) => shoot.Spec.Dns?.Domain switch
    {
        null or "" => Defaults.Count > 0 ? Defaults[0].ProviderType : null,
        var own => Defaults.FirstOrDefault(domain => own.EndsWith("." + domain.Domain, StringComparison.Ordinal))?.ProviderType ?? primary,
    };

    private static IEnumerable<GardenDomain> WithRole(IEnumerable<Secret> secrets, string role) =>
        from secret in secrets
        where secret.Metadata.Label(GardenerLabels.Role) == role
        let domain = secret.Metadata.Annotation(GardenerAnnotations.DnsDomain)
        let provider = secret.Metadata.Annotation(GardenerAnnotations.DnsProvider)
        where domain is { Length: > 0 } && provider is { Length: > 0 }
        select new GardenDomain(domain, provider);
}
