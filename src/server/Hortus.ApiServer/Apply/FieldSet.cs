using System.Text.Json.Nodes;
using Hortus.Objects;

namespace Hortus.ApiServer.Apply;

/// <summary>A set of field paths as a tree. Steps are written as in <c>FieldsV1</c>: <c>f:name</c>,
/// <c>k:{"name":"x"}</c>, <c>v:"x"</c>, <c>i:0</c>.</summary>
internal sealed class FieldSet
{
    private Dictionary<string, FieldSet>? below;

    /// <summary>Whether the path that leads here is a member itself.</summary>
    public bool Owned { get; set; }

    public bool IsEmpty => !Owned && below is null or { Count: 0 };

    public IReadOnlyDictionary<string, FieldSet> Below => below ?? Empty;

    private static Dictionary<string, FieldSet> Empty { get; } = [];

    /// <summary>Reads <c>FieldsV1</c>; what is no object or has no step for a name is skipped.</summary>
    public static FieldSet Parse(JsonObject fields)
    {
        var set = ParseNode(fields);
        set.Owned = false;
        return set;
    }

    /// <summary>Whether all names in <c>FieldsV1</c> are steps.</summary>
    public static bool IsWellFormed(JsonObject fields)
    {
        foreach (var (step, value) in fields)
        {
            if ((step != "." && !PathStep.IsStep(step)) || value is not JsonObject below || !IsWellFormed(below))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The set as <c>FieldsV1</c>, sorted.</summary>
    public JsonObject ToJson()
    {
        var json = new JsonObject();
        if (below is null)
        {
            return json;
        }

        if (Owned)
        {
            json.Add(".", new JsonObject());
        }

        var steps = new string[below.Count];
        below.Keys.CopyTo(steps, 0);
        Array.Sort(steps, StringComparer.Ordinal);
        foreach (var step in steps)
        {
            json.Add(step, below[step].ToJson());
        }

        return json;
    }

    public FieldSet? Find(string step) => below is not null && below.TryGetValue(step, out var set) ? set : null;

    /// <summary>The set below a step, made when absent.</summary>
    public FieldSet At(string step)
    {
        below ??= new Dictionary<string, FieldSet>(StringComparer.Ordinal);
        if (!below.TryGetValue(step, out var set))
        {
            below[step] = set = new FieldSet();
        }

        return set;
    }

    /// <summary>Puts a set that nothing else uses below a step that is free.</summary>
    public void Attach(string step, FieldSet set) =>
        (below ??= new Dictionary<string, FieldSet>(StringComparer.Ordinal))[step] = set;

    public void Remove(string step) => below?.Remove(step);

    /// <summary>Gives up the parts of values that, by the schema of today, have one owner as a whole, and owns the
    /// whole instead; tells whether there were any.</summary>
    public bool Collapse(SchemaNode? schema, bool isRoot)
    {
        if (schema is null || below is null)
        {
            return false;
        }

        var isWhole = schema.Type == "array" ? Ownership.FormOf(schema) == ListForm.Atomic
            : !Ownership.IsGranular(schema);
        if (isWhole)
        {
            below = null;
            Owned = true;
            return true;
        }

        var any = false;
        foreach (var (step, set) in below)
        {
            var field = step[0] == 'f' ? Ownership.FieldOf(schema, step[2..], isRoot, out _) : schema.Items;
            any |= set.Collapse(field, isRoot: false);
        }

        return any;
    }

    /// <summary>Adds the members of another set.</summary>
    public void Add(FieldSet other)
    {
        Owned |= other.Owned;
        foreach (var (step, set) in other.Below)
        {
            At(step).Add(set);
        }
    }

    /// <summary>Removes the members of another set; tells whether any was here.</summary>
    public bool Subtract(FieldSet? other)
    {
        if (other is null)
        {
            return false;
        }

        var any = Owned && other.Owned;
        Owned &= !other.Owned;
        if (below is null || other.below is null)
        {
            return any;
        }

        foreach (var (step, theirs) in other.below)
        {
            if (below.TryGetValue(step, out var ours))
            {
                any |= ours.Subtract(theirs);
                if (ours.IsEmpty)
                {
                    below.Remove(step);
                }
            }
        }

        if (below.Count == 0)
        {
            below = null;
        }

        return any;
    }

    /// <summary>Whether every member is in the other set too.</summary>
    public bool IsWithin(FieldSet other) =>
        (!Owned || other.Owned)
        && Below.All(entry => other.Find(entry.Key) is { } theirs && entry.Value.IsWithin(theirs));

    public bool SameAs(FieldSet other) => IsWithin(other) && other.IsWithin(this);

    /// <summary>Adds the paths that are in both sets, in the form <c>.spec.containers[name="x"].image</c>.</summary>
    public void CollectCommon(FieldSet? other, string path, List<string> paths)
    {
        if (other is null)
        {
            return;
        }

        if (Owned && other.Owned)
        {
            paths.Add(path);
        }

        foreach (var (step, set) in Below.OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            if (other.Find(step) is { } theirs)
            {
                set.CollectCommon(theirs, path + PathStep.Show(step), paths);
            }
        }
    }

    /// <summary>Whether a member of this set is in <paramref name="fields"/>, read without building a set.</summary>
    public bool Meets(JsonObject fields)
    {
        if (Owned && (fields.Count == 0 || fields.ContainsKey(".")))
        {
            return true;
        }

        foreach (var (step, set) in Below)
        {
            if (fields.TryGetPropertyValue(step, out var theirs) && theirs is JsonObject below && set.Meets(below))
            {
                return true;
            }
        }

        return false;
    }

    private static FieldSet ParseNode(JsonObject fields)
    {
        var set = new FieldSet { Owned = fields.Count == 0 };
        foreach (var (step, value) in fields)
        {
            if (step == ".")
            {
                set.Owned = true;
            }
            else if (value is JsonObject inner && PathStep.IsStep(step))
            {
                set.Attach(PathStep.Canonical(step), ParseNode(inner));
            }
        }

        return set;
    }
}
