using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Runtime;
using Microsoft.Extensions.Logging;

namespace Hortus.KubeControllers.Collection;

/// <summary>Deletes objects whose owners are gone, and carries out foreground and orphaning deletions. Nothing is
/// deleted before the server itself has said that the owner is not there.</summary>
internal sealed partial class GarbageCollector : IReconciler
{
    private static readonly TimeSpan UnknownKindRetry = TimeSpan.FromSeconds(30);

    private readonly ControllerSetup setup;
    private readonly ResourceGraph graph;
    private readonly ILogger log;

    private GarbageCollector(ControllerSetup setup)
    {
        this.setup = setup;
        graph = setup.Graph;
        log = setup.Logs.CreateLogger<GarbageCollector>();
    }

    public static void Add(ControllerSetup setup)
    {
        var collector = new GarbageCollector(setup);
        setup.AddController("garbage-collector", collector, c => c
            .From(enqueue => setup.Graph.OnConcerned(uid => enqueue(ObjectKey.Cluster(uid))))
            .WithConcurrency(8));
    }

    /// <inheritdoc/>
    /// <param name="key">The name is the uid of an object in the graph.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        await graph.CompleteAsync(cancellationToken);
        if (graph.Store.Find(key.Name) is not { } node)
        {
            return ReconcileResult.Done;
        }

        try
        {
            if (node.LetsDependantsGo)
            {
                await LetGoAsync(node, cancellationToken);
            }
            else if (node.WaitsForDependants)
            {
                await WaitForDependantsAsync(node, cancellationToken);
            }
            else if (!node.IsDeleting && node.Owners.Count > 0)
            {
                return await CheckOwnersAsync(node, cancellationToken);
            }
        }
        catch (ApiException e) when (e.IsNotFound)
        {
            // Gone meanwhile; the watch will say so.
        }

