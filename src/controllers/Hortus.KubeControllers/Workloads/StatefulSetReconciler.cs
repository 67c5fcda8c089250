using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;

namespace Hortus.KubeControllers.Workloads;

/// <summary>Keeps numbered pods with volumes of their own. Names guard against doubles: a pod is made anew only when
/// its namesake is gone from the server.</summary>
internal sealed class StatefulSetReconciler : IReconciler
{
    private static readonly TimeSpan NameTakenRetry = TimeSpan.FromSeconds(1);

    private readonly ControllerSetup setup;
    private readonly IObjectCache<StatefulSet> sets;
    private readonly IObjectCache<Pod> pods;
    private readonly Claims claims;
    private readonly Revisions revisions;
    private readonly StatefulSetVolumes volumes;
    private readonly Expectations expectations;

    private StatefulSetReconciler(ControllerSetup setup)
    {
        this.setup = setup;
        sets = setup.Manager.CacheOf<StatefulSet>();
        pods = setup.Manager.CacheOf<Pod>();
        claims = new Claims(setup.Client);
        revisions = new Revisions(setup);
        volumes = new StatefulSetVolumes(setup);
        expectations = new Expectations(setup.Clock);
    }

    public static void Add(ControllerSetup setup)
    {
        var reconciler = new StatefulSetReconciler(setup);
        setup.AddController("statefulset", reconciler, c => c
            .For<StatefulSet>()
            .Watches<Pod>(p => p.OwnersAmong(reconciler.sets, s => s.Spec.Selector), reconciler.expectations.Observe)
            .WithConcurrency(8));
    }

    /// <inheritdoc/>
    public async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        if (sets.Find(key) is not { } set)
        {
            expectations.Forget(key);
            return ReconcileResult.Done;
        }

        if (!expectations.AreMet(key))
        {
            return ReconcileResult.After(Expectations.Patience);
        }

        var mine = await claims.ClaimAsync(set, set.Spec.Selector, Candidates(set), cancellationToken);
        var (update, collisions) = await revisions.EnsureAsync(
            set, set.Spec.Template, set.Status.CollisionCount ?? 0, cancellationToken);
        var updateName = update.Metadata.Name ?? "";
        var current = revisions.Of(set).FirstOrDefault(r => r.Metadata.Name == set.Status.CurrentRevision) ?? update;
        var plan = new StatefulSetPlan(
            set,
            mine.ToDictionary(p => StatefulSetPods.Ordinal(set, p)),
            current.Metadata.Name ?? "",
            updateName,
            setup.Clock.GetUtcNow());
        await volumes.KeepAsync(set, plan.Pods, cancellationToken);
        var applied = await ApplyAsync(set, plan.Decide(), current, update, cancellationToken);
        var status = plan.Status(collisions);
        if (!Canonical.Same(set.Status, status))
        {
            await setup.Client.ReportAsync(set with { Status = status }, cancellationToken);
        }

        if (!set.IsDeleting())
        {
            var used = mine.Select(p => p.Label(StatefulSetPods.RevisionLabel) ?? "")
                .Append(updateName).Append(status.CurrentRevision ?? "").ToHashSet(StringComparer.Ordinal);
            await revisions.TrimAsync(set, used, set.Spec.RevisionHistoryLimit ?? 10, cancellationToken);
        }

        if (!applied)
        {
            return ReconcileResult.After(NameTakenRetry);
        }

        return PodStates.NextAvailable(
            mine.Where(PodStates.IsActive), set.Spec.MinReadySeconds ?? 0, plan.Now) is { } next
            ? ReconcileResult.After(next)
            : ReconcileResult.Done;
    }

    private IReadOnlyList<Pod> Candidates(StatefulSet set) =>
        [.. pods.List(set.Metadata.Namespace).Where(p => StatefulSetPods.Ordinal(set, p) >= 0)];

    // False when a name is taken: by a pod that the cache has yet to show, or by a stranger.
    private async Task<bool> ApplyAsync(
        StatefulSet set,
        StatefulSetStep step,
        ControllerRevision current,
        ControllerRevision update,
        CancellationToken cancellationToken)
    {
        foreach (var pod in step.Delete)
        {
            expectations.ExpectDeletion(set.Key, pod.Metadata.Uid ?? "");
            try
            {
                await setup.Client.DeleteExactlyAsync(pod, cancellationToken);
            }
            catch
            {
                expectations.DeletionFailed(pod.Metadata.Uid ?? "");
                throw;
            }

            setup.Manager.Events.Normal(
                set, "SuccessfulDelete",
                    $"delete Pod {pod.Metadata.Name} in StatefulSet {set.Metadata.Name} successful");
        }

        foreach (var (ordinal, updated) in step.Create)
        {
            var revision = updated ? update : current;
            var template = updated ? set.Spec.Template : Revisions.TemplateOf(revision);
            var pod = StatefulSetPods.New(set, template, revision.Metadata.Name ?? "", ordinal);
            await volumes.CreateAsync(set, ordinal, cancellationToken);
            if (!await CreateAsync(set, pod, cancellationToken))
            {
                return false;
            }
        }

        return true;
    }

    private async Task<bool> CreateAsync(StatefulSet set, Pod pod, CancellationToken cancellationToken)
    {
        expectations.ExpectCreation(set.Key, pod.Key);
        try
        {
            if (await setup.Client.TryCreateAsync(pod, cancellationToken) is null)
            {
                expectations.CreationFailed(pod.Key);
                return false;
            }
        }
        catch (ApiException e) when (e.IsNamespaceTerminating())
        {
            expectations.CreationFailed(pod.Key);
            return true;
        }
        catch (ApiException e)
        {
            expectations.CreationFailed(pod.Key);
            setup.Manager.Events.Warning(
                set, "FailedCreate",
                    $"create Pod {pod.Metadata.Name} in StatefulSet {set.Metadata.Name} failed error: {e.Message}");
            throw;
        }
        catch
        {
            expectations.CreationFailed(pod.Key);
            throw;
        }

        setup.Manager.Events.Normal(
            set, "SuccessfulCreate", $"create Pod {pod.Metadata.Name} in StatefulSet {set.Metadata.Name} successful");
        return true;
    }
}
