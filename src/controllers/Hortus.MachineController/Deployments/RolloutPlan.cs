using Hortus.Objects.Gardener.Machine;

namespace Hortus.MachineController.Deployments;

/// <summary>A machine set as the rollout sees it.</summary>
/// <param name="Name">Name of the set.</param>
/// <param name="IsNew">Whether it has the deployment's present template.</param>
/// <param name="Replicas">What the set is asked for.</param>
/// <param name="Available">Machines of it that are available.</param>
/// <param name="Existing">All machines of it, also those on their way out.</param>
internal sealed record SetView(string Name, bool IsNew, int Replicas, int Available, int Existing)
{
    /// <summary>Machines that stay available when the set has done what it is asked for.</summary>
    public int Lasting => Math.Min(Available, Replicas);
}

/// <summary>Says to what number each set goes next; pure. All numbers are absolute, so that a step taken twice does no
/// harm.</summary>
internal static class RolloutPlan
{
    /// <summary>The sets whose number changes.</summary>
    /// <param name="spec">What is wanted.</param>
    /// <param name="sets">All sets, old ones first to shrink first; exactly one is new.</param>
    public static IReadOnlyDictionary<string, int> Next(MachineDeploymentSpec spec, IReadOnlyList<SetView> sets)
    {
        var wanted = spec.Replicas ?? 1;
        var next = spec.Strategy?.Type == "Recreate"
            ? Recreate(wanted, sets)
            : Rolling(wanted, Bounds(spec, wanted), sets);
        return sets.Where(set => next[set.Name] != set.Replicas).ToDictionary(set => set.Name, set => next[set.Name]);
    }

    /// <summary>Surge and unavailability in machines. With neither, an update could never start: one may be missing then.</summary>
    public static (int Surge, int Unavailable) Bounds(MachineDeploymentSpec spec, int wanted)
    {
        var update = spec.Strategy?.RollingUpdate;
        var surge = update?.MaxSurge?.Resolve(wanted, roundUp: true) ?? 1;
        var unavailable = update?.MaxUnavailable?.Resolve(wanted, roundUp: false) ?? 0;
        return surge == 0 && unavailable == 0 ? (0, 1) : (surge, Math.Min(unavailable, wanted));
    }

    private static Dictionary<string, int> Recreate(int wanted, IReadOnlyList<SetView> sets)
    {
        var oldAreGone = sets.Where(set => !set.IsNew).All(set => set is { Replicas: 0, Existing: 0 });
        return sets.ToDictionary(set => set.Name, set => set.IsNew ? (oldAreGone ? wanted : Math.Min(set.Replicas, wanted)) : 0);
    }

    private static Dictionary<string, int> Rolling(int wanted, (int Surge, int Unavailable) bounds, IReadOnlyList<SetView> sets)
    {
        var next = sets.ToDictionary(set => set.Name, set => set.Replicas);
        var fresh = sets.Single(set => set.IsNew);
        var total = sets.Sum(set => set.Replicas);
        var room = wanted + bounds.Surge - total;
        next[fresh.Name] = fresh.Replicas >= wanted ? wanted : fresh.Replicas + Math.Clamp(room, 0, wanted - fresh.Replicas);
        var least = wanted - bounds.Unavailable;
        ShrinkBroken(next, sets, fresh, Math.Min(fresh.Replicas, wanted), least);
        ShrinkHealthy(next, sets, fresh, least);
        return next;
    }

    // Old machines that are of no use make room first; those of the new set that are still coming are not counted on.
    private static void ShrinkBroken(
        Dictionary<string, int> next, IReadOnlyList<SetView> sets, SetView fresh, int freshReplicas, int least)
    {
        var coming = Math.Max(0, freshReplicas - fresh.Lasting);
        var spare = sets.Where(set => !set.IsNew).Sum(set => set.Replicas) + freshReplicas - least - coming;
        foreach (var old in sets.Where(set => !set.IsNew))
        {
            var broken = Math.Clamp(old.Replicas - old.Lasting, 0, Math.Max(0, spare));
            next[old.Name] -= broken;
            spare -= broken;
        }
    }

    private static void ShrinkHealthy(Dictionary<string, int> next, IReadOnlyList<SetView> sets, SetView fresh, int least)
    {
        var lasting = Math.Min(fresh.Lasting, next[fresh.Name])
            + sets.Where(set => !set.IsNew).Sum(set => Math.Min(set.Available, next[set.Name]));
        var spare = Math.Max(0, lasting - least);
        foreach (var old in sets.Where(set => !set.IsNew))
        {
            var gone = Math.Min(next[old.Name], spare);
            next[old.Name] -= gone;
            spare -= gone;
        }
    }
}