        return ReconcileResult.Done;
    }

    private async Task LetGoAsync(GraphNode owner, CancellationToken cancellationToken)
    {
        foreach (var dependant in graph.Store.DependantsOf(owner.Uid))
        {
            await WithoutOwnersAsync(dependant, o => o.Uid == owner.Uid, cancellationToken);
        }

        await WithoutFinalizerAsync(owner, GraphNode.Orphan, cancellationToken);
    }

    private async Task WaitForDependantsAsync(GraphNode owner, CancellationToken cancellationToken)
    {
        var dependants = graph.Store.DependantsOf(owner.Uid);
        if (!dependants.Any(d => d.Owners.Any(o => o.Uid == owner.Uid && o.BlockOwnerDeletion == true)))
        {
            await WithoutFinalizerAsync(owner, GraphNode.Foreground, cancellationToken);
        }
    }

    private async Task<ReconcileResult> CheckOwnersAsync(GraphNode node, CancellationToken cancellationToken)
    {
        var gone = new List<string>();
        var leaving = new List<string>();
        var solid = 0;
        foreach (var reference in node.Owners)
        {
            switch (await LookAsync(node, reference, cancellationToken))
            {
                case OwnerState.There:
                    solid++;
                    break;
                case OwnerState.Leaving:
                    leaving.Add(reference.Uid);
                    break;
                case OwnerState.Gone:
                    gone.Add(reference.Uid);
                    break;
                default:
                    return ReconcileResult.After(UnknownKindRetry);
            }
        }

        if (solid > 0)
        {
            if (gone.Count + leaving.Count > 0)
            {
                await WithoutOwnersAsync(node, o => gone.Contains(o.Uid) || leaving.Contains(o.Uid), cancellationToken);
            }

            return ReconcileResult.Done;
        }

        if (leaving.Count > 0 && graph.Store.DependantsOf(node.Uid).Any(d => d.WaitsForDependants))
        {
            // A circle: what depends on this object waits for this one in turn, so its owners must not wait for it.
            node = await WithoutBlockingAsync(node, cancellationToken);
        }

        // While an owner waits, what depends on this object must go before it too.
        var policy = leaving.Count > 0 && graph.Store.DependantsOf(node.Uid).Count > 0
            ? "Foreground"
            : node.Metadata.HasFinalizer(GraphNode.Orphan) ? "Orphan"
            : node.Metadata.HasFinalizer(GraphNode.Foreground) ? "Foreground" : "Background";
        LogDeleting(log, node.Kind.GroupResource, node.Key.Namespace, node.Key.Name, policy);
        try
        {
            await setup.Client.Dynamic.DeleteAsync(
                node.Kind,
                node.Key,
                new DeleteOptions
                {
                    PropagationPolicy = policy,
                    PreconditionUid = node.Uid,
                    PreconditionResourceVersion = node.Metadata.ResourceVersion,
                },
                cancellationToken);
        }
        catch (ApiException e) when (e.IsConflict)
        {
            // Changed since: perhaps it has an owner again. Its event may have come already, so look once more.
            return ReconcileResult.After(TimeSpan.FromMilliseconds(100));
        }

        return ReconcileResult.Done;
    }

    private async Task<OwnerState> LookAsync(
        GraphNode node, OwnerReference reference, CancellationToken cancellationToken)
    {
        if (graph.Store.Find(reference.Uid) is { } owner)
        {
            if (IsReachable(node, owner))
            {
                return owner.WaitsForDependants ? OwnerState.Leaving : OwnerState.There;
            }

            ReportForeignOwner(node, reference, owner);
        }

        if (graph.KindOf(reference) is not { } kind)
        {
            return OwnerState.Unknown;
        }

        var key = new ObjectKey(kind.Namespaced ? node.Key.Namespace : null, reference.Name);
        if (kind.Namespaced && key.Namespace is null)
        {
            // A cluster-scoped object cannot have an owner in a namespace.
            return OwnerState.Unknown;
        }

        var live = await setup.Client.Dynamic.FindAsync(kind, key, cancellationToken);
        return live?["metadata"]?["uid"]?.GetValue<string>() == reference.Uid ? OwnerState.There : OwnerState.Gone;
    }

    private void ReportForeignOwner(GraphNode node, OwnerReference reference, GraphNode owner) =>
        setup.Manager.Events.Warning(
            new DynamicObject { ApiVersion = node.Kind.ApiVersion, Kind = node.Kind.Kind, Metadata = node.Metadata },
            "OwnerRefInvalidNamespace",
            $"owner {reference.ApiVersion} {reference.Kind} \"{reference.Name}\" (uid {reference.Uid}) does not exist in "
            + $"namespace \"{node.Key.Namespace}\" but in \"{owner.Key.Namespace}\": owners are in the namespace of their "
            + "dependents or in none");

    private static bool IsReachable(GraphNode node, GraphNode owner) =>
        owner.Key.Namespace is null || owner.Key.Namespace == node.Key.Namespace;

    private async Task WithoutOwnersAsync(
        GraphNode node, Func<OwnerReference, bool> which, CancellationToken cancellationToken)
    {
        var kept = node.Owners.Where(o => !which(o)).Select(o => (JsonNode)KubernetesJson.ToNode(o));
        try
        {
            await PatchAsync(node, "ownerReferences", new JsonArray([.. kept]), cancellationToken);
        }
        catch (ApiException e) when (e.IsNotFound)
        {
            // Nothing is left to let go.
        }
    }

    private async Task<GraphNode> WithoutBlockingAsync(GraphNode node, CancellationToken cancellationToken)
    {
        if (node.Owners.All(o => o.BlockOwnerDeletion != true))
        {
            return node;
        }

        var freed = node.Owners.Select(o => (JsonNode)KubernetesJson.ToNode(o with { BlockOwnerDeletion = false }));
        var written = await PatchAsync(node, "ownerReferences", new JsonArray([.. freed]), cancellationToken);
        return GraphNode.Of(node.Kind, KubernetesJson.Deserialize<ObjectMeta>(written["metadata"]!));
    }

    private Task WithoutFinalizerAsync(GraphNode node, string finalizer, CancellationToken cancellationToken)
    {
        var kept = (node.Metadata.Finalizers ?? []).Where(f => f != finalizer).Select(f => (JsonNode)f);
        return PatchAsync(node, "finalizers", new JsonArray([.. kept]), cancellationToken);
    }

    private Task<JsonObject> PatchAsync(
        GraphNode node, string field, JsonArray value, CancellationToken cancellationToken) =>
        setup.Client.Dynamic.PatchAsync(
            node.Kind,
            node.Key,
            Patch.Merge(new JsonObject
            {
                ["metadata"] = new JsonObject
                {
                    ["uid"] = node.Uid,
                    ["resourceVersion"] = node.Metadata.ResourceVersion,
                    [field] = value,
                },
            }),
            cancellationToken);

    private enum OwnerState
    {
        There,
        Leaving,
        Gone,
        Unknown,
    }

    [LoggerMessage(6112, LogLevel.Debug, "deleting {Kind} {Namespace}/{Name} after its owners, {Policy}")]
    private static partial void LogDeleting(
        ILogger logger, string kind, string? @namespace, string name, string policy);
}
