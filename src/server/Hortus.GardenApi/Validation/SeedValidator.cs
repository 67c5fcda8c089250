using Hortus.Objects;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Kubernetes;

namespace Hortus.GardenApi.Validation;

/// <summary>The rules of a Seed.</summary>
internal static class SeedValidator
{
    public static void Check(Seed seed, FieldErrors errors)
    {
        var path = FieldPath.Root["spec"];
        var spec = seed.Spec;
        Names.Subdomain(seed.Metadata.Name, FieldPath.Root["metadata"]["name"], errors);
        Names.Present(spec.Provider.Type, path["provider"]["type"], errors, "must provide a provider type");
        Names.Present(spec.Provider.Region, path["provider"]["region"], errors, "must provide a provider region");
        Names.Present(spec.Networks.Pods, path["networks"]["pods"], errors);
        Names.Present(spec.Networks.Services, path["networks"]["services"], errors);
        CheckTemplate(spec, path, errors);
    }

    /// <summary>Adds the faults of what is there: a template may leave to others what a Seed must have.</summary>
    public static void CheckTemplate(SeedSpec spec, FieldPath path, FieldErrors errors)
    {
        Networking(spec.Networks, path["networks"], errors);
        if (spec.Backup is { } backup)
        {
            Names.Present(
                backup.Provider, path["backup"]["provider"], errors, "must provide a backup cloud provider name");
            if (backup.Provider.Length > 0 && backup.Provider != spec.Provider.Type
                && string.IsNullOrEmpty(backup.Region))
            {
                errors.Required(
                    path["backup"]["region"],
                    "must be set if the backup provider differs from the provider of the seed");
            }

            Reference(backup.CredentialsRef, path["backup"]["credentialsRef"], errors);
        }

        if (spec.Ingress is { } ingress)
        {
            Names.Subdomain(ingress.Domain, path["ingress"]["domain"], errors);
            Names.OneOf(ingress.Controller.Kind, path["ingress"]["controller"]["kind"], errors, "nginx");
            if (spec.Dns.Provider is null)
            {
                errors.Required(path["dns"]["provider"], "must be set if the ingress domain is set");
            }
        }

        Domains(spec.Dns, path["dns"], errors);
        Taints(spec.Taints, path["taints"], errors);
        Distinct(spec.Provider.Zones, zone => zone, path["provider"]["zones"], "", errors);
        SeedSettingsValidator.Check(spec, path, errors);
    }

