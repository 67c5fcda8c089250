using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;
using Microsoft.Extensions.Logging;

namespace Hortus.ResourceManager.ReconciliationDelay;

/// <summary>Writes on every node of the target how long its agent waits; all nodes are one piece of work.</summary>
internal sealed partial class DelayReconciler : IReconciler
{
    private const string Name = "node-agent-reconciliation-delay";
    private const string Annotation = GardenerAnnotations.NodeAgentReconciliationDelay;

    private static readonly ObjectKey AllNodes = ObjectKey.Cluster("nodes");

    private readonly ControllerSetup setup;
    private readonly IObjectCache<Node> nodes;
    private readonly ILogger log;

    private DelayReconciler(ControllerSetup setup)
    {
        this.setup = setup;
        nodes = setup.Target.CacheOf<Node>();
        log = setup.Logs.CreateLogger(Name);
    }

    public static void Add(ControllerSetup setup) => setup.Target.AddController(Name, new DelayReconciler(setup), controller => controller
        .Watches<Node>(_ => [AllNodes], Matters)
        .WithConcurrency(1));

    /// <inheritdoc/>
    public async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        var known = nodes.List().ToDictionary(node => node.Key.Name, StringComparer.Ordinal);
        var options = setup.Options;
        var plan = DelayPlan.Of(known.Keys, options.NodeAgentReconciliationDelayMin, options.NodeAgentReconciliationDelayMax);
        foreach (var (node, delay) in plan)
        {
            var wanted = Duration.Format(delay);
            if (known[node].Metadata.Annotation(Annotation) != wanted)
            {
                await WriteAsync(known[node].Key, wanted, cancellationToken);
            }
        }

        return ReconcileResult.Done;
    }

    private static bool Matters(Node? old, Node? current) => old is null || current is null ||
        old.Metadata.Annotation(Annotation) != current.Metadata.Annotation(Annotation);

    private async Task WriteAsync(ObjectKey node, string delay, CancellationToken cancellationToken)
    {
        var body = new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { [Annotation] = delay } } };
        try
        {
            await setup.Target.Client.PatchAsync<Node>(node, Patch.Merge(body), cancellationToken);
            LogWritten(log, node.Name, delay);
        }
        catch (ApiException e) when (e.IsNotFound)
        {
            // Gone meanwhile; the others get their new delays when the cache says so.
        }
    }

    [LoggerMessage(6420, LogLevel.Debug, "agent of node {Node} waits {Delay} before it applies a new configuration")]
    private static partial void LogWritten(ILogger logger, string node, string delay);
}
