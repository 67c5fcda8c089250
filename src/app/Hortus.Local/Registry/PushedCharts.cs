using System.Text.Json.Nodes;
using Hortus.Oci;

namespace Hortus.Local.Registry;

/// <summary>Puts the digests of pushed charts into manifests.</summary>
public static class PushedCharts
{
    /// <summary>Replaces the reference of an <c>ociRepository</c>.</summary>
    /// <param name="repository">The map with <c>ref</c>.</param>
    /// <param name="charts">References of pushed charts, by repository.</param>
    /// <param name="example">File of the manifest, for the message.</param>
    /// <exception cref="LocalGardenException">The chart is not one of those that were pushed.</exception>
    public static void Pin(JsonNode repository, IReadOnlyDictionary<string, string> charts, string example)
    {
        ArgumentNullException.ThrowIfNull(repository);
        ArgumentNullException.ThrowIfNull(charts);
        var reference = OciReference.Parse((string)repository["ref"]!);
        if (reference.Registry != LocalRegistry.Host || !charts.TryGetValue(reference.Repository, out var pushed))
        {
            throw new LocalGardenException(
                $"examples/{example} names the chart {reference}, but the local registry got {string.Join(", ", charts.Values)} only");
        }

        repository["ref"] = pushed;
    }
}
