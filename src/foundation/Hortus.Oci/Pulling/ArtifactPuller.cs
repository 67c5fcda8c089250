using System.Diagnostics.Metrics;
using System.Globalization;
using Microsoft.Extensions.Logging;

namespace Hortus.Oci;

/// <summary>Pulls charts once: what was pulled is kept in memory and on disk by its digest, and given only to those whom the
/// registry lets read it.</summary>
public sealed partial class ArtifactPuller : IArtifactPuller, IDisposable
{
    // A few hundred bytes each; far more than a garden has installations.
    private const int KnownMax = 10_000;

    private readonly ChartPullerOptions options;
    private readonly TimeProvider clock;
    private readonly ILogger logger;
    private readonly RegistryClient client;
    private readonly ContentCache cache;
    private readonly PublicRecords records;
    private readonly PullMetrics metrics;
    private readonly AccessProofs proofs = new(KnownMax);
    private readonly TagMemory tags = new(KnownMax);
    private readonly SingleFlight<PullKey, string> resolutions = new();
    private readonly SingleFlight<PullKey, FetchedChart> fetches = new();
    private readonly KeyedTurns turns = new();

    /// <summary>Makes a puller, and reads which charts its cache folder has.</summary>
    /// <param name="options">Limits, folder and registries.</param>
    /// <param name="meters">Where its metrics go.</param>
    /// <param name="logger">Where it tells what it does without.</param>
    /// <param name="random">For jitter. Must be safe for many threads.</param>
    /// <param name="clock">Of waits and deadlines.</param>
    public ArtifactPuller(
        ChartPullerOptions options, IMeterFactory meters, ILogger<ArtifactPuller> logger, Random random, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(options);
        this.options = options;
        this.clock = clock;
        this.logger = logger;
        client = new RegistryClient(options.Registries, random, clock);
        cache = new ContentCache(options, clock, logger);
        records = new PublicRecords(options.CacheFolder);
        metrics = new PullMetrics(meters, cache);
    }

    /// <inheritdoc/>
    public async Task<PulledChart> PullChartAsync(ChartPull pull, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(pull);
        var reference = pull.Reference;
        var begun = clock.GetTimestamp();
        var result = PullMetrics.Failed;
        try
        {
            var access = RegistryAccess.For(reference, pull.DockerConfigJson, pull.CaBundle);
            var (digest, note) = await ResolveAsync(reference, access, cancellationToken);
            var chart = await FetchAsync(reference, digest, access, cancellationToken);
            result = note is not null ? PullMetrics.Stale : chart.KeptAt is null ? PullMetrics.Downloaded : PullMetrics.Cached;
            return new PulledChart(digest, chart.Archive, note);
        }
        catch (OciException e)
        {
            throw new OciException(e.Failure, $"artifact pull failed for {reference}: {e.Message}", e) { RetryAfter = e.RetryAfter };
        }
        finally
        {
            if (!cancellationToken.IsCancellationRequested)
            {
                metrics.Pulled(reference.Registry, result, clock.GetElapsedTime(begun));
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => client.Dispose();

    /// <summary>What the reference stands for, and a note when that is not sure.</summary>
    private async Task<(string Digest, string? Note)> ResolveAsync(
        OciReference reference, RegistryAccess access, CancellationToken cancellationToken)
    {
        if (reference.Digest is { } pinned)
        {
            return (pinned, null);
        }

        if (reference.Tag is not { } tag)
        {
            throw new OciException(OciFailure.BadRequest, "the reference has neither tag nor digest");
        }

        var key = new PullKey(reference.Name, tag, access.Fingerprint, access.TrustKey);
        var known = tags.Of(key);
        if (known is { FailingSince: null } && clock.GetUtcNow() - known.At < options.TagFreshness)
        {
            return (known.Digest, null);
        }

        try
        {
            var digest = await resolutions.RunAsync(
                key, token => client.Open(reference, access).ResolveAsync(tag, token), cancellationToken);
            tags.Resolved(key, digest, clock.GetUtcNow());
            Note(reference, tag, digest, access);

            // Who was told what the tag stands for may read it.
            proofs.Add(key with { Target = digest });
            return (digest, null);
        }
        catch (OciException e) when (e.Failure == OciFailure.Unavailable && options.UsesLastKnown
            && LastKnown(reference, key, access) is { FailingSince: { } since } last)
        {
            if (known?.FailingSince is null)
            {
                LogStale(reference.ToString(), last.Digest, e.Message);
            }

            return (last.Digest, string.Create(
                CultureInfo.InvariantCulture, $"registry unreachable since {since.UtcDateTime:yyyy-MM-ddTHH:mm:ssZ}, using {last.Digest}"));
        }
        catch (OciException e) when (e.Failure is OciFailure.Denied or OciFailure.NotFound)
        {
            tags.Forget(key);
            throw;
        }
    }

    /// <summary>What a tag stood for before the registry failed; null when that is not known.</summary>
    private KnownTag? LastKnown(OciReference reference, PullKey key, RegistryAccess access)
    {
        var now = clock.GetUtcNow();
        if (tags.Of(key) is null && access.Credential.IsAnonymous && records.Find(reference, key.Target) is { } noted)
        {
            tags.Resolved(key, noted, now);
        }

        return tags.Failed(key, now);
    }

    private void Note(OciReference reference, string target, string digest, RegistryAccess access)
    {
        if (access.Credential.IsAnonymous)
        {
            records.Note(reference, target, digest);
            records.Note(reference, digest, digest);
        }
    }

    /// <summary>Whether the caller may read a digest, by what the registry has said before.</summary>
    private bool IsProven(OciReference reference, PullKey key, RegistryAccess access) =>
        proofs.Has(key) || (access.Credential.IsAnonymous && records.Find(reference, key.Target) is not null);

    private Task<FetchedChart> FetchAsync(
        OciReference reference, string digest, RegistryAccess access, CancellationToken cancellationToken)
    {
        var key = new PullKey(reference.Name, digest, access.Fingerprint, access.TrustKey);
        return fetches.RunAsync(key, token => FetchOnceAsync(reference, key, access, token), cancellationToken);
    }

    private async Task<FetchedChart> FetchOnceAsync(
        OciReference reference, PullKey key, RegistryAccess access, CancellationToken cancellationToken)
    {
        var repository = client.Open(reference, access);
        var fetch = new ChartFetch(reference, repository, cache, options.ChartBytesMax);

        // Others may ask for the same with other credentials: the first brings it for all, each proves its right.
        using var turn = await turns.TakeAsync($"{key.Repository}@{key.Target}", cancellationToken);
        if (await fetch.FindAsync(key.Target, cancellationToken) is not { } chart)
        {
            chart = await fetch.DownloadAsync(key.Target, cancellationToken);
        }
        else if (!IsProven(reference, key, access))
        {
            await repository.ResolveAsync(key.Target, cancellationToken);
        }

        metrics.Found(chart.KeptAt);
        proofs.Add(key);
        Note(reference, key.Target, key.Target, access);
        return chart;
    }

    [LoggerMessage(3510, LogLevel.Warning, "cannot ask what {Reference} stands for, using {Digest}: {Reason}")]
    private partial void LogStale(string reference, string digest, string reason);
}
