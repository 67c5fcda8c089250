using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.KubeControllers.Workloads;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;

namespace Hortus.KubeControllers.Scheduling;

/// <summary>Gives pods without a node one that suits them. Works on one pod at a time, so that no place is given away
/// twice; changes of nodes, pods and claims bring waiting pods back at once.</summary>
internal sealed class PodScheduler : IReconciler
{
    private const string SchedulerName = "default-scheduler";

    private readonly ControllerSetup setup;
    private readonly IObjectCache<Pod> pods;
    private readonly IObjectCache<Node> nodes;
    private readonly IObjectCache<PersistentVolumeClaim> claims;
    private readonly IObjectCache<PersistentVolume> volumes;

    // Bound by this process, but not yet shown so by the cache.
    private readonly Dictionary<ObjectKey, (string Uid, string Node)> assumed = [];

    private PodScheduler(ControllerSetup setup)
    {
        this.setup = setup;
        pods = setup.Manager.CacheOf<Pod>();
        nodes = setup.Manager.CacheOf<Node>();
        claims = setup.Manager.CacheOf<PersistentVolumeClaim>();
        volumes = setup.Manager.CacheOf<PersistentVolume>();
    }

    public static void Add(ControllerSetup setup)
    {
        var scheduler = new PodScheduler(setup);
        setup.AddController("pod-scheduler", scheduler, c => c
            .Watches<Pod>(p => IsWaiting(p) ? [p.Key] : scheduler.Waiting(), ConcernsScheduling)
            .Watches<Node>(_ => scheduler.Waiting(), ChangesFit)
            .Watches<PersistentVolumeClaim>(
                v => scheduler.Waiting(v.Metadata.Namespace), (old, now) => old?.Status.Phase != now?.Status.Phase)
            .Watches<PersistentVolume>(_ => scheduler.Waiting(), (old, _) => old is null)
            .WithConcurrency(1));
    }

    /// <inheritdoc/>
    public async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        if (pods.Find(key) is not { } pod || !IsWaiting(pod) ||
            (assumed.TryGetValue(key, out var bound) && bound.Uid == pod.Metadata.Uid))
        {
            return ReconcileResult.Done;
        }

        if (Unprepared(pod) is { } reason)
        {
            await RefuseAsync(pod, reason, cancellationToken);
            return ReconcileResult.Done;
        }

        var decision = SchedulingDecision.Decide(pod, Loads(), [.. VolumesOf(pod)]);
        if (decision.Node is not { } node)
        {
            await RefuseAsync(pod, decision.Reason ?? "", cancellationToken);
            return ReconcileResult.Done;
        }

