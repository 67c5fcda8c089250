using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;
using Microsoft.Extensions.Logging;

namespace Hortus.ResourceManager.CriticalComponents;

/// <summary>Lets pods onto a new node of the target once its critical components run.</summary>
internal sealed partial class CriticalComponentsReconciler : IReconciler
{
    private const string Name = "node-critical-components";

    private static readonly ResourceKind CsiNodes = ResourceKind.Of<CSINode>();
    private static readonly CacheScope Critical = new("kube-system", $"{GardenerLabels.NodeCriticalComponent}=true");

    private readonly ControllerSetup setup;
    private readonly IObjectCache<Node> nodes;
    private readonly IObjectCache<DaemonSet> sets;
    private readonly IObjectCache<Pod> pods;
    private readonly ConcurrentDictionary<ObjectKey, NodeLack> told = [];
    private readonly ILogger log;

    private CriticalComponentsReconciler(ControllerSetup setup)
    {
        this.setup = setup;
        nodes = setup.Target.CacheOf<Node>();
        sets = setup.Target.CacheOf<DaemonSet>(Critical);
        pods = setup.Target.CacheOf<Pod>(Critical);
        log = setup.Logs.CreateLogger(Name);
    }

    public static void Add(ControllerSetup setup)
    {
        var reconciler = new CriticalComponentsReconciler(setup);
        setup.Target.AddController(Name, reconciler, controller => controller
            .For<Node>((old, node) => node is null ? reconciler.told.ContainsKey(old!.Key) : NodeReadiness.IsTainted(node))
            .Watches<Pod>(reconciler.TaintedNodeOf, null, Critical)
            .Watches<DaemonSet>(_ => reconciler.TaintedNodes(), null, Critical));
    }

    /// <inheritdoc/>
    public async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        if (nodes.Find(key) is not { } node || !NodeReadiness.IsTainted(node))
        {
            told.TryRemove(key, out _);
            return ReconcileResult.Done;
        }

        var here = pods.List().Where(p => p.Spec.NodeName == key.Name).ToList();
        var drivers = NodeReadiness.DriversNeeded(here).Count > 0 ? await DriversAsync(key, cancellationToken) : [];
        if (NodeReadiness.Judge(node, sets.List(), here, drivers) is { } lack)
        {
            Tell(node, lack);
            return ReconcileResult.After(setup.Options.NodeCriticalComponentsBackoff);
        }

        await ReleaseAsync(node, cancellationToken);
        return ReconcileResult.Done;
    }

    private IEnumerable<ObjectKey> TaintedNodes() => nodes.List().Where(NodeReadiness.IsTainted).Select(n => n.Key);

    private IEnumerable<ObjectKey> TaintedNodeOf(Pod pod) =>
        pod.Spec.NodeName is { Length: > 0 } name && nodes.Find(ObjectKey.Cluster(name)) is { } node && NodeReadiness.IsTainted(node)
            ? [node.Key]
            : [];

    private async Task<HashSet<string>> DriversAsync(ObjectKey node, CancellationToken cancellationToken)
    {
        var found = await setup.Target.Client.Dynamic.FindAsync(CsiNodes, node, cancellationToken);
        return [.. found.Items("spec", "drivers").Select(driver => driver.Text("name") ?? "")];
    }

    // Once for each state: a node may lack the same for a long time.
    private void Tell(Node node, NodeLack lack)
    {
        if (told.TryGetValue(node.Key, out var last) && last == lack)
        {
            return;
        }

        told[node.Key] = lack;
        setup.Target.Events.Warning(node, lack.Reason, lack.Message);
        LogLacking(log, node.Key.Name, lack.Message);
    }

    private async Task ReleaseAsync(Node node, CancellationToken cancellationToken)
    {
        // The list is replaced as a whole, so the version keeps taints that others put on meanwhile.
        var body = new JsonObject
        {
            ["metadata"] = new JsonObject { ["resourceVersion"] = node.Metadata.ResourceVersion },
            ["spec"] = new JsonObject
            {
                ["taints"] = new JsonArray([.. NodeReadiness.OtherTaints(node).Select(t => KubernetesJson.ToNode(t))]),
            },
        };
        try
        {
            await setup.Target.Client.PatchAsync<Node>(node.Key, Patch.Merge(body), cancellationToken);
        }
        catch (ApiException e) when (e.IsNotFound)
        {
            return;
        }

        told.TryRemove(node.Key, out _);
        setup.Target.Events.Normal(node, "NodeCriticalComponentsReady", "all critical components run: the node takes other pods");
        LogReady(log, node.Key.Name);
    }

    [LoggerMessage(6440, LogLevel.Information, "node {Node} takes no other pods yet: {Reason}")]
    private static partial void LogLacking(ILogger logger, string node, string reason);

    [LoggerMessage(6441, LogLevel.Information, "node {Node} takes other pods: all critical components run")]
    private static partial void LogReady(ILogger logger, string node);
}
