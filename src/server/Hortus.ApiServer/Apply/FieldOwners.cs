using System.Text.Json.Nodes;
using Hortus.ApiServer.Decoding;
using Hortus.Objects;

namespace Hortus.ApiServer.Apply;

/// <summary>The managers of one object: <c>metadata.managedFields</c>.</summary>
internal sealed class FieldOwners
{
    /// <summary>Most entries of managers that update; the oldest beyond are merged into one.</summary>
    private const int UpdatersMax = 10;
    private const string AncientManager = "ancient-changes";

    private readonly List<FieldOwner> owners;

    private FieldOwners(List<FieldOwner> owners) => this.owners = owners;

    public IReadOnlyList<FieldOwner> All => owners;

    /// <summary>Reads the managers; one bad entry makes the whole list count as absent, as nothing can be concluded
    /// from it.</summary>
    public static FieldOwners Of(JsonObject? value) => Read(Entries(value)) ?? new FieldOwners([]);

    /// <summary>Whether the managers can be read; none can.</summary>
    public static bool AreReadable(JsonObject value) =>
        value.At("metadata").At("managedFields") is null || Read(Entries(value)) is not null;

    /// <summary> The managers a write starts from: those of the stored object, unless the writer of the main resource
    /// sends others. An empty list, or one with a single empty entry, clears them; one that cannot be read counts as not
    /// sent. </summary>
    public static FieldOwners Starting(JsonObject? old, JsonObject updated, bool isSubresource)
    {
        if (isSubresource || Entries(updated) is not { } sent)
        {
            return Of(old);
        }

        if (sent.Count == 0 || (sent.Count == 1 && sent[0] is JsonObject { Count: 0 }))
        {
            return new FieldOwners([]);
        }

        return Read(sent) is { All.Count: > 0 } wanted && wanted.owners.TrueForAll(owner => owner.IsWellFormed) ? wanted : Of(old);
    }

    public FieldOwner? Find(FieldWriter writer, string operation) => owners.Find(owner => owner.Is(writer, operation));

    /// <summary>The writer's entry, made when absent.</summary>
    public FieldOwner Take(FieldWriter writer, string operation)
    {
        if (Find(writer, operation) is { } known)
        {
            return known;
        }

        var owner = new FieldOwner
        {
            Manager = writer.Manager,
            Operation = operation,
            ApiVersion = writer.ApiVersion,
            Subresource = writer.Subresource,
        };
        owners.Add(owner);
        return owner;
    }

    /// <summary>Merges the oldest updaters beyond the limit, per version.</summary>
    public void Cap()
    {
        if (owners.Count <= UpdatersMax)
        {
            return;
        }

        var updaters = owners.Where(owner => !owner.IsApply && owner.Subresource.Length == 0).ToList();
        if (updaters.Count <= UpdatersMax)
        {
            return;
        }

        var tooMany = updaters.Count - UpdatersMax + 1;
        foreach (var oldest in updaters.OrderBy(owner => owner.Time, StringComparer.Ordinal).Take(tooMany))
        {
            if (oldest.Manager == AncientManager)
            {
                continue;
            }

            var writer = new FieldWriter(AncientManager, oldest.ApiVersion, "", default);
            var ancient = Take(writer, FieldOwner.UpdateOperation);
            var set = ancient.Set;
            set.Add(oldest.Set);
            ancient.Replace(set);
            ancient.Time = oldest.Time;
            owners.Remove(oldest);
        }
    }

    /// <summary>Writes the managers into an object, in the order of operation, time and name.</summary>
    public void Write(JsonObject value)
    {
        owners.RemoveAll(owner => owner.IsEmpty);
        if (value.At("metadata") is not JsonObject metadata)
        {
            value["metadata"] = metadata = [];
        }

        if (owners.Count == 0)
        {
            metadata.Remove("managedFields");
            return;
        }

        IEnumerable<FieldOwner> entries = owners.Count == 1 ? owners : owners
            .OrderBy(owner => owner.Operation, StringComparer.Ordinal)
            .ThenBy(owner => owner.Time, StringComparer.Ordinal)
            .ThenBy(owner => owner.Manager, StringComparer.Ordinal)
            .ThenBy(owner => owner.ApiVersion, StringComparer.Ordinal)
            .ThenBy(owner => owner.Subresource, StringComparer.Ordinal);
        var list = new JsonArray();
        foreach (var owner in entries)
        {
            list.Add((JsonNode)owner.ToJson());
        }

        metadata["managedFields"] = list;
    }

    private static JsonArray? Entries(JsonObject? value) => value.At("metadata").At("managedFields") as JsonArray;

    private static FieldOwners? Read(JsonArray? entries)
    {
        var owners = new List<FieldOwner>(entries?.Count ?? 0);
        foreach (var entry in entries ?? [])
        {
            if (FieldOwner.Read(entry) is not { } owner)
            {
                return null;
            }

            owners.Add(owner);
        }

        return entries is null ? null : new FieldOwners(owners);
    }
}
