using Hortus.Objects;
using Hortus.Objects.Gardener.Core;

namespace Hortus.GardenApi.Validation;

/// <summary>The rules of a Seed's settings, volumes and extensions.</summary>
internal static class SeedSettingsValidator
{
    private static readonly string[] TrafficPolicies = ["Cluster", "Local"];

    public static void Check(SeedSpec spec, FieldPath path, FieldErrors errors)
    {
        Volume(spec.Volume, path["volume"], errors);
        SeedValidator.Distinct(spec.Extensions, extension => extension.Type, path["extensions"], "type", errors);
        SeedValidator.Distinct(spec.Resources, resource => resource.Name, path["resources"], "name", errors);
        path = path["settings"];
        Reservation(spec.Settings?.ExcessCapacityReservation?.Configs, path["excessCapacityReservation"]["configs"], errors);
        LoadBalancers(spec.Settings?.LoadBalancerServices, spec.Provider.Zones ?? [], path["loadBalancerServices"], errors);
        if (spec.Settings?.ZoneSelection is { } selection)
        {
            Names.OneOf(selection.Mode ?? "", path["zoneSelection"]["mode"], errors, "Prefer", "Enforce");
            if (spec.Provider.Zones is not { Count: > 0 })
            {
                errors.Forbidden(path["zoneSelection"], "zone selection can only be configured when spec.provider.zones is non-empty");
            }
        }

        if (spec.Settings?.TopologyAwareRouting?.Enabled == true && spec.Provider.Zones is not { Count: > 1 })
        {
            errors.Forbidden(
                path["topologyAwareRouting"]["enabled"],
                "topology-aware routing can only be enabled on multi-zone Seed clusters (with at least two zones in spec.provider.zones)");
        }
    }

    private static void Volume(SeedVolume? volume, FieldPath path, FieldErrors errors)
    {
        NotNegative(volume?.MinimumSize, path["minimumSize"], errors);
        for (var i = 0; i < (volume?.Providers?.Count ?? 0); i++)
        {
            Names.Present(volume!.Providers![i].Purpose, path["providers"][i]["purpose"], errors, "cannot be empty");
            Names.Present(volume.Providers[i].Name, path["providers"][i]["name"], errors, "cannot be empty");
        }

        SeedValidator.Distinct(volume?.Providers, provider => provider.Purpose, path["providers"], "purpose", errors);
    }

    private static void Reservation(
        IReadOnlyList<SeedSettingExcessCapacityReservationConfig>? configs, FieldPath path, FieldErrors errors)
    {
        for (var i = 0; i < (configs?.Count ?? 0); i++)
        {
            var resources = configs![i].Resources;
            if (resources.Count == 0)
            {
                errors.Required(path[i]["resources"], "cannot be empty");
            }

            foreach (var (name, amount) in resources)
            {
                NotNegative(amount, path[i]["resources"][name], errors);
            }
        }
    }

    private static void LoadBalancers(
        SeedSettingLoadBalancerServices? services, IReadOnlyList<string> zones, FieldPath path, FieldErrors errors)
    {
        Names.OneOf(services?.ExternalTrafficPolicy, path["externalTrafficPolicy"], errors, TrafficPolicies);
        if (services?.Zones is not { Count: > 0 } settings)
        {
            return;
        }

        path = path["zones"];
        if (zones.Count < 2)
        {
            errors.Forbidden(
                path, "zone-specific load balancer settings only allowed with at least two zones in spec.provider.zones");
        }

        SeedValidator.Distinct(settings, zone => zone.Name, path, "name", errors);
        for (var i = 0; i < settings.Count; i++)
        {
            Names.OneOf(settings[i].ExternalTrafficPolicy, path[i]["externalTrafficPolicy"], errors, TrafficPolicies);
            if (!zones.Contains(settings[i].Name))
            {
                errors.NotFound(path[i]["name"], settings[i].Name);
            }
        }
    }

    private static void NotNegative(Quantity? amount, FieldPath path, FieldErrors errors)
    {
        if (amount is { MilliValue: < 0 } negative)
        {
            errors.Invalid(path, negative.ToString(), "must be greater than or equal to 0");
        }
    }
}
