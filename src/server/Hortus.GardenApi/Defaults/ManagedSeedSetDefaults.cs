using Hortus.Objects.Gardener.SeedManagement;

namespace Hortus.GardenApi.Defaults;

/// <summary>Defaults of a ManagedSeedSet.</summary>
internal static class ManagedSeedSetDefaults
{
    private const int RevisionHistoryLimit = 10;

    public static ManagedSeedSet Apply(ManagedSeedSet set)
    {
        var strategy = set.Spec.UpdateStrategy ?? new ManagedSeedSetUpdateStrategy();
        return set with
        {
            Spec = set.Spec with
            {
                Replicas = set.Spec.Replicas ?? 1,
                RevisionHistoryLimit = set.Spec.RevisionHistoryLimit ?? RevisionHistoryLimit,
                UpdateStrategy = strategy with
                {
                    Type = strategy.Type ?? "RollingUpdate",
                    RollingUpdate = strategy.RollingUpdate ?? new ManagedSeedSetRollingUpdate { Partition = 0 },
                },
            },
        };
    }
}
