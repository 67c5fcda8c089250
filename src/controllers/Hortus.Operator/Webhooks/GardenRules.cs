using Hortus.Objects;
using Hortus.Objects.Gardener.Operator;

namespace Hortus.Operator.Webhooks;

/// <summary>The rules of Gardens that their schema cannot say. Pure.</summary>
internal static class GardenRules
{
    private static readonly FieldPath Spec = FieldPath.Root["spec"];
    private static readonly FieldPath Runtime = Spec["runtimeCluster"];
    private static readonly FieldPath Virtual = Spec["virtualCluster"];

    /// <summary>All faults of a Garden, and of the change that led to it.</summary>
    /// <param name="garden">The Garden as it is to be.</param>
    /// <param name="old">The Garden as it was; null when it is new.</param>
    public static FieldErrors Check(Garden garden, Garden? old)
    {
        var errors = new FieldErrors();
        CheckProviders(garden.Spec.Dns, errors);
        CheckDomains(
            garden.Spec.RuntimeCluster.Ingress.Domains, garden.Spec.Dns, Runtime["ingress"]["domains"], errors);
        CheckDomains(garden.Spec.VirtualCluster.Dns.Domains, garden.Spec.Dns, Virtual["dns"]["domains"], errors);
        CheckExtensions(garden.Spec.Extensions, errors);
        CheckBackup(garden, errors);
        GardenStore.Check(garden, old, errors);
        GardenNetworkRules.Check(garden, errors);
        CheckRouting(garden, errors);
        var version = garden.Spec.VirtualCluster.Kubernetes.Version;
        if (!SemanticVersion.TryParse(version, out _))
        {
            errors.Invalid(Virtual["kubernetes"]["version"], version, "must be a version such as 1.35.4");
        }

        if (old is not null)
        {
            GardenChangeRules.Check(garden, old, errors);
        }

        return errors;
    }

    private static void CheckProviders(DNSManagement? dns, FieldErrors errors)
    {
        var path = Spec["dns"]["providers"];
        var providers = dns?.Providers ?? [];
        if (dns is not null && providers.Count == 0)
        {
            errors.Required(path, "must have at least one provider");
        }

        for (var i = 0; i < providers.Count; i++)
        {
            if (providers.Take(i).Any(provider => provider.Name == providers[i].Name))
            {
                errors.Duplicate(path[i]["name"], providers[i].Name);
            }

            if (string.IsNullOrEmpty(providers[i].SecretRef.Name))
            {
                errors.Required(path[i]["secretRef"]["name"], "must name a Secret of the namespace garden");
            }
        }
    }

    private static void CheckDomains(IReadOnlyList<DNSDomain>? domains, DNSManagement? dns, FieldPath path, FieldErrors errors)
    {
        for (var i = 0; i < (domains?.Count ?? 0); i++)
        {
            var domain = domains![i];
            if (!NameFormat.IsSubdomain(domain.Name))
            {
                errors.Invalid(path[i]["name"], domain.Name, "must be a DNS name in lower case");
            }
            else if (domains.Take(i).Any(other => other.Name == domain.Name))
            {
                errors.Duplicate(path[i]["name"], domain.Name);
            }

            if (dns is null)
            {
                continue;
            }

            if (domain.Provider is null)
            {
                errors.Required(path[i]["provider"], "provider name must be set if `.spec.dns` is set");
            }
            else if (dns.Providers.All(provider => provider.Name != domain.Provider))
            {
                errors.Invalid(
                    path[i]["provider"],
                    domain.Provider,
                    "provider name not found in .spec.dns.providers, which has "
                        + string.Join(", ", dns.Providers.Select(provider => provider.Name)));
            }
        }
    }

    private static void CheckExtensions(IReadOnlyList<GardenExtension>? extensions, FieldErrors errors)
    {
        for (var i = 0; i < (extensions?.Count ?? 0); i++)
        {
            if (extensions!.Take(i).Any(other => other.Type == extensions![i].Type))
            {
                errors.Duplicate(Spec["extensions"][i]["type"], extensions![i].Type);
            }
        }
    }

    private static void CheckBackup(Garden garden, FieldErrors errors)
    {
        if (garden.Spec.VirtualCluster.Etcd?.Main?.Backup is not { } backup)
        {
            return;
        }

        var path = GardenBackup.Path;
        if (backup.Provider.Length == 0)
        {
            errors.Required(path["provider"], "must name the type of the object store");
        }

        if (string.IsNullOrEmpty(backup.SecretRef.Name))
        {
            errors.Required(path["secretRef"]["name"], "must name a Secret of the namespace garden");
        }

        if (GardenBackup.RegionOf(garden, backup) is null)
        {
            errors.Required(path["region"], "must be set, or spec.runtimeCluster.provider.region");
        }

        if (!string.IsNullOrEmpty(backup.BucketName) && !NameFormat.IsSubdomain(GardenBackup.BucketOf(garden, backup).Bucket))
        {
            errors.Invalid(
                path["bucketName"], backup.BucketName, "must be a DNS name in lower case, which may be followed by a slash and a folder");
        }
    }

    private static void CheckRouting(Garden garden, FieldErrors errors)
    {
        if (garden.Spec.RuntimeCluster.Settings?.TopologyAwareRouting?.Enabled != true)
        {
            return;
        }

        var path = Runtime["settings"]["topologyAwareRouting"]["enabled"];
        if ((garden.Spec.RuntimeCluster.Provider.Zones?.Count ?? 0) < 2)
        {
            errors.Forbidden(path, "needs at least two zones in spec.runtimeCluster.provider.zones");
        }

        if (garden.Spec.VirtualCluster.ControlPlane?.HighAvailability is null)
        {
            errors.Forbidden(path, "needs spec.virtualCluster.controlPlane.highAvailability");
        }
    }
}
