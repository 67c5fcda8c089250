using System.Text.Json;
using System.Text.Json.Nodes;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.GardenletConfig;
using Hortus.Objects.Gardener.SeedManagement;

namespace Hortus.Objects.Gardener.Rules;

/// <summary>How a ManagedSeed and its Shoot hang together: what the Seed takes from the Shoot, and what must be the same in both.
/// Pure.</summary>
public static class ManagedSeedShootRules
{
    private static readonly FieldPath Config = FieldPath.Root["spec"]["gardenlet"]["config"];
    private static readonly FieldPath Seed = Config["seedConfig"]["spec"];
    private static readonly FieldPath ShootName = FieldPath.Root["spec"]["shoot"]["name"];

    /// <summary>The ManagedSeed whose Seed has what it left to the Shoot. A configuration with faults stays as it is; validation names
    /// them.</summary>
    public static ManagedSeed Complete(ManagedSeed managed, Shoot shoot)
    {
        ArgumentNullException.ThrowIfNull(managed);
        ArgumentNullException.ThrowIfNull(shoot);
        if (managed.Spec.Gardenlet.Config is not { ValueKind: JsonValueKind.Object } config || Read(managed)?.SeedConfig is not { } seed)
        {
            return managed;
        }

        var tree = JsonObject.Create(config)!;
        var spec = tree.Ensure("seedConfig", "spec");
        var provider = spec.Ensure("provider");
        Default(provider, "type", seed.Spec.Provider.Type, shoot.Spec.Provider.Type);
        Default(provider, "region", seed.Spec.Provider.Region, shoot.Spec.Region);
        if (seed.Spec.Provider.Zones is not { Count: > 0 } && Zones(shoot) is { Count: > 0 } zones)
        {
            provider["zones"] = new JsonArray([.. zones.Select(zone => (JsonNode)zone)]);
        }

        var networks = spec.Ensure("networks");
        Default(networks, "nodes", seed.Spec.Networks.Nodes, shoot.Spec.Networking?.Nodes);
        Default(networks, "pods", seed.Spec.Networks.Pods, shoot.Spec.Networking?.Pods);
        Default(networks, "services", seed.Spec.Networks.Services, shoot.Spec.Networking?.Services);
        if (spec["backup"] is JsonObject backup)
        {
            Default(backup, "provider", seed.Spec.Backup?.Provider, shoot.Spec.Provider.Type);
        }

        // Without a provider nobody could make the records of the domain.
        if (IngressOf(shoot) is { } domain && seed.Spec.Dns.Provider is not null)
        {
            var ingress = spec.Ensure("ingress");
            Default(ingress, "domain", seed.Spec.Ingress?.Domain, domain);
            Default(ingress.Ensure("controller"), "kind", seed.Spec.Ingress?.Controller.Kind, "nginx");
        }

        var gardenlet = managed.Spec.Gardenlet with { Config = JsonSerializer.SerializeToElement(tree) };
        return managed with { Spec = managed.Spec with { Gardenlet = gardenlet } };
    }

    /// <summary>Adds the faults of a Shoot that cannot be a seed.</summary>
    public static void CheckShoot(Shoot shoot, FieldErrors errors)
    {
        ArgumentNullException.ThrowIfNull(shoot);
        ArgumentNullException.ThrowIfNull(errors);
        var name = shoot.Metadata.Name;
        if (shoot.Metadata.DeletionTimestamp is not null)
        {
            errors.Invalid(ShootName, name, $"shoot {shoot.Key} is being deleted");
        }

        if (shoot.Spec.Addons?.NginxIngress?.Enabled == true)
        {
            errors.Invalid(
                ShootName, name, "shoot ingress addon is not supported for managed seeds - use the managed seed ingress controller");
        }

        if (shoot.Spec.Provider.Workers is not { Count: > 0 })
        {
            errors.Invalid(ShootName, name, "workerless shoot cannot be used to create managed seed");
        }
    }

    /// <summary>Adds the faults of a Seed that says other things of its cluster than the Shoot.</summary>
    /// <param name="managed">The ManagedSeed.</param>
    /// <param name="old">The one before; null for a new one.</param>
    /// <param name="shoot">Its Shoot.</param>
    /// <param name="errors">Gets the faults.</param>
    public static void CheckSeed(ManagedSeed managed, ManagedSeed? old, Shoot shoot, FieldErrors errors)
    {
        ArgumentNullException.ThrowIfNull(managed);
        ArgumentNullException.ThrowIfNull(shoot);
        ArgumentNullException.ThrowIfNull(errors);
        if (Read(managed)?.SeedConfig?.Spec is not { } seed)
        {
            return;
        }

        var (networks, networking) = (Seed["networks"], shoot.Spec.Networking);
        Same(seed.Networks.Nodes, networking?.Nodes, networks["nodes"], "nodes CIDR", errors);
        Same(seed.Networks.Pods, networking?.Pods, networks["pods"], "pods CIDR", errors);
        Same(seed.Networks.Services, networking?.Services, networks["services"], "services CIDR", errors);
        Same(seed.Provider.Type, shoot.Spec.Provider.Type, Seed["provider"]["type"], "provider type", errors);
        Same(seed.Provider.Region, shoot.Spec.Region, Seed["provider"]["region"], "region", errors);
        if (IngressOf(shoot) is { } domain && seed.Ingress?.Domain is { Length: > 0 } own && own != domain)
        {
            errors.Invalid(Seed["ingress"]["domain"], own, $"seed ingress domain must be equal to shoot DNS domain {domain}");
        }

        var before = old is null ? null : Read(old)?.SeedConfig?.Spec.Provider.Zones;
        var added = (seed.Provider.Zones ?? []).Except(before ?? []).ToList();
        if (Zones(shoot) is { Count: > 0 } zones && added.Except(zones).FirstOrDefault() is { } stray)
        {
            errors.Invalid(
                Seed["provider"]["zones"], stray, "cannot use zone in seed provider that is not available in referenced shoot");
        }
    }

    private static GardenletConfiguration? Read(ManagedSeed managed) =>
        GardenletConfigurationReader.Read(managed.Spec.Gardenlet.Config, Config, new FieldErrors());

    private static IReadOnlyList<string> Zones(Shoot shoot) =>
        [.. (shoot.Spec.Provider.Workers ?? []).SelectMany(worker => worker.Zones ?? []).Distinct().Order(StringComparer.Ordinal)];

    private static string? IngressOf(Shoot shoot) => shoot.Spec.Dns?.Domain is { Length: > 0 } domain ? "ingress." + domain : null;

    private static void Same(string? seed, string? shoot, FieldPath path, string what, FieldErrors errors)
    {
        if (!string.IsNullOrEmpty(seed) && !string.IsNullOrEmpty(shoot) && seed != shoot)
        {
            errors.Invalid(path, seed, $"seed {what} must be equal to shoot {what} {shoot}");
        }
    }

    private static void Default(JsonObject map, string field, string? given, string? otherwise)
    {
        if (string.IsNullOrEmpty(given) && !string.IsNullOrEmpty(otherwise))
        {
            map[field] = otherwise;
        }
    }
}
