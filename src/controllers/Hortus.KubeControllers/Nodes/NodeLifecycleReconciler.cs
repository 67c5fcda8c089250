using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.KubeControllers.Workloads;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;

namespace Hortus.KubeControllers.Nodes;

/// <summary>Notices nodes that have fallen silent, and marks by taints which nodes pods must avoid.</summary>
internal sealed class NodeLifecycleReconciler : IReconciler
{
    private const string LeaseNamespace = "kube-node-lease";
    private static readonly TimeSpan SilenceMax = TimeSpan.FromSeconds(40);

    private readonly ControllerSetup setup;
    private readonly IObjectCache<Node> nodes;
    private readonly IObjectCache<Lease> leases;
    private readonly IObjectCache<Pod> pods;

    // Heartbeats by this process' own clock: those of nodes may differ.
    private readonly Dictionary<string, (string Seen, long At)> heartbeats = new(StringComparer.Ordinal);
    private readonly Lock gate = new();

    private NodeLifecycleReconciler(ControllerSetup setup)
    {
        this.setup = setup;
        nodes = setup.Manager.CacheOf<Node>();
        leases = setup.Manager.CacheOf<Lease>(LeaseScope);
        pods = setup.Manager.CacheOf<Pod>();
    }

    private static CacheScope LeaseScope { get; } = new(LeaseNamespace);

    public static void Add(ControllerSetup setup)
    {
        var reconciler = new NodeLifecycleReconciler(setup);
        setup.AddController("node-lifecycle", reconciler, c => c
            .For<Node>()
            .Watches<Lease>(l => [ObjectKey.Cluster(l.Key.Name)], null, LeaseScope));
    }

    /// <inheritdoc/>
    public async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        if (nodes.Find(key) is not { } node || node.IsDeleting())
        {
            lock (gate)
            {
                heartbeats.Remove(key.Name);
            }

            return ReconcileResult.Done;
        }

        var now = setup.Clock.GetUtcNow();
        var left = SilenceMax - Silence(node);
        if (left <= TimeSpan.Zero && Conditions.Find(node.Status.Conditions, "Ready")?.Status != "Unknown")
        {
            node = await setup.Client.UpdateStatusAsync(
                node with
                {
                    Status =
                    node.Status with { Conditions = NodeHealth.Unknown(node.Status.Conditions, now) }
                },
                cancellationToken);
            setup.Manager.Events.Normal(node, "NodeNotReady", $"Node {key.Name} status is now: NodeNotReady");
            await MarkPodsAsync(key.Name, cancellationToken);
        }

        var taints = NodeHealth.Taints(node, now);
        if (!NodeHealth.Same(node.Spec.Taints, taints))
        {
            var body = new JsonObject
            {
                ["metadata"] = Writes.Lock(node),
                ["spec"] = new JsonObject
                {
                    ["taints"] = new JsonArray([.. taints.Select(t => (JsonNode)KubernetesJson.ToNode(t))]),
                },
            };
            await setup.Client.PatchAsync<Node>(key, Patch.Merge(body), cancellationToken);
        }

        return left > TimeSpan.Zero ? ReconcileResult.After(left) : ReconcileResult.Done;
    }

    private TimeSpan Silence(Node node)
    {
        var lease = leases.Find(new ObjectKey(LeaseNamespace, node.Key.Name))?.Spec.RenewTime;
        var ready = Conditions.Find(node.Status.Conditions, "Ready")?.LastHeartbeatTime;
        var seen = $"{lease?.UtcTicks}/{ready?.UtcTicks}";
        lock (gate)
        {
            if (!heartbeats.TryGetValue(node.Key.Name, out var last) || last.Seen != seen)
            {
                heartbeats[node.Key.Name] = last = (seen, setup.Clock.GetTimestamp());
            }

            return setup.Clock.GetElapsedTime(last.At);
        }
    }

    // Pods that nobody can vouch for must not get traffic.
    private async Task MarkPodsAsync(string node, CancellationToken cancellationToken)
    {
        foreach (var pod in pods.List().Where(p => p.Spec.NodeName == node && p.IsReady()))
        {
            var conditions = Conditions.Set(
                pod.Status.Conditions,
                new PodCondition { Type = "Ready", Status = "False", Reason = "NodeNotReady" },
                setup.Clock.GetUtcNow());
            try
            {
                await setup.Client.ReportAsync(
                    pod with { Status = pod.Status with { Conditions = conditions } }, cancellationToken);
            }
            catch (ApiException e) when (e.IsConflict)
            {
                // Somebody knows better.
            }
        }
    }
}
