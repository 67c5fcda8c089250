using System.Globalization;
using System.Text.Json.Nodes;
using Hortus.ApiServer.Admission;
using Hortus.ApiServer.Apply;
using Hortus.ApiServer.Authentication;
using Hortus.ApiServer.Registry;
using Hortus.ApiServer.Requests;
using Hortus.Objects;
using Hortus.Storage;

namespace Hortus.ApiServer.Objects;

/// <summary>What a write left behind.</summary>
/// <param name="Object">The object as stored (or as it would be stored on dry run).</param>
/// <param name="Created">Whether it is new.</param>
/// <param name="Removed">Whether it is gone.</param>
internal readonly record struct Written(StoredObject Object, bool Created = false, bool Removed = false);

/// <summary>Creates and changes objects: preparation, admission, validation, bookkeeping of metadata, storage.</summary>
internal sealed class ObjectWriter(ObjectStore store, AdmissionChain admission, TimeProvider time)
{
    private const int TriesMax = 8;

    // Each try that fails means that another writer has succeeded; with many of them on an etcd a patch may lose often.
    private const int UpdateTriesMax = 100;

    /// <summary>Creates an object.</summary>
    /// <param name="created">The submitted object; changed.</param>
    /// <param name="inNamespace">Namespace of the URL.</param>
    /// <param name="context">Circumstances.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ApiStatusException">AlreadyExists, Invalid, Forbidden, ...</exception>
    public async Task<Written> CreateAsync(
        JsonObject created, string? inNamespace, WriteContext context, CancellationToken cancellationToken)
    {
        var definition = context.Definition;
        if (definition.IsTerminating)
        {
            throw ApiErrors.Terminating(definition.Kind);
        }

        ObjectPreparation.CheckKind(created, definition.Kind);
        ObjectPreparation.SetNamespace(created, inNamespace, definition.Kind);
        if (Metadata.Text(created, "resourceVersion") is { Length: > 0 })
        {
            throw ApiErrors.BadRequest("resourceVersion should not be set on objects to be created");
        }

        var prefix = Metadata.Text(created, "generateName") ?? "";
        var generate = Metadata.Name(created).Length == 0 && prefix.Length > 0;
        for (var attempt = 1; ; attempt++)
        {
            var candidate = generate && attempt < TriesMax ? (JsonObject)created.DeepClone() : created;
            if (generate)
            {
                Metadata.SetText(candidate, "name", GeneratedNames.Next(prefix));
            }

            var written = await TryCreateAsync(candidate, context, cancellationToken);
            if (written is { } done)
            {
                return done;
            }

            if (!generate || attempt >= TriesMax)
            {
                throw ApiErrors.AlreadyExists(definition.Kind, Metadata.Name(candidate));
            }
        }
    }

