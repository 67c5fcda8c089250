using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener.Resources;
using Hortus.Objects.Kubernetes;
using Hortus.ResourceManager.Target;
using Hortus.Runtime;

namespace Hortus.ResourceManager;

/// <summary>How a deletion went.</summary>
/// <param name="Pending">Objects that are still there, and a line about each.</param>
/// <param name="Failed">Objects that could not be deleted, and a line about each.</param>
internal sealed record DeletionResult(
    IReadOnlyDictionary<ObjectId, string> Pending, IReadOnlyDictionary<ObjectId, string> Failed)
{
    /// <summary>Whether nothing is left to delete.</summary>
    public bool IsDone => Pending.Count + Failed.Count == 0;
}

/// <summary>Deletes objects of a ManagedResource: workloads first, and what they need when they are gone.</summary>
internal sealed class ObjectDeleter(TargetCluster target, bool collectsGarbage, TimeProvider clock)
{
    private const int SideBySide = 10;
    private static readonly ResourceKind Claims = ResourceKind.Of<PersistentVolumeClaim>();

    /// <summary>Deletes what belongs to an origin; what another one has taken over is left alone.</summary>
    /// <param name="objects">The objects.</param>
    /// <param name="origin">Origin of the ManagedResource.</param>
    /// <param name="withClaims">Whether claims of stateful sets go too.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task<DeletionResult> DeleteAsync(
        IEnumerable<ManagedResourceReference> objects, string origin, bool withClaims, CancellationToken cancellationToken)
    {
        var pending = new ConcurrentDictionary<ObjectId, string>();
        var failed = new ConcurrentDictionary<ObjectId, string>();
        var waves = objects.GroupBy(o => InstallOrder.IsDeletedLast(o.Id().Group, o.Id().Kind)).OrderBy(g => g.Key);
        foreach (var wave in waves)
        {
            var options = new ParallelOptions { MaxDegreeOfParallelism = SideBySide, CancellationToken = cancellationToken };
            await Parallel.ForEachAsync(wave, options, async (reference, token) =>
            {
                try
                {
                    if (await DeleteOneAsync(reference, origin, withClaims, token) is { } why)
                    {
                        pending[reference.Id()] = $"deletion of old resource {reference.Text()} is still pending{why}";
                    }
                }
                catch (Exception e) when (e is ApiException or HttpRequestException or TimeoutException)
                {
                    var reason = (e as ApiException)?.Status.Message ?? e.Message;
                    failed[reference.Id()] = $"error during deletion of old resource {reference.Text()}: {reason}";
                }
            });
            if (pending.Count + failed.Count > 0)
            {
                break;
            }
        }

        return new DeletionResult(pending, failed);
    }

    /// <summary>Lets go of an object: takes the marks of the origin off, if they are still this one's.</summary>
    public async Task ReleaseAsync(ManagedResourceReference reference, string origin, CancellationToken cancellationToken)
    {
        var found = await target.Kinds.FindAsync(reference.ApiVersion ?? "", reference.Kind ?? "", cancellationToken);
        if (found.Kind is not { } kind)
        {
            return;
        }

        var key = KeyOf(kind, reference);
        var live = await target.Dynamic.FindAsync(kind, key, cancellationToken);
        if (live.Text("metadata", "annotations", ResourceNames.Origin) != origin)
        {
            return;
        }

        var annotations = new JsonObject { [ResourceNames.Origin] = null, [ResourceNames.Description] = null };
        var metadata = new JsonObject
        {
            ["annotations"] = annotations,
            ["resourceVersion"] = live.Text("metadata", "resourceVersion"),
        };
        await target.Dynamic.PatchAsync(kind, key, Patch.Merge(new JsonObject { ["metadata"] = metadata }), cancellationToken);
    }

    // Null when the object is gone or stays for good; otherwise what there is to say about the wait.
    private async Task<string?> DeleteOneAsync(
        ManagedResourceReference reference, string origin, bool withClaims, CancellationToken cancellationToken)
    {
        var found = await target.Kinds.FindAsync(reference.ApiVersion ?? "", reference.Kind ?? "", cancellationToken);
        if (found.Kind is not { } kind)
        {
            return found.Away is { } away ? $": the API {reference.ApiVersion} of the target cluster is away: {away}" : null;
        }

        var key = KeyOf(kind, reference);
        if (await target.Dynamic.FindAsync(kind, key, cancellationToken) is not { } live || IsKept(kind, live, origin, collectsGarbage))
        {
            return null;
        }

        if (live.At("metadata", "deletionTimestamp") is null)
        {
            if (withClaims && kind is { Group: "apps", Kind: "StatefulSet" })
            {
                await DeleteClaimsAsync(live, key.Namespace, cancellationToken);
            }

            var options = new DeleteOptions
            {
                PropagationPolicy = kind.Group is "apps" or "extensions" or "batch" ? "Foreground" : null,
                PreconditionUid = live.Text("metadata", "uid"),
            };
            await target.Dynamic.DeleteAsync(kind, key, options, cancellationToken);
            if (await target.Dynamic.FindAsync(kind, key, cancellationToken) is not { } left)
            {
                return null;
            }

            live = left;
        }

        // From now on its end is seen at once.
        await target.FindAsync(kind, key, cancellationToken);
        return await FinalizeAsync(kind, key, live, cancellationToken);
    }

    /// <summary>Whether an object stays although it is no longer wanted.</summary>
    public static bool IsKept(ResourceKind kind, JsonObject live, string origin, bool collectsGarbage)
    {
        var annotations = live.Texts("metadata", "annotations");
        return ResourceNames.IsTrue(annotations.GetValueOrDefault(ResourceNames.KeepObject))
            || (annotations.GetValueOrDefault(ResourceNames.Origin) is { } other && other != origin)
            || (collectsGarbage && kind is { Group: "", Kind: "Secret" or "ConfigMap" }
                && live.Text("metadata", "labels", ResourceNames.GarbageCollectable) == "true");
    }

    private async Task DeleteClaimsAsync(JsonObject set, string? @namespace, CancellationToken cancellationToken)
    {
        foreach (var claim in await ClaimsOfAsync(target.Dynamic, set, cancellationToken))
        {
            await target.Dynamic.DeleteAsync(Claims, new ObjectKey(@namespace, claim.Text("metadata", "name")!), null, cancellationToken);
        }
    }

    /// <summary>The claims of a StatefulSet.</summary>
    public static async Task<IReadOnlyList<JsonObject>> ClaimsOfAsync(
        IDynamicClient client, JsonObject set, CancellationToken cancellationToken)
    {
        var labels = set.Texts("spec", "selector", "matchLabels");
        if (labels.Count == 0)
        {
            return [];
        }

        var options = new ListOptions
        {
            Namespace = set.Text("metadata", "namespace"),
            LabelSelector = LabelSelectorMatcher.FromLabels(labels).ToString(),
        };
        return (await client.ListAsync(Claims, options, cancellationToken)).Items;
    }

    // The annotation bounds how long finalizers of others may hold an object.
    private async Task<string> FinalizeAsync(ResourceKind kind, ObjectKey key, JsonObject live, CancellationToken cancellationToken)
    {
        var holders = (live.At("metadata", "finalizers") as JsonArray ?? []).Select(f => $"{f}").ToArray();
        var held = holders.Length == 0 ? "" : $", held by {string.Join(", ", holders)}";
        if (live.Text("metadata", "annotations", ResourceNames.FinalizeDeletionAfter) is not { } text)
        {
            return held;
        }

        if (!Duration.TryParse(text, out var after))
        {
            return $"{held}: annotation {ResourceNames.FinalizeDeletionAfter}: \"{text}\" is no duration such as 1h30m";
        }

        var deleted = KubernetesJson.Deserialize<ObjectMeta>(live["metadata"]!).DeletionTimestamp;
        if (deleted is null || clock.GetUtcNow() < deleted + after)
        {
            return held;
        }

        var version = live.Text("metadata", "resourceVersion");
        var body = new JsonObject { ["metadata"] = new JsonObject { ["finalizers"] = null, ["resourceVersion"] = version } };
        await target.Dynamic.PatchAsync(kind, key, Patch.Merge(body), cancellationToken);
        if (kind is { Group: "", Kind: "Namespace" }
            && await target.Client.FindAsync<Namespace>(key, cancellationToken) is { } space)
        {
            var finalized = space with { Spec = space.Spec with { Finalizers = [] } };
            await target.Client.UpdateSubresourceAsync(finalized, "finalize", cancellationToken);
        }

        return $"{held}, whose finalizers were taken off after {text}";
    }

    private static ObjectKey KeyOf(ResourceKind kind, ManagedResourceReference reference) =>
        new(kind.Namespaced ? reference.Namespace : null, reference.Name ?? "");
}
