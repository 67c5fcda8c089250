using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Kubernetes;

namespace Hortus.Gardenlet;

/// <summary>Finds the domains of a shoot: from the Seed, or from the labelled Secrets that the garden keeps for it.</summary>
internal sealed class ShootDomainReader(IKubernetesClient garden)
{
    private const string Internal = "internal";

    /// <summary>The domain by which the shoot's own parts reach its API server.</summary>
    public async Task<ShootDomain?> ReadInternalAsync(Shoot shoot, Seed seed, string project, CancellationToken cancellationToken)
    {
        var found = seed.Spec.Dns.Internal is { Domain.Length: > 0 } config
            ? await FromSeedAsync(config, cancellationToken)
            : (await FromSecretsAsync(seed, GardenerRoles.InternalDomain, cancellationToken)).FirstOrDefault();
        if (found is null)
        {
            return null;
        }

        // The word tells internal names from those that users make below the same domain.
        var middle = found.Domain.Contains(Internal, StringComparison.Ordinal) ? "" : Internal + ".";
        return found.For($"api.{shoot.Metadata.Name}.{project}.{middle}{found.Domain}");
    }

    /// <summary>The domain that users see: the Shoot's own, else one below the default domain.</summary>
    public async Task<ShootDomain?> ReadExternalAsync(Shoot shoot, Seed seed, string project, CancellationToken cancellationToken)
    {
        var defaults = seed.Spec.Dns.Defaults is { Count: > 0 } configs
            ? [await FromSeedAsync(configs[0], cancellationToken)]
            : await FromSecretsAsync(seed, GardenerRoles.DefaultDomain, cancellationToken);
        if (shoot.Spec.Dns?.Domain is not { Length: > 0 } own)
        {
            return defaults.FirstOrDefault() is { } first
                ? first.For($"api.{shoot.Metadata.Name}.{project}.{first.Domain}")
                : null;
        }

        if (defaults.FirstOrDefault(d => own.EndsWith("." + d.Domain, StringComparison.Ordinal)) is { } parent)
        {
            return parent.For("api." + own);
        }

        var provider = shoot.Spec.Dns.Providers?.FirstOrDefault(p => p.Primary == true) ?? shoot.Spec.Dns.Providers?.FirstOrDefault();
        var secretName = provider?.CredentialsRef?.Name ?? provider?.SecretName;
        if (provider?.Type is null or "unmanaged" || secretName is null)
        {
            return null;
        }

        var secret = await ReadSecretAsync(new ObjectKey(shoot.Metadata.Namespace, secretName), cancellationToken);
        return new ShootDomain("api." + own, provider.Type, null, secret);
    }

    private async Task<KnownDomain> FromSeedAsync(SeedDNSProviderConfig config, CancellationToken cancellationToken)
    {
        var key = new ObjectKey(config.CredentialsRef.Namespace ?? GardenerNames.GardenNamespace, config.CredentialsRef.Name ?? "");
        return new KnownDomain(config.Domain, config.Type, config.Zone, await ReadSecretAsync(key, cancellationToken));
    }

    private async Task<IReadOnlyList<KnownDomain>> FromSecretsAsync(Seed seed, string role, CancellationToken cancellationToken)
    {
        var secrets = await garden.ListAsync<Secret>(
            new ListOptions
            {
                Namespace = GardenerNames.SeedNamespace(seed.Metadata.Name!),
                LabelSelector = $"{GardenerLabels.Role}={role}",
            },
            cancellationToken);
        return
        [
            .. from secret in secrets.Items
                let domain = secret.Metadata.Annotation(GardenerAnnotations.DnsDomain)
                let provider = secret.Metadata.Annotation(GardenerAnnotations.DnsProvider)
                where domain is { Length: > 0 } && provider is { Length: > 0 }
                orderby secret.Metadata.Name
                select new KnownDomain(domain, provider, secret.Metadata.Annotation(GardenerAnnotations.DnsZone), secret),
        ];
    }

    private async Task<Secret> ReadSecretAsync(ObjectKey key, CancellationToken cancellationToken) =>
        await garden.FindAsync<Secret>(key, cancellationToken)
        ?? throw new ShootConfigurationException($"Secret {key} with credentials for DNS does not exist", retryable: true);

    private sealed record KnownDomain(string Domain, string ProviderType, string? Zone, Secret Credentials)
    {
        public ShootDomain For(string apiServer) => new(apiServer, ProviderType, Zone, Credentials);
    }
}
