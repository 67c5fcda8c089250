using System.Globalization;
using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;

namespace Hortus.KubeControllers.Workloads;

/// <summary>Rolls a Deployment's template out through ReplicaSets.</summary>
internal sealed class DeploymentReconciler : IReconciler
{
    private const string LastApplied = "kubectl.kubernetes.io/last-applied-configuration";

    private readonly ControllerSetup setup;
    private readonly IObjectCache<Deployment> deployments;
    private readonly IObjectCache<ReplicaSet> sets;
    private readonly Claims claims;

    private DeploymentReconciler(ControllerSetup setup)
    {
        this.setup = setup;
        deployments = setup.Manager.CacheOf<Deployment>();
        sets = setup.Manager.CacheOf<ReplicaSet>();
        claims = new Claims(setup.Client);
    }

    public static void Add(ControllerSetup setup)
    {
        var reconciler = new DeploymentReconciler(setup);
        setup.AddController("deployment", reconciler, c => c
            .For<Deployment>()
            .Watches<ReplicaSet>(s => s.OwnersAmong(reconciler.deployments, d => d.Spec.Selector))
            .WithConcurrency(8));
    }

    /// <inheritdoc/>
    public async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        if (deployments.Find(key) is not { } deployment)
        {
            return ReconcileResult.Done;
        }

        var mine = await claims.ClaimAsync(
            deployment, deployment.Spec.Selector, sets.List(key.Namespace), cancellationToken);
        var known = DeploymentSets.Of(deployment, mine);
        var collisions = 0;
        if (!deployment.IsDeleting())
        {
            (known, collisions) = await RollAsync(deployment, known, cancellationToken);
        }

        var now = setup.Clock.GetUtcNow();
        var status = DeploymentProgress.Status(deployment, known, collisions, now);
        if (!Canonical.Same(deployment.Status, status))
        {
            await setup.Client.ReportAsync(deployment with { Status = status }, cancellationToken);
        }

        await NoteRevisionAsync(deployment, known, cancellationToken);
        if (DeploymentProgress.IsComplete(deployment, status) && !deployment.IsDeleting())
        {
            foreach (var old in DeploymentPlan.Forgettable(deployment, known).ToList())
            {
                await setup.Client.DeleteExactlyAsync(old, cancellationToken);
            }
        }

