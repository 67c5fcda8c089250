using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.KubeControllers.Collection;
using Hortus.KubeControllers.Workloads;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;

namespace Hortus.KubeControllers.Namespaces;

/// <summary>Empties namespaces that are being deleted, pods first, and then lets them go.</summary>
internal sealed class NamespaceReconciler : IReconciler
{
    private const string Finalizer = "kubernetes";

    // Pods, then the rest, then a look that nothing is left.
    private const int PassesMax = 3;

    // Objects that leave call again at once; this is for those that come or are refused.
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(2);

    private readonly ControllerSetup setup;
    private readonly ResourceGraph graph;
    private readonly IObjectCache<Namespace> namespaces;

    private NamespaceReconciler(ControllerSetup setup)
    {
        this.setup = setup;
        graph = setup.Graph;
        namespaces = setup.Manager.CacheOf<Namespace>();
    }

    public static void Add(ControllerSetup setup)
    {
        var reconciler = new NamespaceReconciler(setup);
        setup.AddController("namespace", reconciler, c => c
            .For<Namespace>((_, now) => now?.IsDeleting() == true)
            .From(reconciler.ConnectRemovals)
            .WithConcurrency(4));
    }

    /// <inheritdoc/>
    public async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        if (namespaces.Find(key) is not { } space || !space.IsDeleting() ||
            space.Spec.Finalizers?.Contains(Finalizer) != true)
        {
            return ReconcileResult.Done;
        }

        // A kind that was defined a moment ago may have objects here.
        await graph.RefreshAsync(cancellationToken);
        var pass = await EmptyAsync(space, cancellationToken);
        for (var done = 1; done < PassesMax && pass.Left.Count > 0; done++)
        {
            pass = await EmptyAsync(space, cancellationToken);
        }

        var status = NamespaceContent.Status(space, pass, setup.Clock.GetUtcNow());
        if (!Canonical.Same(space.Status, status))
        {
            space = await setup.Client.UpdateStatusAsync(space with { Status = status }, cancellationToken);
        }

        if (!pass.IsEmpty)
        {
            return ReconcileResult.After(Again);
        }

        var finalizers = (space.Spec.Finalizers ?? []).Where(f => f != Finalizer).ToList();
        try
        {
            await setup.Client.UpdateSubresourceAsync(
                space with { Spec = space.Spec with { Finalizers = finalizers } }, "finalize", cancellationToken);
        }
        catch (ApiException e) when (e.IsNotFound)
        {
            // Done by another run.
        }

        return ReconcileResult.Done;
    }

    private void ConnectRemovals(Action<ObjectKey> enqueue) => graph.OnRemoved(node =>
    {
        if (node.Key.Namespace is { } name && namespaces.Find(ObjectKey.Cluster(name))?.IsDeleting() == true)
        {
            enqueue(ObjectKey.Cluster(name));
        }
    });

    private async Task<NamespacePass> EmptyAsync(Namespace space, CancellationToken cancellationToken)
    {
        var name = space.Metadata.Name!;
        var away = graph.Away;
        var kinds = graph.Kinds.Where(k => k.Namespaced && !away.ContainsKey(k.GroupVersion)).ToList();
        var pods = kinds.Where(k => k.Group.Length == 0 && k.Plural == "pods");
        var failures = new ConcurrentDictionary<string, string>(StringComparer.Ordinal);
        foreach (var stage in (IEnumerable<ResourceKind>[])[pods, kinds])
        {
            var left = new List<LeftOver>();
            foreach (var found in await Task.WhenAll(
                stage.Select(k => TryDeleteAllAsync(k, name, failures, cancellationToken))))
            {
                left.AddRange(found);
            }

            if (left.Count > 0)
            {
                return new NamespacePass(left, failures, away);
            }
        }

        return new NamespacePass([], failures, away);
    }

    // One resource that cannot be emptied must not keep the others.
    private async Task<IReadOnlyList<LeftOver>> TryDeleteAllAsync(
        ResourceKind kind, string space, ConcurrentDictionary<string, string> failures, CancellationToken cancellationToken)
    {
        try
        {
            return await DeleteAllAsync(kind, space, cancellationToken);
        }
        catch (ApiException e)
        {
            failures[kind.GroupResource] = e.Status.Message ?? e.Message;
            return [];
        }
    }

    // What was still there.
    private async Task<IReadOnlyList<LeftOver>> DeleteAllAsync(
        ResourceKind kind, string space, CancellationToken cancellationToken)
    {
        IReadOnlyList<JsonObject> items;
        try
        {
            (items, _) = await setup.Client.Dynamic.ListAsync(kind, ListOptions.In(space), cancellationToken);
        }
        catch (ApiException e) when (e.Code is 404 or 405)
        {
            return [];
        }

        var left = new List<LeftOver>();
        foreach (var item in items)
        {
            var metadata = KubernetesJson.Deserialize<ObjectMeta>(item["metadata"]!);
            if (!metadata.IsDeleting())
            {
                await setup.Client.Dynamic.DeleteAsync(
                    kind,
                    new ObjectKey(space, metadata.Name ?? ""),
                    new DeleteOptions { PropagationPolicy = "Background" },
                    cancellationToken);
            }

            left.Add(new LeftOver(kind, metadata.Finalizers ?? []));
        }

        return left;
    }
}
