using System.Globalization;
using Hortus.Objects.Kubernetes;

namespace Hortus.KubeControllers.Workloads;

/// <summary>The ReplicaSets of a Deployment: the one of the present template, if there is one, and the others, oldest
/// first.</summary>
internal sealed record DeploymentSets(ReplicaSet? Current, IReadOnlyList<ReplicaSet> Old)
{
    public IEnumerable<ReplicaSet> All => Current is null ? Old : Old.Append(Current);

    public static DeploymentSets Of(Deployment deployment, IReadOnlyList<ReplicaSet> sets)
    {
        var ordered = sets.OrderBy(s => s.Metadata.CreationTimestamp).ThenBy(
            s => s.Metadata.Name, StringComparer.Ordinal);
        var all = ordered.ToList();
        var current = all.Find(s =>
            !s.IsDeleting() && s.Spec.Template is { } template &&
                PodTemplates.Same(template, deployment.Spec.Template));
        return new(current, [.. all.Where(s => s != current)]);
    }
}

/// <summary>A ReplicaSet and the replicas it should have.</summary>
internal readonly record struct Scaling(ReplicaSet Set, int Replicas);

/// <summary>The decisions about a Deployment's rollout, without I/O.</summary>
internal static class DeploymentPlan
{
    public const string RevisionAnnotation = "deployment.kubernetes.io/revision";

    public static int Wanted(Deployment deployment) => deployment.Spec.Replicas ?? 1;

    public static bool Recreates(Deployment deployment) => deployment.Spec.Strategy?.Type == "Recreate";

    /// <summary>How many pods may be missing.</summary>
    public static int MaxUnavailable(Deployment deployment) =>
        Recreates(deployment) ? 0 : Limits(deployment).Unavailable;

    /// <summary>Replicas for a ReplicaSet that is made now.</summary>
    public static int Initial(Deployment deployment, DeploymentSets sets) =>
        Recreates(deployment) ? Wanted(deployment) : Math.Min(Wanted(deployment), Room(deployment, sets));

    /// <summary>Whether nothing of the old ReplicaSets runs any more, as their status tells.</summary>
    public static bool OldAreGone(DeploymentSets sets) => sets.Old.All(s =>
        (s.Spec.Replicas ?? 1) == 0 && s.Status.ObservedGeneration >= s.Metadata.Generation &&
        s.Status.Replicas == 0 && (s.Status.TerminatingReplicas ?? 0) == 0);

    /// <summary>The next steps of the rollout; empty when it must wait or is done.</summary>
    public static IReadOnlyList<Scaling> Decide(Deployment deployment, DeploymentSets sets)
    {
        if (deployment.Spec.Paused == true)
        {
            return ScalePaused(deployment, sets);
        }

        if (Recreates(deployment))
        {
            var down = sets.Old.Where(s => (s.Spec.Replicas ?? 1) > 0).Select(s => new Scaling(s, 0)).ToList();
            return down.Count > 0 || sets.Current is not { } only || !OldAreGone(sets)
                ? down
                : Change(only, Wanted(deployment));
        }

        if (sets.Current is not { } current)
        {
            return [];
        }

        var have = current.Spec.Replicas ?? 1;
        var wanted = Wanted(deployment);
        var target = have >= wanted ? wanted : have + Math.Clamp(Room(deployment, sets), 0, wanted - have);
        return [.. Change(current, target), .. ShrinkOld(deployment, sets, target)];
    }

    /// <summary>Revision that the present template's ReplicaSet must have: one more than any other's.</summary>
    public static long NextRevision(DeploymentSets sets) => sets.Old.Select(Revision).DefaultIfEmpty(0).Max() + 1;

    public static long Revision(ReplicaSet set) =>
        long.TryParse(set.Annotation(RevisionAnnotation), NumberStyles.None, CultureInfo.InvariantCulture,
            out var revision)
            ? revision
            : 0;

