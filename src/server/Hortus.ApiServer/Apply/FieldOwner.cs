using System.Globalization;
using System.Text.Json.Nodes;
using Hortus.ApiServer.Decoding;
using Hortus.Objects;

namespace Hortus.ApiServer.Apply;

/// <summary>One entry of <c>metadata.managedFields</c>; its set is read on first use and written back only if
/// changed.</summary>
internal sealed class FieldOwner
{
    public const string ApplyOperation = "Apply";
    public const string UpdateOperation = "Update";

    private JsonObject? raw;
    private FieldSet? set;

    /// <summary>Reads an entry; null when it is not usable.</summary>
    public static FieldOwner? Read(JsonNode? node)
    {
        if (node is not JsonObject entry
            || entry.At("operation").Text() is not (ApplyOperation or UpdateOperation)
            || entry.At("fieldsType").Text() is not (null or "" or "FieldsV1")
            || entry.At("fieldsV1") is not (null or JsonObject))
        {
            return null;
        }

        return new FieldOwner
        {
            Manager = entry.At("manager").Text() ?? "",
            Operation = entry.At("operation").Text()!,
            ApiVersion = entry.At("apiVersion").Text() ?? "",
            Subresource = entry.At("subresource").Text() ?? "",
            Time = entry.At("time").Text() ?? "",
            raw = entry.At("fieldsV1") as JsonObject ?? [],
        };
    }

    public required string Manager { get; init; }

    public required string Operation { get; init; }

    public required string ApiVersion { get; init; }

    /// <summary>Empty for the main resource.</summary>
    public required string Subresource { get; init; }

    /// <summary>RFC 3339 with whole seconds; may be empty.</summary>
    public string Time { get; set; } = "";

    /// <summary>What is owned. Use <see cref="Replace"/> or <see cref="Release"/> to change it.</summary>
    public FieldSet Set => set ??= raw is null ? new FieldSet() : FieldSet.Parse(raw);

    /// <summary>Whether what is owned can be read whole.</summary>
    public bool IsWellFormed => raw is null || FieldSet.IsWellFormed(raw);

    public bool IsEmpty => raw is null ? Set.IsEmpty : raw.Count == 0;

    public bool IsApply => Operation == ApplyOperation;

    /// <summary>Whether the entry belongs to this writer with this operation.</summary>
    public bool Is(FieldWriter writer, string operation) =>
        Operation == operation && Manager == writer.Manager && ApiVersion == writer.ApiVersion
            && Subresource == writer.Subresource;

    public void Replace(FieldSet owned)
    {
        set = owned;
        raw = null;
    }

    /// <summary>Gives up the members of a set; tells whether there were any.</summary>
    public bool Release(FieldSet? released)
    {
        if (released is null || (raw is not null && set is null && !released.Meets(raw)) || !Set.Subtract(released))
        {
            return false;
        }

        raw = null;
        return true;
    }

    /// <summary>Fits the set to a schema that may have changed since it was written.</summary>
    public void Reconcile(SchemaNode schema)
    {
        if (Set.Collapse(schema, isRoot: true))
        {
            raw = null;
        }
    }

    /// <summary>How conflict messages name the manager.</summary>
    public string Title()
    {
        var subresource = Subresource.Length == 0 ? "" : $" with subresource \"{Subresource}\"";
        return IsApply ? $"\"{Manager}\"{subresource}" : $"\"{Manager}\"{subresource} using {ApiVersion}";
    }

    public JsonObject ToJson()
    {
        var entry = new JsonObject { ["manager"] = Manager, ["operation"] = Operation, ["apiVersion"] = ApiVersion };
        if (Time.Length > 0)
        {
            entry.Add("time", Time);
        }

        entry.Add("fieldsType", "FieldsV1");
        entry.Add("fieldsV1", raw?.DeepClone() ?? Set.ToJson());
        if (Subresource.Length > 0)
        {
            entry.Add("subresource", Subresource);
        }

        return entry;
    }

    /// <summary>The form of times in entries.</summary>
    public static string Stamp(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
