using System.Globalization;
using System.Text.Json.Nodes;
using Hortus.ApiServer.Builtin;
using Hortus.ApiServer.Decoding;
using Hortus.ApiServer.Registry;
using Hortus.ApiServer.Requests;
using Hortus.ApiServer.Schemas;
using Hortus.Objects;

namespace Hortus.ApiServer.Objects;

/// <summary>The checks and bookkeeping every write goes through.</summary>
internal static class ObjectPreparation
{
    /// <summary>Fields of metadata that only the server writes.</summary>
    private static readonly string[] MetadataCollections = ["labels", "annotations", "finalizers", "ownerReferences"];

    private static readonly NoVersion Unset = new();

    private static readonly string[] ServerFields =
        ["uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "generation"];

    /// <summary>Requires the body's apiVersion and kind to be those of the URL; fills in absent ones.</summary>
    /// <exception cref="ApiStatusException">400: they differ.</exception>
    public static void CheckKind(JsonObject value, ResourceKind kind)
    {
        var apiVersion = value["apiVersion"]?.ToString();
        var name = value["kind"]?.ToString();
        if (!string.IsNullOrEmpty(apiVersion) && apiVersion != kind.ApiVersion)
        {
            throw ApiErrors.BadRequest(
                $"the API version in the data ({apiVersion}) does not match the expected API version ({kind.ApiVersion})");
        }

        if (!string.IsNullOrEmpty(name) && name != kind.Kind)
        {
            throw ApiErrors.BadRequest($"the kind in the data ({name}) does not match the expected kind ({kind.Kind})");
        }

        if (value["metadata"] is not null and not JsonObject)
        {
            throw ApiErrors.BadRequest("metadata must be an object");
        }

        // The server sets this one, and a text that is no time is a mistake all the same.
        if (Metadata.Text(value, "creationTimestamp") is { } time && !Formats.IsDateTime(time))
        {
            throw ApiErrors.BadRequest(
                $"{kind.Kind} in version \"{kind.Version}\" cannot be handled as a {kind.Kind}: metadata.creationTimestamp: "
                + $"\"{time}\" is no time such as 2006-01-02T15:04:05Z");
        }

        value["apiVersion"] = kind.ApiVersion;
        value["kind"] = kind.Kind;
    }

    /// <summary>Requires the body's namespace to be that of the URL; fills in an absent one.</summary>
    /// <exception cref="ApiStatusException">400: they differ.</exception>
    public static void SetNamespace(JsonObject value, string? inNamespace, ResourceKind kind)
    {
        var given = Metadata.Text(value, "namespace");
        if (!kind.Namespaced)
        {
            Metadata.SetText(value, "namespace", null);
        }
        else if (string.IsNullOrEmpty(given))
        {
            Metadata.SetText(value, "namespace",
                inNamespace ?? throw ApiErrors.BadRequest($"an empty namespace may not be set when a {kind.Kind} is written"));
        }
        else if (inNamespace is not null && given != inNamespace)
        {
            throw ApiErrors.BadRequest("the namespace of the provided object does not match the namespace sent on the request");
        }
    }

    /// <summary>Requires name, namespace and (when given) uid to be those of the stored object.</summary>
    /// <exception cref="ApiStatusException">400 or 409: they differ.</exception>
    public static void CheckIdentity(JsonObject value, JsonObject old, ResourceKind kind, bool isPatch = false)
    {
        var name = Metadata.Name(old);
        SetNamespace(value, Metadata.Text(old, "namespace"), kind);
        if (Metadata.Name(value) is { Length: > 0 } given && given != name)
        {
            throw ApiErrors.BadRequest($"the name of the object ({given}) does not match the name on the URL ({name})");
        }

        Metadata.SetText(value, "name", name);
        var uid = Metadata.Text(old, "uid");
        if (Metadata.Text(value, "uid") is { Length: > 0 } wanted && wanted != uid)
        {
            if (isPatch)
            {
                var errors = new FieldErrors();
                errors.Invalid(FieldPath.Root["metadata"]["uid"], wanted, "field is immutable");
                throw ApiErrors.Invalid(kind, name, errors);
            }

            throw ApiErrors.Conflict(kind, name,
                $"Precondition failed: UID in precondition: {wanted}, UID in object meta: {uid}");
        }
    }

    /// <summary>Compares the resourceVersion the client sent with the stored one.</summary>
    /// <returns>Whether the client named a version, so that the write must not be tried again on conflict.</returns>
    /// <exception cref="ApiStatusException">409: another version; 422: none given where one is needed.</exception>
    public static bool CheckVersion(JsonObject value, long revision, UpdateOptions options, WriteContext context)
    {
        var given = Metadata.Text(value, "resourceVersion");
        if (string.IsNullOrEmpty(given) || given == "0")
        {
            if (!options.IsPatch && !context.Definition.Strategy.AllowUnconditionalUpdate)
            {
                var errors = new FieldErrors();
                errors.Invalid(FieldPath.Root["metadata"]["resourceVersion"], Unset, "must be specified for an update");
                throw ApiErrors.Invalid(context.Kind with { Kind = context.Kind.Plural }, Metadata.Name(value), errors);
            }

            return false;
        }

        if (!ulong.TryParse(given, NumberStyles.None, CultureInfo.InvariantCulture, out _))
        {
            var errors = new FieldErrors();
            errors.Invalid(FieldPath.Root["metadata"]["resourceVersion"], given, "must be the version of an object that was read");
            throw ApiErrors.Invalid(context.Kind, Metadata.Name(value), errors);
        }

        if (given != revision.ToString(CultureInfo.InvariantCulture))
        {
            throw ApiErrors.Conflict(context.Kind, Metadata.Name(value));
        }

        return !options.IsPatch;
    }

    /// <summary>Drops unknown fields (with warnings, or refusing, as asked) and fills in defaults.</summary>
    public static void PruneAndDefault(JsonObject value, WriteContext context)
    {
        var schema = context.Definition.Schema();
        var unknown = StructuralSchema.Prune(value, schema);
        foreach (var warning in StrictDecoding.Check(context.FieldValidation, unknown, context.DuplicateFields))
        {
            context.Warn(warning);
        }

        StructuralSchema.ApplyDefaults(value, schema);
        DropEmptyMetadata(value);
        if (!context.Definition.IsCustom)
        {
            TypedForm.Normalize(value, schema);
            context.Definition.Strategy.SetDefaults(value);
            BlankObjects.Fill(value, context.Definition.Blank);
        }
    }

    /// <summary>Drops unknown fields of an apply configuration; defaults are not filled in, as the client would own them.</summary>
    public static void PruneForApply(JsonObject config, WriteContext context)
    {
        var unknown = StructuralSchema.Prune(config, context.Definition.Schema());
        foreach (var warning in StrictDecoding.Check(context.FieldValidation, unknown, context.DuplicateFields))
        {
            context.Warn(warning);
        }
    }

    /// <summary>Removes what a client may not set on creation.</summary>
    public static void ClearServerFields(JsonObject value)
    {
        var metadata = Metadata.Of(value);
        foreach (var field in ServerFields)
        {
            metadata.Remove(field);
        }

        metadata.Remove("selfLink");
        metadata.Remove("resourceVersion");
    }

    /// <summary>Puts back what a client may not change.</summary>
    public static void KeepServerFields(JsonObject value, JsonObject old)
    {
        foreach (var field in ServerFields)
        {
            Metadata.Take(value, old, field);
        }

        Metadata.Of(value).Remove("selfLink");
    }

    public static void SetFirstGeneration(JsonObject value, ResourceDefinition definition)
    {
        if (definition.IsCustom || Generations.Counts(definition.Kind, value))
        {
            Metadata.Of(value)["generation"] = 1;
        }
    }

    /// <summary>Counts a change of the desired state.</summary>
    public static void CountGeneration(JsonObject value, JsonObject old, ResourceDefinition definition)
    {
        if (Metadata.Number(old, "generation") is not { } generation)
        {
            return;
        }

        foreach (var name in value.Select(p => p.Key).Union(old.Select(p => p.Key)))
        {
            var counts = definition.IsCustom
                ? name is not "metadata" and not "apiVersion" && (name != "status" || !definition.Kind.HasStatus)
                : name == "spec" || (!value.ContainsKey("spec") && name is not "metadata" and not "apiVersion");
            if (counts && !JsonNode.DeepEquals(value[name], old[name]))
            {
                Metadata.Of(value)["generation"] = generation + 1;
                return;
            }
        }
    }

    /// <summary>Checks metadata, schema and the kind's own rules.</summary>
    /// <exception cref="ApiStatusException">422 with all faults.</exception>
    public static void Validate(JsonObject value, JsonObject? old, WriteContext context)
    {
        var errors = new FieldErrors();
        MetadataValidation.Validate(value, context.Kind, errors);
        if (old is not null && Metadata.IsDeleting(old)
            && Metadata.Finalizers(value).Except(Metadata.Finalizers(old)).ToList() is { Count: > 0 } added)
        {
            errors.Forbidden(FieldPath.Root["metadata"]["finalizers"],
                "no new finalizers can be added if the object is being deleted, found new finalizers []string{"
                + string.Join(", ", added.Select(f => $"\"{f}\"")) + "}");
        }

        errors.AddRange(StructuralSchema.Validate(value, old, context.Definition.Schema()));
        if (errors.IsEmpty && context.Subresource != "status")
        {
            if (old is null)
            {
                context.Definition.Strategy.Validate(value, errors);
            }
            else
            {
                context.Definition.Strategy.ValidateUpdate(value, old, errors);
            }
        }

        if (!errors.IsEmpty)
        {
            throw ApiErrors.Invalid(context.Kind, Metadata.Name(value), errors);
        }
    }

    /// <summary>Whether nothing changed but times of managed fields.</summary>
    public static bool IsSame(JsonObject value, JsonObject old)
    {
        foreach (var name in value.Select(p => p.Key).Union(old.Select(p => p.Key)))
        {
            var same = name == "metadata"
                ? IsSameMetadata(Metadata.Of(value), Metadata.Of(old))
                : JsonNode.DeepEquals(value[name], old[name]);
            if (!same)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Maps and lists without entries are the same as none, and are not shown.</summary>
    private static void DropEmptyMetadata(JsonObject value)
    {
        var metadata = Metadata.Of(value);
        foreach (var field in MetadataCollections)
        {
            if (metadata[field] is JsonObject { Count: 0 } or JsonArray { Count: 0 })
            {
                metadata.Remove(field);
            }
        }
    }

    private static bool IsSameMetadata(JsonObject value, JsonObject old)
    {
        foreach (var name in value.Select(p => p.Key).Union(old.Select(p => p.Key)))
        {
            if (name == "resourceVersion")
            {
                continue;
            }

            var same = name == "managedFields"
                ? JsonNode.DeepEquals(WithoutTimes(value[name]), WithoutTimes(old[name]))
                : JsonNode.DeepEquals(value[name], old[name]);
            if (!same)
            {
                return false;
            }
        }

        return true;
    }

    private static JsonNode? WithoutTimes(JsonNode? managedFields)
    {
        var copy = managedFields?.DeepClone();
        foreach (var entry in (copy as JsonArray ?? []).OfType<JsonObject>())
        {
            entry.Remove("time");
        }

        return copy;
    }
}

/// <summary>How messages show a resourceVersion that was not given.</summary>
internal sealed class NoVersion : IFormattable
{
    public string ToString(string? format, IFormatProvider? formatProvider) => "0x0";
}
