using System.Text.Json.Nodes;
using Hortus.Objects;
using Hortus.Objects.Gardener;

namespace Hortus.Local.Bootstrap;

/// <summary>How much of everything a local garden has. It stands in its Garden, and the rest of the garden follows. Pure.</summary>
/// <param name="Replicas">Pods of each component that can have several.</param>
/// <param name="IsMinimal">Whether all is left out that a Shoot can do without.</param>
public sealed record GardenShape(int Replicas, bool IsMinimal)
{
    private const int ReplicasWhenAvailable = 2;
    private const string True = "true";

    /// <summary>What a Garden says.</summary>
    public static GardenShape Of(JsonObject garden)
    {
        ArgumentNullException.ThrowIfNull(garden);
        var available = garden["spec"]?["virtualCluster"]?["controlPlane"]?["highAvailability"] is not null;
        var minimal = (string?)garden["metadata"]?["annotations"]?[GardenerAnnotations.MinimalGarden] == True;
        return new(available ? ReplicasWhenAvailable : 1, minimal);
    }

    /// <summary>Asks for two of each component.</summary>
    public static void MakeAvailable(JsonObject garden)
    {
        ArgumentNullException.ThrowIfNull(garden);
        garden.Ensure("spec", "virtualCluster", "controlPlane", "highAvailability");
    }

    /// <summary>Takes from a garden the records of its names and the bucket of its backups, with the credentials for both.</summary>
    /// <param name="documents">The Garden and what stands beside it.</param>
    /// <param name="garden">The Garden among them.</param>
    /// <returns>What is left.</returns>
    public static IReadOnlyList<JsonObject> MakeMinimal(IReadOnlyList<JsonObject> documents, JsonObject garden)
    {
        ArgumentNullException.ThrowIfNull(documents);
        ArgumentNullException.ThrowIfNull(garden);
        garden.Ensure("metadata", "annotations")[GardenerAnnotations.MinimalGarden] = True;
        var spec = garden.Ensure("spec");
        var unused = new List<string?>();
        foreach (var provider in spec["dns"]?["providers"] as JsonArray ?? [])
        {
            unused.Add((string?)provider?["secretRef"]?["name"]);
        }

        spec.Remove("dns");
        foreach (var domains in new[] { spec["runtimeCluster"]?["ingress"]?["domains"], spec["virtualCluster"]?["dns"]?["domains"] })
        {
            foreach (var domain in domains as JsonArray ?? [])
            {
                domain!.AsObject().Remove("provider");
            }
        }

        if (spec["virtualCluster"]?["etcd"]?["main"] is JsonObject etcd)
        {
            unused.Add((string?)etcd["backup"]?["secretRef"]?["name"]);
            etcd.Remove("backup");
        }

        return
        [
            .. documents.Where(document =>
                (string?)document["kind"] != "Secret" || !unused.Contains((string?)document["metadata"]?["name"])),
        ];
    }
}
