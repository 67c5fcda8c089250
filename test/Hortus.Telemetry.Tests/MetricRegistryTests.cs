using System.Diagnostics.Metrics;

namespace Hortus.Telemetry.Tests;

public sealed class MetricRegistryTests : IDisposable
{
    private readonly MetricRegistry registry = new();

    public void Dispose() => registry.Dispose();

    [Fact]
    public void Counters_gauges_and_levels_are_rendered_with_their_labels()
    {
        var meter = registry.Create("test");
        var counter = meter.CreateCounter<long>("reconcile_total", null, "Runs");
        counter.Add(1, new KeyValuePair<string, object?>("controller", "a"));
        counter.Add(2, new KeyValuePair<string, object?>("controller", "a"));
        counter.Add(5, new KeyValuePair<string, object?>("controller", "b\"\\\n"));
        var depth = meter.CreateUpDownCounter<long>("depth");
        depth.Add(3);
        depth.Add(-1);
        meter.CreateObservableGauge("memory.bytes", () => 42.5);

        registry.Render().ShouldBe(
            """
            # TYPE depth gauge
            depth 2
            # TYPE memory_bytes gauge
            memory_bytes 42.5
            # HELP reconcile_total Runs
            # TYPE reconcile_total counter
            reconcile_total{controller="a"} 3
            reconcile_total{controller="b\"\\\n"} 5

            """);
    }

    [Fact]
    public void Histograms_count_into_the_buckets_they_ask_for()
    {
        var histogram = registry.Create("test").CreateHistogram<double>(
            "took_seconds", advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.1, 1] });
        histogram.Record(0.05);
        histogram.Record(0.5);
        histogram.Record(7);

        registry.Render().ShouldBe(
            """
            # TYPE took_seconds histogram
            took_seconds_bucket{le="0.1"} 1
            took_seconds_bucket{le="1"} 2
            took_seconds_bucket{le="+Inf"} 3
            took_seconds_sum 7.55
            took_seconds_count 3

            """);
    }

    [Fact]
    public void Registries_do_not_see_each_others_instruments()
    {
        using var other = new MetricRegistry();
        other.Create("test").CreateCounter<long>("foreign").Add(1);

        registry.Render().ShouldBeEmpty();
        other.Render().ShouldContain("foreign 1");
    }

    [Fact]
    public void Endless_label_values_do_not_take_endless_memory()
    {
        var counter = registry.Create("test").CreateCounter<long>("many");
        for (var i = 0; i < MetricRegistry.SeriesMax + 500; i++)
        {
            counter.Add(1, new KeyValuePair<string, object?>("id", i));
        }

        registry.Render().Split('\n').Length.ShouldBeLessThan(MetricRegistry.SeriesMax + 5);
    }
}
