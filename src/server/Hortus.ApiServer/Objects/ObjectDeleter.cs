using System.Text.Json.Nodes;
using Hortus.ApiServer.Admission;
using Hortus.ApiServer.Requests;
using Hortus.Objects;
using Hortus.Storage;

namespace Hortus.ApiServer.Objects;

/// <summary>Deletes objects: at once, or by marking those that finalizers or a grace period keep alive.</summary>
internal sealed class ObjectDeleter(ObjectStore store, AdmissionChain admission, TimeProvider time)
{
    private const int TriesMax = 8;
    private const string ForegroundFinalizer = "foregroundDeletion";
    private const string OrphanFinalizer = "orphan";

    /// <summary>Deletes an object.</summary>
    /// <returns>The object as it was left, or with Removed as it was last.</returns>
    /// <exception cref="ApiStatusException">NotFound, Conflict (preconditions), Forbidden, ...</exception>
    public async Task<Written> DeleteAsync(
        ObjectKey key, DeletionOptions options, WriteContext context, CancellationToken cancellationToken)
    {
        for (var attempt = 1; attempt <= TriesMax; attempt++)
        {
            var current = await store.FindAsync(context.Definition, key, cancellationToken)
                ?? throw ApiErrors.NotFound(context.Kind, key.Name);
            if (await TryDeleteAsync(current, key, options, context, cancellationToken) is { } done)
            {
                return done;
            }
        }

        throw ApiErrors.Conflict(context.Kind, key.Name);
    }

    private async Task<Written?> TryDeleteAsync(
        StoredObject current, ObjectKey key, DeletionOptions options, WriteContext context, CancellationToken cancellationToken)
    {
        var old = current.View(context.Kind.ApiVersion);
        options.CheckPreconditions(old, context.Kind);
        var strategy = context.Definition.Strategy;
        strategy.CheckDelete(old);
        var attributes = context.ForAdmission(AdmissionOperation.Delete, key, null, old);
        await admission.MutateAsync(attributes, cancellationToken);
        await admission.ValidateAsync(attributes, cancellationToken);

        var marked = current.Copy(context.Kind.ApiVersion);
        var finalizers = FinalizersOf(old, options);
        Metadata.SetFinalizers(marked, finalizers);
        var grace = strategy.GracePeriodSeconds(old, options.GracePeriodSeconds is < 0 ? 1 : options.GracePeriodSeconds);
        if (finalizers.Count == 0 && grace == 0 && !strategy.HasOtherFinalizers(old))
        {
            return await WriteAsync(current, null, context, cancellationToken);
        }

        if (Mark(marked, old, grace))
        {
            strategy.PrepareForDeletion(marked);
        }

        return ObjectPreparation.IsSame(marked, old)
            ? new Written(current)
            : await WriteAsync(current, marked, context, cancellationToken);
    }

    /// <summary>Sets or shortens the deletion; false when it was under way already.</summary>
    private bool Mark(JsonObject marked, JsonObject old, long grace)
    {
        var metadata = Metadata.Of(marked);
        var under = Metadata.IsDeleting(old);
        if (under && (Metadata.Number(old, "deletionGracePeriodSeconds") ?? 0) <= grace)
        {
            return false;
        }

        metadata["deletionTimestamp"] = Metadata.Time(time.GetUtcNow().AddSeconds(grace));
        metadata["deletionGracePeriodSeconds"] = grace;
        if (!under && Metadata.Number(old, "generation") is { } generation)
        {
            metadata["generation"] = generation + 1;
        }

        return !under;
    }

    private static List<string> FinalizersOf(JsonObject old, DeletionOptions options)
    {
        List<string> finalizers = [.. Metadata.Finalizers(old)];
        if (options.PropagationPolicy is not { } policy)
        {
            return finalizers;
        }

        finalizers.RemoveAll(f => f is ForegroundFinalizer or OrphanFinalizer);
        if (policy == "Foreground")
        {
            finalizers.Add(ForegroundFinalizer);
        }
        else if (policy == "Orphan")
        {
            finalizers.Add(OrphanFinalizer);
        }

        return finalizers;
    }

    private async Task<Written?> WriteAsync(
        StoredObject current, JsonObject? marked, WriteContext context, CancellationToken cancellationToken)
    {
        var bytes = marked is null ? null : await ObjectWriter.BytesAsync(marked, context.Definition, cancellationToken);
        var outcome = context.DryRun
            ? new WriteOutcome(true, current.Revision, null)
            : await store.WriteAsync(context.Definition, current.Key, current.Revision, bytes?.Stored, cancellationToken);
        if (!outcome.Succeeded)
        {
            return null;
        }

        return bytes is null ? new Written(current, Removed: true) : new Written(bytes.Show(current.Key, outcome));
    }
}
