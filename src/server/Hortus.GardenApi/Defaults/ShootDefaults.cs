using System.Globalization;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;

namespace Hortus.GardenApi.Defaults;

/// <summary>What a Shoot gets for fields that its owner left out, as far as no other object has to be seen.</summary>
internal static class ShootDefaults
{
    /// <summary>The shoot with its defaults; applying them again changes nothing.</summary>
    public static Shoot Apply(Shoot shoot)
    {
        var spec = shoot.Spec;
        var workerless = IsWorkerless(spec);
        spec = spec with
        {
            Purpose = spec.Purpose ?? "evaluation",
            SchedulerName = spec.SchedulerName ?? GardenerNames.DefaultScheduler,
            CloudProfile = Profile(spec),
            Networking = Networking(spec.Networking, workerless),
            Maintenance = Maintenance(shoot, workerless),
            Tolerations = Tolerations(shoot),
            SystemComponents = workerless ? spec.SystemComponents : SystemComponents(spec.SystemComponents),
            Kubernetes = KubernetesDefaults.Apply(spec.Kubernetes, spec.Networking, workerless),
            Provider = workerless ? spec.Provider : WorkerDefaults.Apply(spec.Provider),
        };
        return shoot with { Spec = spec };
    }

    /// <summary>Whether the cluster has no worker pools.</summary>
    public static bool IsWorkerless(ShootSpec spec) => spec.Provider.Workers is null or { Count: 0 };

    private static CloudProfileReference? Profile(ShootSpec spec) => spec switch
    {
        { CloudProfile: { } profile } =>
            profile.Kind.Length > 0 ? profile : profile with { Kind = nameof(CloudProfile) },
        { CloudProfileName.Length: > 0 } =>
            new CloudProfileReference { Kind = nameof(CloudProfile), Name = spec.CloudProfileName },
        _ => null,
    };

    private static Networking? Networking(Networking? networking, bool workerless) =>
        networking is null && !workerless
            ? null
            : (networking ?? new Networking()) with { IpFamilies = networking?.IpFamilies ?? ["IPv4"] };

    // The hour is spread by the object's uid, so that not all clusters are updated at once.
    private static Maintenance Maintenance(Shoot shoot, bool workerless)
    {
        var maintenance = shoot.Spec.Maintenance ?? new Maintenance();
        return maintenance with
        {
            AutoUpdate = (maintenance.AutoUpdate ?? new MaintenanceAutoUpdate { KubernetesVersion = true }) with
            {
                MachineImageVersion = maintenance.AutoUpdate?.MachineImageVersion ?? (workerless ? null : true),
            },
            TimeWindow = maintenance.TimeWindow ?? WindowFor(shoot.Metadata.Uid ?? shoot.Metadata.Name ?? ""),
        };
    }

    private static MaintenanceTimeWindow WindowFor(string seed)
    {
        var hour = seed.Aggregate(17u, (sum, c) => (sum * 31) + c) % 24;
        return new MaintenanceTimeWindow
        {
            Begin = string.Create(CultureInfo.InvariantCulture, $"{hour:D2}0000+0000"),
            End = string.Create(CultureInfo.InvariantCulture, $"{(hour + 1) % 24:D2}0000+0000"),
        };
    }

    private static IReadOnlyList<Toleration>? Tolerations(Shoot shoot)
    {
        var given = shoot.Spec.Tolerations;
        return shoot.Metadata.Namespace != GardenerNames.GardenNamespace
            || given?.Any(t => t.Key == GardenerNames.SeedTaintProtected) == true
            ? given
            : [.. given ?? [], new Toleration { Key = GardenerNames.SeedTaintProtected }];
    }

    private static SystemComponents SystemComponents(SystemComponents? components)
    {
        var given = components ?? new SystemComponents();
        var dns = given.CoreDNS ?? new CoreDNS();
        return given with
        {
            CoreDNS = dns with { Autoscaling = dns.Autoscaling ?? new CoreDNSAutoscaling { Mode = "horizontal" } },
        };
    }
}
