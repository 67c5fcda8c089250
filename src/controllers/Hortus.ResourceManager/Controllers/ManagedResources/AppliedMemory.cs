using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Objects;
using Hortus.ResourceManager.Target;
using Hortus.Runtime;

namespace Hortus.ResourceManager;

/// <summary>An object as it was left: what was sent, and what the server made of it.</summary>
internal sealed record AppliedObject(ResourceKind Kind, ObjectKey Key, UInt128 Sent, UInt128 Body, UInt128 Metadata)
{
    /// <summary>Version that was last found to be as it should.</summary>
    public string Version { get; set; } = "";

    /// <summary>The server's count of changes of what the object declares.</summary>
    public long Generation { get; init; }

    /// <summary>What is kept after a look at, or a write of, the live object.</summary>
    public static AppliedObject Of(ResourceKind kind, JsonObject sent, JsonObject live) => new(
        kind,
        new ObjectKey(live.Text("metadata", "namespace"), live.Text("metadata", "name") ?? ""),
        TreeDigests.OfBody(sent),
        TreeDigests.OfBody(live),
        TreeDigests.OfMetadata(live))
    {
        Version = live.Text("metadata", "resourceVersion") ?? "",
        Generation = live.Number("metadata", "generation") ?? 0,
    };

    /// <summary>Whether a live object is as it was left. Status and whatever the server counts do not matter.</summary>
    public bool IsUntouched(DynamicObject live)
    {
        if (live.Metadata.ResourceVersion == Version)
        {
            return true;
        }

        if (TreeDigests.OfBody(live.Json) != Body || TreeDigests.OfMetadata(live.Json) != Metadata)
        {
            return false;
        }

        Version = live.Metadata.ResourceVersion ?? "";
        return true;
    }
}

/// <summary>A ManagedResource as it was left.</summary>
/// <param name="Inputs">Everything that decided what was wanted.</param>
/// <param name="Checksum">What the status says of the Secrets.</param>
/// <param name="Objects">The objects.</param>
internal sealed record AppliedResource(string Inputs, string Checksum, IReadOnlyList<AppliedObject> Objects);

/// <summary>
/// What this process has applied. It makes a look at a ManagedResource to which nothing happened free of requests, of decoding and
/// of merging; without it everything is right too, only dearer.
/// </summary>
internal sealed class AppliedMemory
{
    private readonly ConcurrentDictionary<ObjectKey, AppliedResource> resources = [];
    private readonly ConcurrentDictionary<(ObjectKey Resource, ObjectId Object), AppliedObject> objects = [];

    public AppliedResource? Find(ObjectKey resource) => resources.GetValueOrDefault(resource);

    public AppliedObject? Find(ObjectKey resource, ObjectId id) => objects.GetValueOrDefault((resource, id));

    public void Keep(ObjectKey resource, ObjectId id, AppliedObject applied) => objects[(resource, id)] = applied;

    public void Forget(ObjectKey resource, ObjectId id) => objects.TryRemove((resource, id), out _);

    public void Keep(ObjectKey resource, AppliedResource applied) => resources[resource] = applied;

    /// <summary>The next look is a thorough one.</summary>
    public void Doubt(ObjectKey resource) => resources.TryRemove(resource, out _);

    /// <summary>Forgets all of a ManagedResource.</summary>
    public void Forget(ObjectKey resource)
    {
        Doubt(resource);
        foreach (var key in objects.Keys.Where(k => k.Resource == resource))
        {
            objects.TryRemove(key, out _);
        }
    }
}