    /// <summary>Adds a fault for every item whose key an item before it has.</summary>
    public static void Distinct<T>(
        IReadOnlyList<T>? items, Func<T, string> keyOf, FieldPath path, string field, FieldErrors errors)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < (items?.Count ?? 0); i++)
        {
            if (!seen.Add(keyOf(items![i])))
            {
                errors.Duplicate(field.Length == 0 ? path[i] : path[i][field], keyOf(items[i]));
            }
        }
    }

    public static void CheckChange(Seed seed, Seed old, FieldErrors errors) =>
        CheckChange(seed.Spec, old.Spec, FieldPath.Root["spec"], errors);

    public static void CheckChange(SeedSpec spec, SeedSpec old, FieldPath path, FieldErrors errors)
    {
        var networks = path["networks"];
        Names.Unchanged(spec.Provider.Type, old.Provider.Type, path["provider"]["type"], errors, oncePresent: true);
        Names.Unchanged(spec.Networks.Pods, old.Networks.Pods, networks["pods"], errors, oncePresent: true);
        Names.Unchanged(spec.Networks.Services, old.Networks.Services, networks["services"], errors, oncePresent: true);
        Names.Unchanged(
            spec.Networks.Nodes, old.Networks.Nodes, networks["nodes"], errors, oncePresent: true);
        Names.Unchanged(
            spec.Ingress?.Domain, old.Ingress?.Domain, path["ingress"]["domain"], errors, oncePresent: true);
        if (old.Dns.Defaults is { Count: > 0 } && spec.Dns.Defaults is not { Count: > 0 })
        {
            errors.Forbidden(path["dns"]["defaults"], "removing defaults DNS configuration is not allowed");
        }

        Names.Unchanged(
            spec.Backup?.Provider, old.Backup?.Provider, path["backup"]["provider"], errors,
            oncePresent: true);
        Names.Unchanged(
            spec.Backup?.Region, old.Backup?.Region, path["backup"]["region"], errors, oncePresent: true);
    }

    public static void CheckStatus(SeedStatus? status, SeedStatus? old, FieldErrors errors) =>
        Names.Unchanged(
            status?.ClusterIdentity, old?.ClusterIdentity, FieldPath.Root["status"]["clusterIdentity"], errors,
            oncePresent: true);

    private static void Networking(SeedNetworks networks, FieldPath path, FieldErrors errors)
    {
        (string Field, string? Cidr)[] own =
            [("nodes", networks.Nodes), ("pods", networks.Pods), ("services", networks.Services)];
        foreach (var (field, cidr) in own)
        {
            Networks.Valid(string.IsNullOrEmpty(cidr) ? null : cidr, path[field], errors);
            Networks.NotReserved(cidr, path[field], errors);
        }

        Networks.Disjoint([.. own.Select(n => (path[n.Field], n.Cidr))], errors);
        Networks.Valid(networks.ShootDefaults?.Pods, path["shootDefaults"]["pods"], errors);
        Networks.Valid(networks.ShootDefaults?.Services, path["shootDefaults"]["services"], errors);
        (string Field, string? Cidr)[] shoots =
            [("pods", networks.ShootDefaults?.Pods), ("services", networks.ShootDefaults?.Services)];
        foreach (var (field, cidr) in shoots)
        {
            foreach (var (other, taken) in own)
            {
                if (Networks.Overlap(cidr, taken))
                {
                    errors.Invalid(
                        path["shootDefaults"][field], cidr, $"must not overlap with {path[other]} (\"{taken}\")");
                }
            }
        }

        for (var i = 0; i < (networks.BlockCIDRs?.Count ?? 0); i++)
        {
            Networks.Valid(networks.BlockCIDRs![i], path["blockCIDRs"][i], errors);
        }
    }

    private static void Domains(SeedDNS dns, FieldPath path, FieldErrors errors)
    {
        if (dns.Provider is { } provider)
        {
            Names.Present(provider.Type, path["provider"]["type"], errors, "must provide a DNS provider type");
        }

        if (dns.Internal is { } inner)
        {
            Domain(inner, path["internal"], errors);
        }

        for (var i = 0; i < (dns.Defaults?.Count ?? 0); i++)
        {
            Domain(dns.Defaults![i], path["defaults"][i], errors);
        }

        Distinct(dns.Defaults, config => config.Domain, path["defaults"], "domain", errors);
    }

    private static void Domain(SeedDNSProviderConfig config, FieldPath path, FieldErrors errors)
    {
        Names.Present(config.Type, path["type"], errors, "must provide a DNS provider type");
        Names.Subdomain(config.Domain, path["domain"], errors);
        Reference(config.CredentialsRef, path["credentialsRef"], errors);
    }

    private static void Reference(ObjectReference? reference, FieldPath path, FieldErrors errors)
    {
        if (reference is null)
        {
            errors.Required(path, "must be set to refer a Secret or WorkloadIdentity");
            return;
        }

        Names.OneOf(reference.Kind, path["kind"], errors, "Secret", "WorkloadIdentity", "InternalSecret");
        Names.Present(reference.Name, path["name"], errors);
        Names.Present(reference.Namespace, path["namespace"], errors);
    }

    private static void Taints(IReadOnlyList<SeedTaint>? taints, FieldPath path, FieldErrors errors)
    {
        for (var i = 0; i < (taints?.Count ?? 0); i++)
        {
            Names.Present(taints![i].Key, path[i]["key"], errors);
            if (taints.Take(i).Any(t => t.Key == taints[i].Key && t.Value == taints[i].Value))
            {
                errors.Duplicate(path[i], taints[i].Key);
            }
        }
    }
}
