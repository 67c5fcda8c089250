namespace Hortus.Oci;

/// <summary>A chart that was fetched.</summary>
/// <param name="Archive">The packed chart.</param>
/// <param name="KeptAt">Where it was found; null when it came from the registry.</param>
internal sealed record FetchedChart(ReadOnlyMemory<byte> Archive, CacheLevel? KeptAt);

/// <summary>Brings one chart by its digest, from the cache or from the registry. What a failed fetch has read is not
/// kept.</summary>
internal sealed class ChartFetch(OciReference reference, OciRepository repository, ContentCache cache, long chartBytesMax)
{
    private readonly Dictionary<string, ReadOnlyMemory<byte>> news = [];
    private readonly string subject = reference.ToString();

    /// <summary>The chart from the cache; null when not all of it is there.</summary>
    public async Task<FetchedChart?> FindAsync(string digest, CancellationToken cancellationToken)
    {
        if (await KeptManifestAsync(digest, cancellationToken) is not { } manifest
            || await HelmArtifact.FindAsync(manifest, subject, c => KeptManifestAsync(c.Digest, cancellationToken)) is not { } chart
            || await cache.FindAsync(chart.Digest, cancellationToken) is not { } kept)
        {
            return null;
        }

        return new FetchedChart(kept.Content, kept.Level);
    }

    /// <summary>The chart, with what is missing from the registry.</summary>
    /// <exception cref="OciException">The registry does not give it, or it is no chart.</exception>
    public async Task<FetchedChart> DownloadAsync(string digest, CancellationToken cancellationToken)
    {
        var manifest = await ManifestAsync(digest, cancellationToken);
        var chart = await HelmArtifact.FindAsync(
            manifest, subject, async candidate => await ManifestAsync(candidate.Digest, cancellationToken))
            ?? throw new OciException(OciFailure.WrongArtifact, $"no helm chart found in {subject}");
        ReadOnlyMemory<byte> archive = await repository.GetBlobAsync(chart, chartBytesMax, cancellationToken);
        foreach (var (name, content) in news)
        {
            await cache.StoreAsync(name, content, cancellationToken);
        }

        await cache.StoreAsync(chart.Digest, archive, cancellationToken);
        return new FetchedChart(archive, KeptAt: null);
    }

    private async Task<OciManifest> ManifestAsync(string digest, CancellationToken cancellationToken)
    {
        if (await KeptManifestAsync(digest, cancellationToken) is { } kept)
        {
            return kept;
        }

        var manifest = await repository.GetManifestAsync(digest, cancellationToken);
        news[digest] = manifest.Bytes;
        return manifest;
    }

    private async Task<OciManifest?> KeptManifestAsync(string digest, CancellationToken cancellationToken) =>
        await cache.FindAsync(digest, cancellationToken) is { } kept
            ? OciManifest.Read(kept.Content, contentType: null, subject)
            : null;
}
