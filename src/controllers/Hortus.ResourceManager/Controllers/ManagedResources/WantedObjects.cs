using System.Text.Json.Nodes;
using Hortus.Components;
using Hortus.Objects;
using Hortus.Objects.Gardener.Resources;
using Hortus.ResourceManager.Target;
using Hortus.Runtime;

namespace Hortus.ResourceManager;

/// <summary>What a ManagedResource wants, in the order in which it is applied.</summary>
/// <param name="Objects">The objects that are kept applied.</param>
/// <param name="Released">Objects that are let go of.</param>
/// <param name="Faults">What could not be read.</param>
internal sealed record WantedObjects(
    IReadOnlyList<WantedObject> Objects, IReadOnlyList<WantedObject> Released, IReadOnlyList<string> Faults)
{
    /// <summary>Makes wanted objects of manifests: namespaces as the kinds ask for, labels put in, doubles refused.</summary>
    /// <param name="manifests">The manifests.</param>
    /// <param name="labels">Labels for every object.</param>
    /// <param name="known">What was applied before.</param>
    /// <param name="kinds">The kinds of the target.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public static async Task<WantedObjects> OfAsync(
        ManifestSet manifests,
        IReadOnlyDictionary<string, string> labels,
        IEnumerable<ManagedResourceReference> known,
        KindCatalog kinds,
        CancellationToken cancellationToken)
    {
        var scopes = Scopes(manifests.Objects, known);
        var found = new Dictionary<ObjectId, WantedObject>();
        var faults = manifests.Faults.ToList();
        foreach (var manifest in manifests.Objects)
        {
            var apiVersion = manifest.Json.Text("apiVersion")!;
            var kind = manifest.Json.Text("kind")!;
            var group = ObjectNames.GroupOf(apiVersion);
            var served = (await kinds.FindAsync(apiVersion, kind, cancellationToken)).Kind;
            var isPlaced = scopes.TryGetValue((group, kind), out var isNamespaced) || served is not null;
            isNamespaced = served?.Namespaced ?? (isNamespaced || !isPlaced);
            var id = new ObjectId(group, kind, null, manifest.Json.Text("metadata", "name")!);
            var wanted = Complete(manifest, id, isNamespaced, labels) with { Kind = served, IsPlaced = isPlaced };
            if (found.TryGetValue(wanted.Id, out var other))
            {
                faults.Add($"{wanted.Place}: duplicate: {wanted.Text} stands at {other.Place} already");
            }
            else
            {
                found.Add(wanted.Id, wanted);
            }
        }

        var ordered = found.Values
            .OrderBy(o => InstallOrder.RankOf(o.Id.Group, o.Id.Kind)).ThenBy(o => o.Id.Kind, StringComparer.Ordinal)
            .ThenBy(o => o.Id.Name, StringComparer.Ordinal).ThenBy(o => o.Id.Namespace, StringComparer.Ordinal).ToArray();
        return new WantedObjects([.. ordered.Where(o => !o.IsReleased)], [.. ordered.Where(o => o.IsReleased)], faults);
    }

    // While the target does not serve a kind, what was applied before and definitions in the same ManagedResource say what it is
    // like.
    private static Dictionary<(string Group, string Kind), bool> Scopes(
        IReadOnlyList<Manifest> manifests, IEnumerable<ManagedResourceReference> known)
    {
        var scopes = new Dictionary<(string, string), bool>();
        foreach (var id in known.Select(ObjectNames.Id))
        {
            scopes[(id.Group, id.Kind)] = id.Namespace is not null;
        }

        foreach (var json in manifests.Select(m => m.Json).Where(j => j.Text("kind") == "CustomResourceDefinition"))
        {
            scopes[(json.Text("spec", "group") ?? "", json.Text("spec", "names", "kind") ?? "")] = json.Text("spec", "scope") != "Cluster";
        }

        return scopes;
    }

    private static WantedObject Complete(
        Manifest manifest, ObjectId id, bool isNamespaced, IReadOnlyDictionary<string, string> labels)
    {
        var json = manifest.Json;
        var metadata = json.Ensure("metadata");
        var space = json.Text("metadata", "namespace") is { Length: > 0 } named ? named : "default";
        if (isNamespaced)
        {
            metadata["namespace"] = space;
        }
        else
        {
            metadata.Remove("namespace");
        }

        Put(json, labels);
        if (json.At("spec", "template") is JsonObject template)
        {
            Put(template, labels);
        }

        foreach (var claim in json.Items("spec", "volumeClaimTemplates"))
        {
            Put(claim, labels);
        }

        return new WantedObject(id with { Namespace = isNamespaced ? space : null }, json, null, manifest.Place);
    }

    private static void Put(JsonObject value, IReadOnlyDictionary<string, string> labels)
    {
        var into = value.Ensure("metadata", "labels");
        foreach (var (key, label) in labels)
        {
            into[key] = label;
        }
    }
}
