using System.Diagnostics.Metrics;

namespace Hortus.Oci;

/// <summary>The metrics of chart pulls and of their cache.</summary>
internal sealed class PullMetrics
{
    public const string Cached = "cached";
    public const string Downloaded = "downloaded";
    public const string Stale = "stale";
    public const string Failed = "failed";

    private readonly Counter<long> pulls;
    private readonly Counter<long> hits;
    private readonly Counter<long> misses;
    private readonly Histogram<double> duration;

    public PullMetrics(IMeterFactory factory, ContentCache cache)
    {
        var meter = factory.Create("Hortus.Oci");
        pulls = meter.CreateCounter<long>(
            "hortus_chart_pull_total", null, "Pulls of charts by registry and result: cached, downloaded, stale, failed");
        hits = meter.CreateCounter<long>("hortus_chart_cache_hits_total", null, "Charts found in the cache, by level: memory, disk");
        misses = meter.CreateCounter<long>("hortus_chart_cache_misses_total", null, "Charts not found in the cache");
        duration = meter.CreateHistogram<double>("hortus_chart_pull_seconds", "s", "Time until a pulled chart was there, or failed");
        meter.CreateObservableGauge(
            "hortus_chart_cache_bytes",
            () => cache.Bytes.Select(b => new Measurement<long>(b.Bytes, Tag("level", Name(b.Level)))),
            "By",
            "Bytes in the cache of charts, by level: memory, disk");
    }

    /// <summary>Counts a chart; null was not in the cache.</summary>
    public void Found(CacheLevel? level)
    {
        if (level is { } kept)
        {
            hits.Add(1, Tag("level", Name(kept)));
        }
        else
        {
            misses.Add(1);
        }
    }

    public void Pulled(string registry, string result, TimeSpan took)
    {
        pulls.Add(1, Tag("registry", registry), Tag("result", result));
        duration.Record(took.TotalSeconds);
    }

    private static string Name(CacheLevel level) => level == CacheLevel.Memory ? "memory" : "disk";

    private static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);
}