        await BindAsync(pod, node, cancellationToken);
        return ReconcileResult.Done;
    }

    private static bool IsWaiting(Pod pod) =>
        string.IsNullOrEmpty(pod.Spec.NodeName) && pod.IsActive() &&
            (pod.Spec.SchedulerName ?? SchedulerName) == SchedulerName &&
        pod.Spec.SchedulingGates is not { Count: > 0 };

    // New pods, and room that others leave.
    private static bool ConcernsScheduling(Pod? old, Pod? now) =>
        now is null || !now.IsFinished()
            ? now is null || (IsWaiting(now) && (old is null || !IsWaiting(old)))
            : old?.IsFinished() != true;

    private static bool ChangesFit(Node? old, Node? now) =>
        old is null || now is null || NodeFit.IsReady(old) != NodeFit.IsReady(now) ||
            !Canonical.Same(old.Spec, now.Spec) ||
        !Same(old.Metadata.Labels, now.Metadata.Labels) || !Same(old.Status.Allocatable, now.Status.Allocatable);

    private static bool Same<T>(IReadOnlyDictionary<string, T>? a, IReadOnlyDictionary<string, T>? b) =>
        (a?.Count ?? 0) == (b?.Count ?? 0) &&
        (a ?? new Dictionary<string, T>()).All(e => b!.TryGetValue(e.Key, out var other) && Equals(e.Value, other));

    private IEnumerable<ObjectKey> Waiting(string? @namespace = null) =>
        pods.List(@namespace).Where(IsWaiting).OrderByDescending(p => p.Spec.Priority ?? 0)
            .ThenBy(p => p.Metadata.CreationTimestamp).Select(p => p.Key);

    // Volumes come before nodes: a pod on a node can only wait there for its claims.
    private string? Unprepared(Pod pod)
    {
        foreach (var volume in pod.Spec.Volumes ?? [])
        {
            if (volume.PersistentVolumeClaim?.ClaimName is not { } name)
            {
                continue;
            }

            if (claims.Find(new ObjectKey(pod.Metadata.Namespace, name)) is not { } claim)
            {
                return $"persistentvolumeclaim \"{name}\" not found";
            }

            if (claim.Status.Phase != "Bound")
            {
                return $"pod has unbound immediate PersistentVolumeClaims: \"{name}\"";
            }

            // It may say on which node the pod can use it.
            if (claim.Spec.VolumeName is { Length: > 0 } bound && volumes.Find(ObjectKey.Cluster(bound)) is null)
            {
                return $"persistentvolume \"{bound}\" not found";
            }
        }

        return null;
    }

    private IEnumerable<PersistentVolume> VolumesOf(Pod pod) => (pod.Spec.Volumes ?? [])
        .Select(volume => volume.PersistentVolumeClaim?.ClaimName)
        .OfType<string>()
        .Select(name => claims.Find(new ObjectKey(pod.Metadata.Namespace, name))?.Spec.VolumeName)
        .OfType<string>()
        .Select(name => volumes.Find(ObjectKey.Cluster(name)))
        .OfType<PersistentVolume>();

    private List<NodeLoad> Loads()
    {
        var byNode = new Dictionary<string, List<Pod>>(StringComparer.Ordinal);
        foreach (var pod in pods.List().Where(p => !p.IsFinished()))
        {
            var node = pod.Spec.NodeName;
            if (assumed.TryGetValue(pod.Key, out var bound))
            {
                if (!string.IsNullOrEmpty(node) || bound.Uid != pod.Metadata.Uid)
                {
                    assumed.Remove(pod.Key);
                }
                else
                {
                    node = bound.Node;
                }
            }

            if (!string.IsNullOrEmpty(node))
            {
                (byNode.TryGetValue(node, out var list) ? list : byNode[node] = []).Add(pod);
            }
        }

        foreach (var gone in assumed.Keys.Where(k => pods.Find(k) is null).ToList())
        {
            assumed.Remove(gone);
        }

        return
        [
            .. nodes.List().Where(n => !n.IsDeleting())
                .Select(n => new NodeLoad(n, byNode.GetValueOrDefault(n.Metadata.Name ?? "") ?? [])),
        ];
    }

    private async Task BindAsync(Pod pod, string node, CancellationToken cancellationToken)
    {
        var binding = new Binding
        {
            Metadata = new ObjectMeta
            {
                Name = pod.Metadata.Name,
                Namespace = pod.Metadata.Namespace,
                Uid = pod.Metadata.Uid
            },
            Target = new ObjectReference { ApiVersion = "v1", Kind = "Node", Name = node },
        };
        assumed[pod.Key] = (pod.Metadata.Uid ?? "", node);
        try
        {
            await setup.Client.CreateSubresourceAsync<Pod, Binding,
                Status>(pod.Key, "binding", binding, cancellationToken);
        }
        catch (ApiException e) when (e.IsNotFound || e.IsConflict)
        {
            // Gone, being deleted or bound by somebody else: the cache will say so.
            assumed.Remove(pod.Key);
            return;
        }
        catch
        {
            assumed.Remove(pod.Key);
            throw;
        }

        setup.Manager.Events.Normal(pod, "Scheduled", $"Successfully assigned {pod.Key} to {node}");
    }

    private async Task RefuseAsync(Pod pod, string reason, CancellationToken cancellationToken)
    {
        if (Conditions.Find(pod.Status.Conditions, "PodScheduled") is { Status: "False" } known &&
            known.Message == reason)
        {
            return;
        }

        setup.Manager.Events.Warning(pod, "FailedScheduling", reason);
        var conditions = Conditions.Set(
            pod.Status.Conditions,
            new PodCondition { Type = "PodScheduled", Status = "False", Reason = "Unschedulable", Message = reason },
            setup.Clock.GetUtcNow());
        var body = new JsonObject
        {
            ["metadata"] = new JsonObject { ["uid"] = pod.Metadata.Uid },
            ["status"] = new JsonObject
            {
                ["conditions"] = new JsonArray(KubernetesJson.ToNode(Conditions.Find(conditions, "PodScheduled")!)),
            },
        };
        try
        {
            await setup.Client.PatchAsync<Pod>(
                pod.Key, Patch.Strategic(body) with { Subresource = "status" }, cancellationToken);
        }
        catch (ApiException e) when (e.IsNotFound || e.IsConflict)
        {
            // A namesake or nobody is there now.
        }
    }
}
