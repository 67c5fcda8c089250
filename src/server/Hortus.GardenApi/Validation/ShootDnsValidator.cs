using Hortus.Objects;
using Hortus.Objects.Gardener.Core;

namespace Hortus.GardenApi.Validation;

/// <summary>DNS settings of a Shoot.</summary>
internal static class ShootDnsValidator
{
    public static void Check(Dns? dns, FieldPath path, FieldErrors errors)
    {
        if (dns is null)
        {
            return;
        }

        if (dns.Domain is not null)
        {
            Names.Subdomain(dns.Domain, path["domain"], errors);
        }

        var providers = dns.Providers ?? [];
        for (var i = 0; i < providers.Count; i++)
        {
            Names.Present(providers[i].Type, path["providers"][i]["type"], errors, "type must be set");
            if (providers[i].Primary == true && dns.Domain is null)
            {
                errors.Forbidden(path["providers"][i]["primary"], "a primary provider needs spec.dns.domain");
            }
        }

        if (providers.Count(p => p.Primary == true) > 1)
        {
            errors.Forbidden(path["providers"], "multiple primary DNS providers are not supported");
        }
    }
}
