namespace Hortus.Oci;

/// <summary>Finds the chart in what a registry has under a reference.</summary>
internal static class HelmArtifact
{
    private const int CandidatesMax = 32;

    /// <summary>The descriptor of the packed chart.</summary>
    /// <param name="manifest">What the reference stands for: a manifest, or an index of them.</param>
    /// <param name="subject">The reference, for messages.</param>
    /// <param name="read">Reads a manifest of the index; null when it does not have it.</param>
    /// <returns>Null when a manifest could not be read.</returns>
    /// <exception cref="OciException">There is no chart; the message lists what there is instead.</exception>
    public static async Task<OciDescriptor?> FindAsync(
        OciManifest manifest, string subject, Func<OciDescriptor, Task<OciManifest?>> read)
    {
        if (!manifest.IsIndex)
        {
            return ChartOf(manifest, subject);
        }

        var found = new List<string>();

        // What says that it is a chart comes first; others may be one all the same.
        foreach (var candidate in manifest.Manifests.OrderBy(m => m.ArtifactType == MediaTypes.HelmConfig ? 0 : 1).Take(CandidatesMax))
        {
            if (MediaTypes.IsIndex(candidate.MediaType))
            {
                found.Add("another index");
                continue;
            }

            if (await read(candidate) is not { } inner)
            {
                return null;
            }

            if (inner.Config?.MediaType == MediaTypes.HelmConfig)
            {
                return ChartOf(inner, subject);
            }

            found.Add(candidate.Platform is null ? KindOf(inner) : $"{KindOf(inner)} for {candidate.Platform}");
        }

        throw Wrong(found.Count == 0
            ? $"no helm chart found in the index {subject}, which is empty"
            : $"no helm chart found in the index {subject}: it has {string.Join(", ", found)}");
    }

    private static OciDescriptor ChartOf(OciManifest manifest, string subject)
    {
        if (manifest.Layers.Count == 0)
        {
            throw Wrong($"no layers found in {subject}: it is {KindOf(manifest)}");
        }

        return manifest.Layers.FirstOrDefault(l => l.MediaType is MediaTypes.HelmChart or MediaTypes.HelmChartOld)
            ?? throw Wrong(
                $"no helm layer found in {subject}: it is {KindOf(manifest)} with layers of"
                + $" {string.Join(", ", manifest.Layers.Select(l => l.MediaType).Distinct().Take(5))}; want {MediaTypes.HelmChart}");
    }

    private static string KindOf(OciManifest manifest) => manifest switch
    {
        { ArtifactType: { } type } => $"an artifact of type {type}",
        { Config.MediaType: MediaTypes.HelmConfig } => "a chart",
        { Config.MediaType: "application/vnd.oci.image.config.v1+json" or "application/vnd.docker.container.image.v1+json" } =>
            "a container image",
        { Config.MediaType: { } type } => $"an artifact with a config of {type}",
        _ => "an artifact without config",
    };

    private static OciException Wrong(string message) => new(OciFailure.WrongArtifact, message);
}
