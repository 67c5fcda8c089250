using Hortus.Objects;
using Hortus.Objects.Kubernetes;

namespace Hortus.KubeControllers.Workloads;

/// <summary>A step of a StatefulSet: ordinals to create with their revision, pods to delete.</summary>
internal sealed record StatefulSetStep(IReadOnlyList<(int Ordinal, bool Updated)> Create, IReadOnlyList<Pod> Delete)
{
    public static StatefulSetStep None { get; } = new([], []);
}

/// <summary>The decisions about a StatefulSet, without I/O.</summary>
/// <param name="Set">The set.</param>
/// <param name="Pods">Its pods by ordinal, those being deleted included.</param>
/// <param name="CurrentRevision">Name of the revision that was rolled out last.</param>
/// <param name="UpdateRevision">Name of the revision of the present template.</param>
/// <param name="Now">Time.</param>
internal sealed record StatefulSetPlan(
    StatefulSet Set, IReadOnlyDictionary<int, Pod> Pods, string CurrentRevision, string UpdateRevision,
        DateTimeOffset Now)
{
    private int Start => Set.Spec.Ordinals?.Start ?? 0;

    private int End => Start + (Set.Spec.Replicas ?? 1);

    private int MinReady => Set.Spec.MinReadySeconds ?? 0;

    private bool Parallel => Set.Spec.PodManagementPolicy == "Parallel";

    private bool Rolls => (Set.Spec.UpdateStrategy?.Type ?? "RollingUpdate") == "RollingUpdate";

    private int Partition => Set.Spec.UpdateStrategy?.RollingUpdate?.Partition ?? 0;

    /// <summary>What to do now.</summary>
    public StatefulSetStep Decide()
    {
        if (Set.IsDeleting())
        {
            return StatefulSetStep.None;
        }

        return Parallel ? DecideParallel() : DecideOrdered();
    }

    /// <summary>What the pods amount to.</summary>
    public StatefulSetStatus Status(int collisions)
    {
        var created = Pods.Values.ToList();
        var inRange = Pods.Where(p => p.Key >= Start && p.Key < End && !p.Value.IsDeleting()).Select(
            p => p.Value).ToList();
        var updated = inRange.Count(p => RevisionOf(p) == UpdateRevision);
        var complete = updated == End - Start && created.Count == updated && inRange.TrueForAll(PodStates.IsReady) &&
            Rolls;
        return Set.Status with
        {
            ObservedGeneration = Set.Metadata.Generation,
            Replicas = created.Count,
            ReadyReplicas = created.Count(p => p.IsReady() && !p.IsDeleting()),
            AvailableReplicas = created.Count(p => !p.IsDeleting() && p.IsAvailable(MinReady, Now)),
            CurrentReplicas = complete ? updated
                : created.Count(p => !p.IsDeleting() && RevisionOf(p) == CurrentRevision),
            UpdatedReplicas = updated,
            CurrentRevision = complete ? UpdateRevision : CurrentRevision,
            UpdateRevision = UpdateRevision,
            CollisionCount = collisions,
        };
    }

    private static string? RevisionOf(Pod pod) => pod.Label(StatefulSetPods.RevisionLabel);

    private bool IsHealthy(Pod pod) =>
        !pod.IsDeleting() && pod.Status.Phase == "Running" && pod.IsAvailable(MinReady, Now);

    // A pod that is created anew keeps the old template only below the partition.
    private bool CreatesUpdated(int ordinal) =>
        CurrentRevision == UpdateRevision || !Rolls || ordinal >= Start + Partition;

    private bool IsOutdated(int ordinal, Pod pod) =>
        Rolls && ordinal >= Start + Partition && RevisionOf(pod) != UpdateRevision;

    private StatefulSetStep DecideOrdered()
    {
        for (var ordinal = Start; ordinal < End; ordinal++)
        {
            if (!Pods.TryGetValue(ordinal, out var pod))
            {
                return new([(ordinal, CreatesUpdated(ordinal))], []);
            }

            if (pod.IsFinished() && !pod.IsDeleting())
            {
                return new([], [pod]);
            }

            if (!IsHealthy(pod))
            {
                // A pod that never gets well with the old template must not keep the corrected one from coming.
                return !pod.IsDeleting() && !pod.IsReady() && IsOutdated(ordinal, pod)
                    ? new([], [pod])
                    : StatefulSetStep.None;
            }
        }

        // Pods beyond the range leave from the highest down, one at a time.
        var beyond = Beyond().ToList();
        if (beyond.Count > 0)
        {
            return beyond.Exists(p => p.IsDeleting()) ? StatefulSetStep.None : new([], [beyond[0]]);
        }

        return Update(1);
    }

    private StatefulSetStep DecideParallel()
    {
        var create = new List<(int, bool)>();
        var delete = new List<Pod>();
        for (var ordinal = Start; ordinal < End; ordinal++)
        {
            if (!Pods.TryGetValue(ordinal, out var pod))
            {
                create.Add((ordinal, CreatesUpdated(ordinal)));
            }
            else if (pod.IsFinished() && !pod.IsDeleting())
            {
                delete.Add(pod);
            }
        }

        delete.AddRange(Beyond().Where(p => !p.IsDeleting()));
        return create.Count > 0 || delete.Count > 0
            ? new(create, delete)
            : Update(Set.Spec.UpdateStrategy?.RollingUpdate?.MaxUnavailable?.Resolve(End - Start, roundUp: true) ?? 1);
    }

    private IEnumerable<Pod> Beyond() =>
        Pods.Where(p => p.Key >= End || p.Key < Start).OrderByDescending(p => p.Key).Select(p => p.Value);

    private StatefulSetStep Update(int maxUnavailable)
    {
        if (!Rolls)
        {
            return StatefulSetStep.None;
        }

        var unhealthy = Pods.Values.Count(p => !IsHealthy(p));
        var delete = new List<Pod>();
        for (var ordinal = End - 1; ordinal >= Start + Partition; ordinal--)
        {
            if (!Pods.TryGetValue(ordinal, out var pod) || pod.IsDeleting() || !IsOutdated(ordinal, pod))
            {
                continue;
            }

            var costs = IsHealthy(pod) ? 1 : 0;
            if (unhealthy + costs > Math.Max(1, maxUnavailable))
            {
                break;
            }

            unhealthy += costs;
            delete.Add(pod);
        }

        return delete.Count > 0 ? new([], delete) : StatefulSetStep.None;
    }
}
