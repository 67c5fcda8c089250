using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener.Resources;
using Hortus.ResourceManager.Target;
using Hortus.Runtime;

namespace Hortus.ResourceManager;

/// <summary>An object cannot be brought to its wanted state; the message names it.</summary>
internal sealed class ObjectApplyException(string message, bool isConfiguration, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Whether whoever wrote the manifest has to change it.</summary>
    public bool IsConfiguration { get; } = isConfiguration;
}

/// <summary>What one ManagedResource says about how its objects are applied.</summary>
internal sealed record ApplyRequest
{
    /// <summary>The ManagedResource.</summary>
    public required ObjectKey Resource { get; init; }

    /// <summary>How an object is merged.</summary>
    public required Func<ObjectId, MergeRules> Rules { get; init; }

    /// <summary>Says who else rightfully has a live object; null when nobody.</summary>
    public required Func<JsonObject, ObjectId, ObjectKey?> OtherOwner { get; init; }
}

/// <summary>Brings objects to their wanted state, one request each, and none where nothing differs.</summary>
internal sealed class ObjectApplier(TargetCluster target, AppliedMemory memory, bool alwaysUpdate, TimeProvider clock)
{
    private const int TriesMax = 4;
    private static readonly TimeSpan EstablishedMax = TimeSpan.FromSeconds(10);

    /// <summary>Applies an object.</summary>
    /// <exception cref="ObjectApplyException">It does not work; the message names object and reason.</exception>
    public async Task ApplyAsync(WantedObject wanted, ApplyRequest request, CancellationToken cancellationToken)
    {
        try
        {
            var kind = await KindAsync(wanted, cancellationToken);
            var applied = await ApplyAsync(kind, wanted, request, cancellationToken);
            memory.Keep(request.Resource, wanted.Id, applied);
        }
        catch (Exception e) when (e is ApiException or HttpRequestException or TimeoutException)
        {
            throw UpdatePolicy.Failure(wanted, e);
        }
    }

    private async Task<ResourceKind> KindAsync(WantedObject wanted, CancellationToken cancellationToken)
    {
        if (wanted.Kind is { } known)
        {
            return known;
        }

        var found = await target.Kinds.FindAsync(wanted.ApiVersion, wanted.Id.Kind, cancellationToken);
        if (found.Kind is { } kind)
        {
            return kind.Namespaced == (wanted.Id.Namespace is not null)
                ? kind
                : throw new ObjectApplyException(
                    $"error during apply of object {wanted.Text}: the kind has come just now, trying again", false);
        }

        throw UpdatePolicy.NoKind(wanted, found.Away);
    }

    private async Task<AppliedObject> ApplyAsync(
        ResourceKind kind, WantedObject wanted, ApplyRequest request, CancellationToken cancellationToken)
    {
        var rules = request.Rules(wanted.Id);
        var live = (await target.FindAsync(kind, wanted.Key, cancellationToken))?.Json;
        if (live is null && wanted.IsIgnored)
        {
            // It need not carry the label by which objects are watched.
            live = await target.Dynamic.FindAsync(kind, wanted.Key, cancellationToken);
        }

        for (var tries = 1; ; tries++)
        {
            try
            {
                return live is null
                    ? await CreateAsync(kind, wanted, rules, cancellationToken)
                    : await UpdateAsync(kind, live, wanted, request, rules, cancellationToken);
            }
            catch (ApiException e) when (tries < TriesMax && (e.IsConflict || e.IsAlreadyExists || (e.IsNotFound && live is not null)))
            {
                // The cache is behind, or somebody was faster.
                live = await target.Dynamic.FindAsync(kind, wanted.Key, cancellationToken);
                (live?["metadata"] as JsonObject)?.Remove("managedFields");
            }
        }
    }

    private async Task<AppliedObject> CreateAsync(
        ResourceKind kind, WantedObject wanted, MergeRules rules, CancellationToken cancellationToken)
    {
        var value = ObjectMerge.New(wanted, rules);
        var created = await target.Dynamic.CreateAsync(kind, value, cancellationToken);
        await AfterWriteAsync(kind, wanted, cancellationToken);
        return AppliedObject.Of(kind, value, created);
    }

    private async Task<AppliedObject> UpdateAsync(
        ResourceKind kind,
        JsonObject live,
        WantedObject wanted,
        ApplyRequest request,
        MergeRules rules,
        CancellationToken cancellationToken)
    {
        if (wanted.IsIgnored)
        {
            return AppliedObject.Of(kind, wanted.Json, live);
        }

        UpdatePolicy.Check(live, wanted, request.OtherOwner(live, wanted.Id));
        var merged = ObjectMerge.Merge(live, wanted, rules);
        if (!alwaysUpdate && (JsonNode.DeepEquals(merged, live) || IsInPlace(merged, live, memory.Find(request.Resource, wanted.Id))))
        {
            return AppliedObject.Of(kind, merged, live);
        }

        try
        {
            var updated = await target.Dynamic.UpdateAsync(kind, merged, cancellationToken);
            await AfterWriteAsync(kind, wanted, cancellationToken);
            return AppliedObject.Of(kind, merged, updated);
        }
        catch (ApiException e) when (UpdatePolicy.IsMadeAnew(wanted, live, e))
        {
            return await MakeAnewAsync(kind, live, wanted, rules, e, cancellationToken);
        }
    }

    // Servers fill in defaults, so a live object is never quite what was sent; but sending the same again gives the same again.
    private static bool IsInPlace(JsonObject merged, JsonObject live, AppliedObject? last) =>
        last is not null && last.Sent == TreeDigests.OfBody(merged) && last.Body == TreeDigests.OfBody(live)
        && TreeDigests.OfMetadata(merged) == TreeDigests.OfMetadata(live);

    private async Task<AppliedObject> MakeAnewAsync(
        ResourceKind kind,
        JsonObject live,
        WantedObject wanted,
        MergeRules rules,
        ApiException refused,
        CancellationToken cancellationToken)
    {
        var options = new DeleteOptions
        {
            PropagationPolicy = UpdatePolicy.PropagationOf(wanted),
            PreconditionUid = live.Text("metadata", "uid"),
        };
        await target.Dynamic.DeleteAsync(kind, wanted.Key, options, cancellationToken);
        return await target.Dynamic.FindAsync(kind, wanted.Key, cancellationToken) is null
            ? await CreateAsync(kind, wanted, rules, cancellationToken)
            : throw new ObjectApplyException(
                $"error during apply of object {wanted.Text}: deleted because the update is invalid, and made again when it is gone: "
                + refused.Status.Message,
                false,
                refused);
    }

    private async Task AfterWriteAsync(ResourceKind kind, WantedObject wanted, CancellationToken cancellationToken)
    {
        if (kind is not { Group: "apiextensions.k8s.io", Kind: "CustomResourceDefinition" })
        {
            if (kind is { Group: "apiregistration.k8s.io" })
            {
                target.Kinds.Invalidate();
            }

            return;
        }

        // Objects of the new kind may follow at once.
        using var limit = new CancellationTokenSource(EstablishedMax, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            await target.WaitAsync(kind, wanted.Key, IsEstablished, either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Its objects say what is missing.
        }

        target.Kinds.Invalidate();
    }

    private static bool IsEstablished(DynamicObject? definition) => definition?.Json.Items("status", "conditions")
        .Any(c => c.Text("type") == "Established" && c.Text("status") == "True") == true;
}