    /// <summary>Changes an object.</summary>
    /// <param name="key">Which object.</param>
    /// <param name="change">Gives the new object from a copy of the current one (null: there is none); may be called again
    /// when the object changes in between.</param>
    /// <param name="options">Conditions.</param>
    /// <param name="context">Circumstances.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ApiStatusException">NotFound, Conflict, Invalid, Forbidden, ...</exception>
    public async Task<Written> UpdateAsync(
        ObjectKey key,
        Func<JsonObject?, JsonObject> change,
        UpdateOptions options,
        WriteContext context,
        CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var current = await store.FindAsync(context.Definition, key, cancellationToken);
            if (current is null)
            {
                return await CreateMissingAsync(key, change, options, context, cancellationToken);
            }

            var (written, pinned) = await TryUpdateAsync(current, change, options, context, cancellationToken);
            if (written is { } done)
            {
                return done;
            }

            if (pinned || attempt >= UpdateTriesMax)
            {
                throw ApiErrors.Conflict(context.Kind, key.Name);
            }
        }
    }

    private async Task<Written> CreateMissingAsync(
        ObjectKey key,
        Func<JsonObject?, JsonObject> change,
        UpdateOptions options,
        WriteContext context,
        CancellationToken cancellationToken)
    {
        if (!options.CreateMissing || context.Subresource.Length > 0)
        {
            throw ApiErrors.NotFound(context.Kind, key.Name);
        }

        if (options.AuthorizeCreateAsync is { } authorize)
        {
            await authorize(cancellationToken);
        }

        var created = change(null);
        if (Metadata.Text(created, "uid") is { Length: > 0 })
        {
            throw ApiErrors.Conflict(context.Kind, key.Name,
                $"uid mismatch: the provided object specified uid {Metadata.Text(created, "uid")}, "
                + "and no existing object was found");
        }

        if (Metadata.Text(created, "resourceVersion") is { Length: > 0 } and not "0")
        {
            throw ApiErrors.NotFound(context.Kind, key.Name);
        }

        Metadata.SetText(created, "resourceVersion", null);
        Metadata.SetText(created, "name", Metadata.Text(created, "name") ?? key.Name);
        var creation = context with { ManagersAreSet = options.IsApply };
        return await CreateAsync(created, key.Namespace, creation, cancellationToken);
    }

    private async Task<Written?> TryCreateAsync(JsonObject created, WriteContext context, CancellationToken cancellationToken)
    {
        var definition = context.Definition;
        ObjectPreparation.PruneAndDefault(created, context);
        ObjectPreparation.ClearServerFields(created);
        var key = new ObjectKey(definition.Kind.Namespaced ? Metadata.Text(created, "namespace") : null, Metadata.Name(created));
        Metadata.Of(created)["uid"] = Guid.NewGuid().ToString();
        Metadata.Of(created)["creationTimestamp"] = Metadata.Time(time.GetUtcNow());
        if (!context.ManagersAreSet)
        {
            created = FieldManagement.Update(null, created, definition.Schema(), context.Writer(time));
        }

        var attributes = context.ForAdmission(AdmissionOperation.Create, key, created, null);
        if (await admission.MutateAsync(attributes, cancellationToken) is { } before)
        {
            created = WebhookEffects.Settle(created, before, context, context.ManagersAreSet, time);
        }

        await definition.Strategy.PrepareForCreateAsync(created, context.ForStrategy(), cancellationToken);
        Builtin.BlankObjects.Fill(created, definition.Blank);
        ObjectPreparation.SetFirstGeneration(created, definition);

        ObjectPreparation.Validate(created, null, context);
        await admission.ValidateAsync(attributes with { Object = created }, cancellationToken);

        var bytes = await BytesAsync(created, definition, cancellationToken);
        var storageKey = definition.KeyOf(key);
        if (context.DryRun)
        {
            return await store.FindAsync(definition, key, cancellationToken) is null
                ? new Written(bytes.Show(storageKey, 0), Created: true)
                : null;
        }

        var outcome = await store.WriteAsync(definition, storageKey, 0, bytes.Stored, cancellationToken);
        return outcome.Succeeded ? new Written(bytes.Show(storageKey, outcome), Created: true) : null;
    }

    private async Task<(Written? Written, bool Pinned)> TryUpdateAsync(
        StoredObject current,
        Func<JsonObject?, JsonObject> change,
        UpdateOptions options,
        WriteContext context,
        CancellationToken cancellationToken)
    {
        var definition = context.Definition;
        var old = current.View(definition.Kind.ApiVersion);
        var submitted = change(current.Copy(definition.Kind.ApiVersion));
        ObjectPreparation.CheckKind(submitted, definition.Kind);
        ObjectPreparation.CheckIdentity(submitted, old, definition.Kind, options.IsPatch);
        var pinned = ObjectPreparation.CheckVersion(submitted, current.Revision, options, context);
        var updated = submitted;
        if (context.Subresource.Length > 0 && definition.Subresources[context.Subresource].Merge is { } merge)
        {
            ObjectPreparation.PruneAndDefault(submitted, context);
            updated = merge(old, submitted);
            if (options.IsApply)
            {
                // The merge keeps the metadata there is, but who owns the fields has changed.
                Metadata.Take(updated, submitted, "managedFields");
            }
        }

        ObjectPreparation.PruneAndDefault(updated, context);
        ObjectPreparation.KeepServerFields(updated, old);
        var key = new ObjectKey(Metadata.Text(old, "namespace"), Metadata.Name(old));
        if (!options.IsApply)
        {
            updated = FieldManagement.Update(old, updated, definition.Schema(), context.Writer(time));
        }

        var attributes = context.ForAdmission(AdmissionOperation.Update, key, updated, old) with
        {
            OptionsKind = options.IsPatch ? "PatchOptions" : null,
        };
        if (await admission.MutateAsync(attributes, cancellationToken) is { } before)
        {
            updated = WebhookEffects.Settle(updated, before, context, options.IsApply, time);
        }

        await definition.Strategy.PrepareForUpdateAsync(updated, old, context.ForStrategy(), cancellationToken);
        Builtin.BlankObjects.Fill(updated, definition.Blank);
        ObjectPreparation.CountGeneration(updated, old, definition);

        ObjectPreparation.Validate(updated, old, context);
        await admission.ValidateAsync(attributes with { Object = updated }, cancellationToken);
        return (await StoreUpdateAsync(current, updated, old, context, cancellationToken), pinned);
    }

    private async Task<Written?> StoreUpdateAsync(
        StoredObject current, JsonObject updated, JsonObject old, WriteContext context, CancellationToken cancellationToken)
    {
        var strategy = context.Definition.Strategy;
        var removed = Metadata.IsDeleting(updated)
            && Metadata.Finalizers(updated).Count == 0
            && !strategy.HasOtherFinalizers(updated)
            && (Metadata.Number(updated, "deletionGracePeriodSeconds") ?? 0) == 0;
        var definition = context.Definition;
        var isCurrent = !definition.IsCustom || current.StoredApiVersion == definition.StorageApiVersion;
        if (!removed && isCurrent && ObjectPreparation.IsSame(updated, old))
        {
            return new Written(current);
        }

        var bytes = await BytesAsync(updated, definition, cancellationToken);
        if (context.DryRun)
        {
            return new Written(bytes.Show(current.Key, current.Revision), Removed: removed);
        }

        var outcome = await store.WriteAsync(
            definition, current.Key, current.Revision, removed ? null : bytes.Stored, cancellationToken);
        return outcome.Succeeded ? new Written(bytes.Show(current.Key, outcome), Removed: removed) : null;
    }

    /// <summary>The object as it is stored and as its own version shows it.</summary>
    public static async ValueTask<WrittenBytes> BytesAsync(
        JsonObject value, ResourceDefinition definition, CancellationToken cancellationToken)
    {
        if (definition.Converter is null)
        {
            value["apiVersion"] = definition.StorageApiVersion;
            var json = ObjectEncoding.Encode(value);
            return new WrittenBytes(json, json, definition.StorageApiVersion);
        }

        var stored = await definition.ConvertAsync(value, definition.StorageApiVersion, cancellationToken);
        return new WrittenBytes(
            ObjectEncoding.Encode(stored), ObjectEncoding.Encode(value), definition.StorageApiVersion);
    }
}

