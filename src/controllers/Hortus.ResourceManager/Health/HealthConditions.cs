using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.Resources;
using Hortus.ResourceManager.Target;
using Hortus.Runtime;
using Names = Hortus.Objects.Gardener.Resources.ManagedResourceConditions;

namespace Hortus.ResourceManager.Health;

/// <summary>Says how the applied objects of a ManagedResource are; reads caches only.</summary>
internal sealed class HealthConditions(TargetCluster target, AppliedMemory memory, TimeProvider clock)
{
    private static readonly TimeSpan CatchUpMax = TimeSpan.FromSeconds(5);
    private static readonly ResourceKind Pods = ResourceKind.Of<Hortus.Objects.Kubernetes.Pod>();

    /// <summary>The conditions Healthy and Progressing; the first object that is not well decides.</summary>
    public async Task<IReadOnlyList<GardenerCondition>> CheckAsync(
        ObjectKey resource, IReadOnlyList<ManagedResourceReference> objects, CancellationToken cancellationToken)
    {
        var needsPods = objects.Any(o => ObjectProgress.NeedsPods(o.ApiVersion, o.Kind));
        var pods = needsPods ? await target.ListAsync(Pods, null, cancellationToken) : [];
        target.FollowPods(resource, needsPods);
        var byNamespace = pods.ToLookup(p => p.Metadata.Namespace);
        GardenerCondition? unhealthy = null, progressing = null;
        foreach (var reference in objects)
        {
            var live = await FindAsync(reference, memory.Find(resource, reference.Id())?.Generation ?? 0, cancellationToken);
            if (live is null)
            {
                unhealthy ??= Of(Names.Healthy, "False", $"{reference.Kind}Missing", $"{reference.Text()} is missing");
                continue;
            }

            if (live.Metadata.Annotation(ResourceNames.SkipHealthCheck) == "true")
            {
                continue;
            }

            if (unhealthy is null && ObjectHealth.Check(live.Json) is { } fault)
            {
                unhealthy = Of(Names.Healthy, "False", $"{reference.Kind}Unhealthy", $"{reference.Text()} is unhealthy: {fault}");
            }

            if (progressing is null && ObjectProgress.Check(live.Json, space => [.. byNamespace[space]]) is { } awaited)
            {
                var message = $"{reference.Text()} is progressing: {awaited}";
                progressing = Of(Names.Progressing, "True", $"{reference.Kind}Progressing", message);
            }
        }

        return
        [
            unhealthy ?? Of(Names.Healthy, "True", Names.ResourcesHealthy, "all objects are healthy"),
            progressing ?? Of(Names.Progressing, "False", Names.RolledOut, "all objects are fully rolled out"),
        ];
    }

    private async Task<DynamicObject?> FindAsync(
        ManagedResourceReference reference, long generation, CancellationToken cancellationToken)
    {
        var found = await target.Kinds.FindAsync(reference.ApiVersion ?? "", reference.Kind ?? "", cancellationToken);
        if (found.Kind is not { } kind)
        {
            return null;
        }

        var key = new ObjectKey(kind.Namespaced ? reference.Namespace : null, reference.Name ?? "");
        if (await target.FindAsync(kind, key, cancellationToken) is { } cached)
        {
            // The state before the last write would pass for healthy and rolled out.
            return (cached.Metadata.Generation ?? 0) >= generation
                ? cached
                : await CatchUpAsync(kind, key, generation, cancellationToken);
        }

        // Just made and not in the cache yet, or there from before and without the label by which objects are watched.
        return await target.Dynamic.FindAsync(kind, key, cancellationToken) is { } live ? Runtime.DynamicCache.Of(live) : null;
    }

    private async Task<DynamicObject?> CatchUpAsync(
        ResourceKind kind, ObjectKey key, long generation, CancellationToken cancellationToken)
    {
        DynamicObject? last = null;
        using var limit = new CancellationTokenSource(CatchUpMax, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            await target.WaitAsync(
                kind, key, found => (last = found) is null || (found!.Metadata.Generation ?? 0) >= generation, either.Token);
            return last;
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"the watch of {kind.GroupResource} does not show the latest state of {key}", e);
        }
    }

    private static GardenerCondition Of(string type, string status, string reason, string message) =>
        new() { Type = type, Status = status, Reason = reason, Message = message };
}
