using System.Text.Json.Nodes;
using Hortus.Local.Registry;

namespace Hortus.Local.Bootstrap;

/// <summary>The Extension provider-local of a local garden: the example, with the digests of the charts that were pushed and with the
/// folder of this garden's backup buckets.</summary>
public static class ProviderLocalExtension
{
    /// <summary>The example that it comes from.</summary>
    public const string Example = "05-extension-provider-local.yaml";

    /// <summary>Name of the ManagedResource, and of its Deployment, by which earlier versions deployed provider-local without an
    /// Extension.</summary>
    public const string FormerName = "gardener-extension-provider-local";

    /// <summary>Puts this garden's places into the manifest.</summary>
    /// <param name="manifest">The Extension.</param>
    /// <param name="charts">References of pushed charts, by repository.</param>
    /// <param name="buckets">Folder of the backup buckets.</param>
    /// <param name="shape">How many pods each part has, and whether there is an admission.</param>
    /// <exception cref="LocalGardenException">A chart that the Extension names is not one of those that were pushed.</exception>
    public static JsonObject Complete(
        JsonObject manifest, IReadOnlyDictionary<string, string> charts, string buckets, GardenShape shape)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        ArgumentNullException.ThrowIfNull(charts);
        ArgumentNullException.ThrowIfNull(shape);
        var completed = manifest.DeepClone().AsObject();
        var deployment = completed["spec"]!["deployment"]!;
        var extension = deployment["extension"]!;
        var admission = deployment["admission"]!;
        foreach (var part in new[] { extension, admission["runtimeCluster"]!, admission["virtualCluster"]! })
        {
            PushedCharts.Pin(part["helm"]!["ociRepository"]!, charts, Example);
        }

        foreach (var values in new[] { "values", "runtimeClusterValues" })
        {
            extension[values]!["backup"]!["hostPath"] = buckets;
            extension[values]!["replicaCount"] = shape.Replicas;
        }

        admission["values"] = new JsonObject { ["replicaCount"] = shape.Replicas };
        if (shape.IsMinimal)
        {
            deployment.AsObject().Remove("admission");
        }

        return completed;
    }
}
