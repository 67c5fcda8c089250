using Hortus.Objects;
using Hortus.Objects.Gardener.Core;

namespace Hortus.GardenApi.Validation;

/// <summary>Whether a Shoot can live on a Seed.</summary>
internal static class ShootSeedValidator
{
    /// <summary>Requires that the shoot's networks share no addresses with the seed's.</summary>
    public static void Networking(ShootSpec spec, Seed seed, FieldErrors errors)
    {
        var path = FieldPath.Root["spec"]["networking"];
        var networks = seed.Spec.Networks;
        (string Use, string? Cidr)[] taken =
            [("nodes", networks.Nodes), ("pods", networks.Pods), ("services", networks.Services)];
        (string Field, string? Cidr)[] asked =
        [
            ("nodes", spec.Networking?.Nodes), ("pods", spec.Networking?.Pods), ("services", spec.Networking?.Services),
        ];
        foreach (var (field, cidr) in asked)
        {
            foreach (var (use, other) in taken)
            {
                if (Networks.Overlap(cidr, other))
                {
                    errors.Invalid(path[field], cidr,
                        $"shoot {field} network intersects with seed {use} network ({other}) of seed "
                            + $"\"{seed.Metadata.Name}\"");
                }
            }
        }
    }

    /// <summary>Requires that the shoot tolerates the seed's taints.</summary>
    public static void Taints(ShootSpec spec, Seed seed, FieldErrors errors)
    {
        foreach (var taint in seed.Spec.Taints ?? [])
        {
            if (spec.Tolerations?.Any(t => t.Key == taint.Key && (t.Value is null || t.Value == taint.Value)) != true)
            {
                errors.Forbidden(FieldPath.Root["spec"]["seedName"],
                    $"the shoot does not tolerate the taint {taint.Key} of seed \"{seed.Metadata.Name}\"");
            }
        }
    }
}