        return DeploymentProgress.UntilDeadline(deployment, status, now) is { } left
            ? ReconcileResult.After(left + TimeSpan.FromSeconds(1))
            : ReconcileResult.Done;
    }

    private async Task<(DeploymentSets Sets, int Collisions)> RollAsync(
        Deployment deployment, DeploymentSets known, CancellationToken cancellationToken)
    {
        var collisions = 0;
        if (deployment.Spec.Paused != true)
        {
            if (known.Current is null && !(DeploymentPlan.Recreates(deployment) && !DeploymentPlan.OldAreGone(known)))
            {
                (known, collisions) = await CreateAsync(deployment, known, cancellationToken);
            }
            else if (known.Current is { } current)
            {
                known = known with { Current = await SettleAsync(deployment, current, known, cancellationToken) };
            }
        }

        foreach (var scaling in DeploymentPlan.Decide(deployment, known))
        {
            var from = scaling.Set.Spec.Replicas ?? 1;
            var scaled = await setup.Client.ScaleAsync(scaling.Set, scaling.Replicas, cancellationToken);
            setup.Manager.Events.Normal(
                deployment,
                "ScalingReplicaSet",
                $"Scaled {(scaling.Replicas > from ? "up" : "down")} replica set {scaled.Metadata.Name} " +
                $"from {from} to {scaling.Replicas}");
            known = ReferenceEquals(known.Current, scaling.Set)
                ? known with { Current = scaled }
                : known with { Old = [.. known.Old.Select(s => ReferenceEquals(s, scaling.Set) ? scaled : s)] };
        }

        return (known, collisions);
    }

    private async Task<(DeploymentSets Sets, int Collisions)> CreateAsync(
        Deployment deployment, DeploymentSets known, CancellationToken cancellationToken)
    {
        var collisions = deployment.Status.CollisionCount ?? 0;
        var wanted = NewSet(deployment, known, collisions);
        var created = await setup.Client.TryCreateAsync(wanted, cancellationToken);
        if (created is not null)
        {
            setup.Manager.Events.Normal(
                deployment,
                "ScalingReplicaSet",
                $"Scaled up replica set {created.Metadata.Name} from 0 to {created.Spec.Replicas}");
            return (known with { Current = created }, 0);
        }

        // Either the cache lags behind an earlier run, or another template has the same hash.
        var there = await setup.Client.GetAsync<ReplicaSet>(wanted.Key, cancellationToken);
        return there.IsControlledBy(deployment) && there.Spec.Template is { } template &&
            PodTemplates.Same(template, deployment.Spec.Template)
            ? (known with { Current = there, Old = [.. known.Old.Where(s => s.Key != there.Key)] }, 0)
            : (known, collisions + 1);
    }

    private static ReplicaSet NewSet(Deployment deployment, DeploymentSets known, int collisions)
    {
        var hash = PodTemplates.Hash(deployment.Spec.Template, collisions);
        var template = deployment.Spec.Template.WithLabel(PodTemplates.HashLabel, hash);
        var selector = deployment.Spec.Selector;
        var annotations = Inherited(deployment).With(
            DeploymentPlan.RevisionAnnotation,
                DeploymentPlan.NextRevision(known).ToString(CultureInfo.InvariantCulture));
        return new ReplicaSet
        {
            Metadata = new ObjectMeta
            {
                Name = $"{deployment.Metadata.Name}-{hash}",
                Namespace = deployment.Metadata.Namespace,
                Labels = template.Metadata.Labels,
                Annotations = annotations,
            },
            Spec = new ReplicaSetSpec
            {
                Replicas = DeploymentPlan.Initial(deployment, known),
                MinReadySeconds = deployment.Spec.MinReadySeconds,
                Selector = selector with { MatchLabels = selector.MatchLabels.With(PodTemplates.HashLabel, hash) },
                Template = template,
            },
        }.ControlledBy(deployment);
    }

    private static Dictionary<string, string> Inherited(Deployment deployment) =>
        (deployment.Metadata.Annotations ?? new Dictionary<string, string>())
            .Where(a => a.Key is not (LastApplied or DeploymentPlan.RevisionAnnotation))
            .ToDictionary(a => a.Key, a => a.Value, StringComparer.Ordinal);

    // Going back to an earlier template makes its ReplicaSet the newest revision again.
    private async Task<ReplicaSet> SettleAsync(
        Deployment deployment, ReplicaSet current, DeploymentSets known, CancellationToken cancellationToken)
    {
        var next = DeploymentPlan.NextRevision(known);
        var annotations = Inherited(deployment);
        if (DeploymentPlan.Revision(current) < next)
        {
            annotations[DeploymentPlan.RevisionAnnotation] = next.ToString(CultureInfo.InvariantCulture);
        }

        var changed = annotations.Where(a => current.Annotation(a.Key) != a.Value).ToList();
        var minReady = deployment.Spec.MinReadySeconds;
        if (changed.Count == 0 && (current.Spec.MinReadySeconds ?? 0) == (minReady ?? 0))
        {
            return current;
        }

        var metadata = Writes.Lock(current);
        metadata["annotations"] = new JsonObject(changed.Select(a => KeyValuePair.Create(a.Key, (JsonNode?)a.Value)));
        var body = new JsonObject
        {
            ["metadata"] = metadata,
            ["spec"] = new JsonObject { ["minReadySeconds"] = minReady ?? 0 },
        };
        return await setup.Client.PatchAsync<ReplicaSet>(current.Key, Patch.Merge(body), cancellationToken);
    }

    private async Task NoteRevisionAsync(
        Deployment deployment, DeploymentSets known, CancellationToken cancellationToken)
    {
        if (!deployment.IsDeleting() && known.Current?.Annotation(DeploymentPlan.RevisionAnnotation) is { } revision &&
            deployment.Annotation(DeploymentPlan.RevisionAnnotation) != revision)
        {
            var body = new JsonObject
            {
                ["metadata"] = new JsonObject
                {
                    ["uid"] = deployment.Metadata.Uid,
                    ["annotations"] = new JsonObject { [DeploymentPlan.RevisionAnnotation] = revision },
                },
            };
            await setup.Client.PatchAsync<Deployment>(deployment.Key, Patch.Merge(body), cancellationToken);
        }
    }
}
