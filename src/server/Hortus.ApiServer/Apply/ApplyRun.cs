using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hortus.ApiServer.Decoding;
using Hortus.ApiServer.Requests;
using Hortus.Objects;

namespace Hortus.ApiServer.Apply;

/// <summary>One server-side apply.</summary>
internal sealed class ApplyRun(JsonObject? live, JsonObject config, SchemaNode schema, FieldWriter writer)
{
    private const string LastApplied = "kubectl.kubernetes.io/last-applied-configuration";
    private const int AnnotationBytesMax = 256 * 1024;

    /// <summary>The manager for which the annotation of client-side apply is understood.</summary>
    private const string Kubectl = "kubectl";

    public JsonObject Run(bool force)
    {
        var effective = Effective();
        var owners = FieldOwners.Of(live);
        if (live is not null && owners.All.Count == 0)
        {
            FieldManagement.StartTracking(owners, live, schema, writer);
        }

        foreach (var owner in owners.All)
        {
            owner.Reconcile(schema);
        }

        var set = FieldSets.OfConfig(effective, schema);
        var merged = (JsonObject?)live?.DeepClone() ?? [];
        TypedMerge.Merge(merged, effective, schema);
        var last = owners.Find(writer, FieldOwner.ApplyOperation)?.Set;
        RemoveGivenUp(merged, last, set, owners);

        var comparison = Comparison.Of(live, merged, schema);
        if (!force)
        {
            CheckConflicts(owners, comparison);
        }

        Settle(owners, comparison, set, last);
        RewriteLastApplied(merged);
        owners.Write(merged);
        return merged;
    }

    /// <summary>The config without the parts this endpoint does not write.</summary>
    private JsonObject Effective()
    {
        if (writer.ResetFields.Count == 0)
        {
            return config;
        }

        var effective = new JsonObject();
        foreach (var (name, value) in config)
        {
            if (!writer.ResetFields.Contains(name))
            {
                effective[name] = value?.DeepClone();
            }
            else if (name == "metadata" && value is JsonObject metadata)
            {
                effective[name] = Identity(metadata);
            }
        }

        return effective;
    }

    private static JsonObject Identity(JsonObject metadata)
    {
        var identity = new JsonObject();
        foreach (var name in (ReadOnlySpan<string>)["name", "namespace", "uid", "resourceVersion"])
        {
            if (metadata.TryGetPropertyValue(name, out var value))
            {
                identity[name] = value?.DeepClone();
            }
        }

        return identity;
    }

    private void RemoveGivenUp(JsonObject merged, FieldSet? last, FieldSet set, FieldOwners owners)
    {
        if (last is null || last.IsWithin(set))
        {
            return;
        }

        var owned = new FieldSet();
        owned.Add(set);
        foreach (var owner in owners.All)
        {
            if (!owner.Is(writer, FieldOwner.ApplyOperation))
            {
                owned.Add(owner.Set);
            }
        }

        Removal.Remove(merged, last, owned, schema);
    }

    private void CheckConflicts(FieldOwners owners, Comparison comparison)
    {
        if (comparison.Changed is not { } changed)
        {
            return;
        }

        var conflicts = new List<(string Manager, string Path)>();
        var forgiven = Forgiven();
        foreach (var owner in owners.All)
        {
            if (owner.Is(writer, FieldOwner.ApplyOperation))
            {
                continue;
            }

            var paths = new List<string>();
            changed.CollectCommon(owner.Set, "", paths);
            conflicts.AddRange(paths.Where(path => !forgiven.Contains(path)).Select(path => (owner.Title(), path)));
        }

        if (conflicts.Count > 0)
        {
            throw Conflict(conflicts);
        }
    }

    private static ApiStatusException Conflict(List<(string Manager, string Path)> conflicts)
    {
        var causes = conflicts
            .Select(c => new StatusCause
            {
                Reason = "FieldManagerConflict",
                Message = "conflict with " + c.Manager,
                Field = c.Path,
            })
            .ToList();
        if (conflicts.Count == 1)
        {
            var (manager, path) = conflicts[0];
            return ApiErrors.ApplyConflict($"Apply failed with 1 conflict: conflict with {manager}: {path}", causes);
        }

        var text = new StringBuilder($"Apply failed with {conflicts.Count} conflicts: ");
        var groups = conflicts.GroupBy(c => c.Manager).OrderBy(g => g.Key, StringComparer.Ordinal)
            .Select(g => $"conflicts with {g.Key}:\n{string.Join('\n', g.Select(c => "- " + c.Path))}");
        return ApiErrors.ApplyConflict(text.AppendJoin('\n', groups).ToString(), causes);
    }

    /// <summary>Paths that kubectl may take over: what its client-side apply set and nobody changed since.</summary>
    private HashSet<string> Forgiven()
    {
        if (writer.Manager != Kubectl || LastAppliedOf(live) is not { } text)
        {
            return [];
        }

        try
        {
            if (JsonNode.Parse(text) is not JsonObject applied)
            {
                return [];
            }

            var set = FieldSets.OfAll(applied, schema, Level.Root);
            set.Subtract(Comparison.Of(live, applied, schema).Changed);
            var paths = new List<string>();
            set.CollectCommon(set, "", paths);
            return new HashSet<string>(paths, StringComparer.Ordinal);
        }
        catch (JsonException)
        {
            return [];
        }
    }

    private void Settle(FieldOwners owners, Comparison comparison, FieldSet set, FieldSet? last)
    {
        foreach (var owner in owners.All)
        {
            if (!owner.Is(writer, FieldOwner.ApplyOperation))
            {
                owner.Release(comparison.Changed);
                owner.Release(comparison.Removed);
            }
        }

        var own = owners.Take(writer, FieldOwner.ApplyOperation);
        if (comparison.IsSame && last is not null && last.SameAs(set))
        {
            return;
        }

        own.Replace(set);
        own.Time = FieldOwner.Stamp(writer.Now);
    }

    /// <summary>Keeps the annotation of client-side apply in step, so that users may go back to it.</summary>
    private void RewriteLastApplied(JsonObject merged)
    {
        if (writer.Manager != Kubectl || writer.Subresource.Length > 0 || LastAppliedOf(live) is null
            || merged.At("metadata").At("annotations") is not JsonObject annotations)
        {
            return;
        }

        var copy = (JsonObject)config.DeepClone();
        (copy.At("metadata").At("annotations") as JsonObject)?.Remove(LastApplied);
        var text = copy.ToJsonString(KubernetesJson.Options);
        if (Encoding.UTF8.GetByteCount(text) > AnnotationBytesMax)
        {
            annotations.Remove(LastApplied);
        }
        else
        {
            annotations[LastApplied] = text;
        }
    }

    private static string? LastAppliedOf(JsonObject? value) =>
        value.At("metadata").At("annotations").At(LastApplied).Text();
}
