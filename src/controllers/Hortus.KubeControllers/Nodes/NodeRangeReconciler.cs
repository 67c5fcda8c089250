using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;

namespace Hortus.KubeControllers.Nodes;

/// <summary>Gives each node a range of pod addresses.</summary>
internal sealed class NodeRangeReconciler : IReconciler
{
    private readonly ControllerSetup setup;
    private readonly IObjectCache<Node> nodes;
    private readonly NodeRanges ranges;

    private NodeRangeReconciler(ControllerSetup setup, NodeRanges ranges)
    {
        this.setup = setup;
        this.ranges = ranges;
        nodes = setup.Manager.CacheOf<Node>();
    }

    public static void Add(ControllerSetup setup)
    {
        if (!setup.Options.AllocateNodeCidrs || setup.Options.ClusterCidr is not { } cluster)
        {
            return;
        }

        var reconciler = new NodeRangeReconciler(setup, new NodeRanges(cluster, setup.Options.NodeCidrMaskSizeIPv4));
        setup.AddController("node-ipam", reconciler, c => c
            .For<Node>((old, now) => old is null || now is null || old.Spec.PodCIDR != now.Spec.PodCIDR)
            .WithConcurrency(1));
    }

    /// <inheritdoc/>
    public async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        if (nodes.Find(key) is not { } node)
        {
            ranges.Release(key.Name);
            return ReconcileResult.Done;
        }

        // What other nodes have counts first, also after a restart.
        foreach (var other in nodes.List())
        {
            if (other.Spec.PodCIDR is { Length: > 0 } range)
            {
                ranges.Take(other.Key.Name, range);
            }
        }

        if (!string.IsNullOrEmpty(node.Spec.PodCIDR))
        {
            return ReconcileResult.Done;
        }

        if (ranges.Allocate(key.Name) is not { } free)
        {
            setup.Manager.Events.Warning(
                node, "CIDRNotAvailable", $"no range of pod addresses is free in {setup.Options.ClusterCidr}");
            return ReconcileResult.After(TimeSpan.FromSeconds(10));
        }

        var body = new JsonObject
        {
            ["metadata"] = new JsonObject { ["uid"] = node.Metadata.Uid },
            ["spec"] = new JsonObject { ["podCIDR"] = free, ["podCIDRs"] = new JsonArray(free) },
        };
        try
        {
            await setup.Client.PatchAsync<Node>(key, Patch.Merge(body), cancellationToken);
        }
        catch (ApiException e) when (e.IsNotFound)
        {
            ranges.Release(key.Name);
        }

        return ReconcileResult.Done;
    }
}