/// <summary>An object about to be stored.</summary>
/// <param name="Stored">In the version of the store.</param>
/// <param name="Shown">In the version of the request; the same when only the name of the version differs.</param>
/// <param name="StoredApiVersion">The version of the store.</param>
internal sealed record WrittenBytes(byte[] Stored, byte[] Shown, string StoredApiVersion)
{
    /// <summary>The object that was written.</summary>
    public StoredObject Show(string key, WriteOutcome outcome) => ReferenceEquals(Stored, Shown) && outcome.Stored is { } stored
        ? StoredObject.Of(stored).StoredAs(StoredApiVersion)
        : Show(key, outcome.Revision);

    /// <summary>The object with the revision of its write; 0 for one that is not stored.</summary>
    public StoredObject Show(string key, long revision) =>
        StoredObject.Of(new StoredValue(key, Shown, revision, revision)).StoredAs(StoredApiVersion);
}

/// <summary>Conditions of an update.</summary>
internal sealed record UpdateOptions
{
    /// <summary>Creates the object when it does not exist (server-side apply, kinds that allow it).</summary>
    public bool CreateMissing { get; init; }

    /// <summary>Throws when the writer may not create; null when that needs no right of its own.</summary>
    public Func<CancellationToken, ValueTask>? AuthorizeCreateAsync { get; init; }

    /// <summary>The object comes from a patch: without resourceVersion of its own it is tried again on conflict.</summary>
    public bool IsPatch { get; init; }

    /// <summary>Managed fields are up to date already.</summary>
    public bool IsApply { get; init; }
}