    /// <summary>Old ReplicaSets beyond the history limit.</summary>
    public static IEnumerable<ReplicaSet> Forgettable(Deployment deployment, DeploymentSets sets)
    {
        var idle = sets.Old.Where(s =>
            s.Spec.Replicas == 0 && s.Status.Replicas == 0 && (s.Status.TerminatingReplicas ?? 0) == 0 &&
            s.Status.ObservedGeneration >= s.Metadata.Generation && !s.IsDeleting()).ToList();
        return idle.OrderBy(Revision).Take(Math.Max(0, idle.Count - (deployment.Spec.RevisionHistoryLimit ?? 10)));
    }

    private static int Room(Deployment deployment, DeploymentSets sets) =>
        Math.Max(0, Wanted(deployment) + Limits(deployment).Surge - sets.All.Sum(s => s.Spec.Replicas ?? 1));

    private static (int Surge, int Unavailable) Limits(Deployment deployment)
    {
        var rolling = deployment.Spec.Strategy?.RollingUpdate;
        var wanted = Wanted(deployment);
        var surge = (rolling?.MaxSurge ?? "25%").Resolve(wanted, roundUp: true);
        var unavailable = (rolling?.MaxUnavailable ?? "25%").Resolve(wanted, roundUp: false);
        // With neither a rollout could never begin.
        return (surge, surge == 0 && unavailable == 0 ? 1 : Math.Min(unavailable, wanted));
    }

    // Pods that serve nobody go first; of those that serve, as many as the new ones make superfluous.
    private static List<Scaling> ShrinkOld(Deployment deployment, DeploymentSets sets, int target)
    {
        var scalings = new List<Scaling>();
        var minimum = Wanted(deployment) - Limits(deployment).Unavailable;
        var newAvailable = Math.Min(sets.Current!.Status.AvailableReplicas ?? 0, target);
        var oldTotal = sets.Old.Sum(s => s.Spec.Replicas ?? 1);
        var mayGo = oldTotal + newAvailable - minimum;
        var available = newAvailable + sets.Old.Sum(
            s => Math.Min(s.Status.AvailableReplicas ?? 0, s.Spec.Replicas ?? 1));
        var servingMayGo = available - minimum;
        foreach (var old in sets.Old.Where(s => (s.Spec.Replicas ?? 1) > 0))
        {
            var replicas = old.Spec.Replicas ?? 1;
            var serving = Math.Min(old.Status.AvailableReplicas ?? 0, replicas);
            var idle = Math.Min(replicas - serving, Math.Max(0, mayGo));
            mayGo -= idle;
            var going = Math.Min(serving, Math.Max(0, Math.Min(mayGo, servingMayGo)));
            mayGo -= going;
            servingMayGo -= going;
            scalings.AddRange(Change(old, replicas - idle - going));
        }

        return scalings;
    }

    // A paused rollout keeps its mix; more pods come from the newest set, fewer leave the oldest first.
    private static IReadOnlyList<Scaling> ScalePaused(Deployment deployment, DeploymentSets sets)
    {
        var active = sets.All.Where(s => (s.Spec.Replicas ?? 1) > 0).ToList();
        if (active.Count == 0)
        {
            return sets.All.LastOrDefault() is { } last ? Change(last, Wanted(deployment)) : [];
        }

        var surplus = active.Sum(s => s.Spec.Replicas ?? 1) - Wanted(deployment) -
            (active.Count > 1 && !Recreates(deployment) ? Limits(deployment).Surge : 0);
        if (surplus > 0)
        {
            var scalings = new List<Scaling>();
            foreach (var set in active)
            {
                var less = Math.Min(surplus, set.Spec.Replicas ?? 1);
                surplus -= less;
                scalings.AddRange(Change(set, (set.Spec.Replicas ?? 1) - less));
            }

            return scalings;
        }

        var missing = Wanted(deployment) - active.Sum(s => s.Spec.Replicas ?? 1);
        return missing > 0 ? Change(active[^1], (active[^1].Spec.Replicas ?? 1) + missing) : [];
    }

    private static Scaling[] Change(ReplicaSet set, int replicas) =>
        (set.Spec.Replicas ?? 1) == replicas ? [] : [new Scaling(set, replicas)];
}
