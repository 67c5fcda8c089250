using System.Text.Json.Nodes;
using Hortus.ApiServer.Decoding;
using Hortus.ApiServer.Requests;
using Hortus.Objects;

namespace Hortus.ApiServer.Apply;

/// <summary>Server-side apply and the tracking of who owns which field.</summary>
public static class FieldManagement
{
    /// <summary>Longest name of a manager, in characters.</summary>
    public const int ManagerCharsMax = 128;

    private const string BeforeFirstApply = "before-first-apply";

    /// <summary>The manager's name: the parameter, else the program's name in the user agent.</summary>
    public static string ManagerOf(string? fieldManager, string? userAgent)
    {
        if (!string.IsNullOrEmpty(fieldManager))
        {
            return fieldManager;
        }

        var name = (userAgent ?? "").Split('/', 2)[0];
        name = new string([.. name.Where(c => !char.IsControl(c)).Take(ManagerCharsMax)]);
        return name.Length == 0 ? "unknown" : name;
    }

    /// <summary>Checks the parameter <c>fieldManager</c>: needed for apply, at most 128 printable characters.</summary>
    public static FieldErrors CheckManager(string? fieldManager, bool isApply)
    {
        var errors = new FieldErrors();
        var field = FieldPath.Root.Child("fieldManager");
        if (isApply && string.IsNullOrEmpty(fieldManager))
        {
            errors.Required(field, "is required for apply patch");
        }
        else if (fieldManager?.Length > ManagerCharsMax)
        {
            errors.TooLong(field, ManagerCharsMax);
        }
        else if (fieldManager?.FirstOrDefault(char.IsControl) is { } sign and not '\0')
        {
            var at = fieldManager!.IndexOf(sign, StringComparison.Ordinal);
            errors.Invalid(field, fieldManager, $"invalid character U+{(int)sign:X4} (at position {at})");
        }

        return errors;
    }

    /// <summary>Applies <paramref name="config"/> for the writer. No argument is changed.</summary>
    /// <param name="live">The stored object, null when there is none.</param>
    /// <param name="config">What the client sent: the fields it wants to own.</param>
    /// <param name="schema">Schema of the whole object; fields it does not know get their type from their
    /// value.</param>
    /// <param name="writer">Who applies.</param>
    /// <param name="force">Takes fields from other managers instead of failing.</param>
    /// <returns>The merged object with new managed fields, not yet defaulted and validated. When nothing changed it
    /// equals <paramref name="live"/>, times of managers included.</returns>
    /// <exception cref="ApiStatusException">409 with one cause for each conflict, 400 for a config that cannot be
    /// applied.</exception>
    public static JsonObject Apply(JsonObject? live, JsonObject config, SchemaNode schema, FieldWriter writer,
        bool force)
    {
        if (config.At("metadata").At("managedFields") is not null)
        {
            throw Rejection.BadRequest("metadata.managedFields must be nil");
        }

        var merger = new ApplyRun(live, config, schema, writer);
        return merger.Run(force);
    }

    /// <summary>Notes the ownership of a create, update or other patch.</summary>
    /// <param name="old">The stored object, null on create; not changed.</param>
    /// <param name="updated">The new object, pruned and defaulted; its managed fields are set in place.</param>
    /// <param name="schema">Schema of the whole object.</param>
    /// <param name="writer">Who writes.</param>
    /// <returns><paramref name="updated"/>.</returns>
    public static JsonObject Update(JsonObject? old, JsonObject updated, SchemaNode schema, FieldWriter writer)
    {
        var owners = FieldOwners.Starting(old, updated, writer.Subresource.Length > 0);
        if (old is not null && owners.All.Count == 0)
        {
            // Tracking was ended by somebody; the next apply begins it anew.
            owners.Write(updated);
            return updated;
        }

        Track(owners, old, updated, schema, writer);
        owners.Write(updated);
        return updated;
    }

    /// <summary>Keeps the old times of managers when nothing else differs, so that a write without effect is
    /// none.</summary>
    public static void KeepTimesIfUnchanged(JsonObject old, JsonObject updated)
    {
        if (old.At("metadata") is not JsonObject oldMetadata
            || updated.At("metadata") is not JsonObject metadata
            || oldMetadata.At("managedFields") is not JsonArray before
            || metadata.At("managedFields") is not JsonArray after
            || before.Count != after.Count)
        {
            return;
        }

        // The order depends on the times, so that entries are matched by what they say.
        var left = before.ToList();
        foreach (var entry in after)
        {
            var match = left.FindIndex(other => SameButTime(other, entry));
            if (match < 0)
            {
                return;
            }

            left.RemoveAt(match);
        }

        if (SameExcept(old, updated, "metadata") && SameExcept(oldMetadata, metadata, "managedFields"))
        {
            metadata["managedFields"] = before.DeepClone();
        }
    }

    internal static void Track(FieldOwners owners, JsonObject? old, JsonObject updated, SchemaNode schema,
        FieldWriter writer)
    {
        var comparison = Comparison.Of(old ?? writer.Blank, updated, schema);
        if (comparison.IsSame)
        {
            return;
        }

        foreach (var field in writer.ResetFields)
        {
            comparison.Changed?.Remove(PathStep.Field(field));
            comparison.Removed?.Remove(PathStep.Field(field));
        }

        foreach (var owner in owners.All)
        {
            if (!owner.Is(writer, FieldOwner.UpdateOperation))
            {
                owner.Release(comparison.Changed);
            }

            owner.Release(comparison.Removed);
        }

        if (comparison.Changed is { } changed)
        {
            Grant(owners, changed, writer);
        }

        owners.Cap();
    }

    /// <summary>The managers of an object that was never applied: all it has belongs to one that came before.</summary>
    internal static void StartTracking(FieldOwners owners, JsonObject live, SchemaNode schema, FieldWriter writer) =>
        Track(owners, null, live, schema,
            writer with { Manager = BeforeFirstApply, Subresource = "", ResetFields = [] });

    private static void Grant(FieldOwners owners, FieldSet changed, FieldWriter writer)
    {
        if (changed.IsEmpty)
        {
            return;
        }

        var own = owners.Take(writer, FieldOwner.UpdateOperation);
        own.Time = FieldOwner.Stamp(writer.Now);
        if (own.IsEmpty)
        {
            own.Replace(changed);
            return;
        }

        if (changed.IsWithin(own.Set))
        {
            return;
        }

        var set = own.Set;
        set.Add(changed);
        own.Replace(set);
    }

    private static bool SameButTime(JsonNode? left, JsonNode? right) =>
        left is JsonObject a && right is JsonObject b && SameExcept(a, b, "time");

    private static bool SameExcept(JsonObject left, JsonObject right, string except)
    {
        if (left.Count - (left.ContainsKey(except) ? 1 : 0) != right.Count - (right.ContainsKey(except) ? 1 : 0))
        {
            return false;
        }

        foreach (var (name, value) in left)
        {
            if (name != except && !(right.TryGetPropertyValue(name, out var other) && JsonTree.Same(value, other)))
            {
                return false;
            }
        }

        return true;
    }
}
