using Hortus.GardenApi.Defaults;
using Hortus.Objects;
using Hortus.Objects.Gardener.Core;

namespace Hortus.GardenApi.Validation;

/// <summary>Networks of a Shoot: form, overlap, reserved ranges.</summary>
internal static class ShootNetworkingValidator
{
    public static void Check(ShootSpec spec, FieldPath path, FieldErrors errors)
    {
        var workerless = ShootDefaults.IsWorkerless(spec);
        if (spec.Networking is not { } networking)
        {
            if (!workerless)
            {
                errors.Required(path, "networking should be set when provider workers are set");
            }

            return;
        }

        if (!workerless)
        {
            Names.Present(networking.Type, path["type"], errors, "must specify a network type");
        }

        foreach (var (field, cidr) in Fields(networking))
        {
            Networks.Valid(cidr, path[field], errors);
            Networks.NotReserved(cidr, path[field], errors);
            Networks.OfFamily(cidr, networking.IpFamilies, path[field], errors);
        }

        Networks.Disjoint([.. Fields(networking).Select(f => (path[f.Field], f.Cidr))], errors);
        Families(networking.IpFamilies, path["ipFamilies"], errors);
        if (spec.SeedName is { Length: > 0 })
        {
            Names.Present(networking.Services, path["services"], errors, "services is required");
            if (!workerless)
            {
                Names.Present(networking.Pods, path["pods"], errors, "pods is required");
            }
        }
    }

    private static (string Field, string? Cidr)[] Fields(Networking networking) =>
        [("nodes", networking.Nodes), ("pods", networking.Pods), ("services", networking.Services)];

    private static void Families(IReadOnlyList<string>? families, FieldPath path, FieldErrors errors)
    {
        for (var i = 0; i < (families?.Count ?? 0); i++)
        {
            Names.OneOf(families![i], path[i], errors, "IPv4", "IPv6");
            if (families.Take(i).Contains(families[i]))
            {
                errors.Duplicate(path[i], families[i]);
            }
        }
    }
}
