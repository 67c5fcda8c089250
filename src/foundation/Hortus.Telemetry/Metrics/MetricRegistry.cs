using System.Diagnostics.Metrics;

namespace Hortus.Telemetry;

/// <summary>
/// Makes the meters of one component and holds the current value of their instruments, to be read in Prometheus' text
/// form. Instrument names are used as they are (characters that Prometheus forbids become underscores); histograms take
/// their bucket bounds from the instrument's advice.
/// </summary>
public sealed class MetricRegistry : IMeterFactory
{
    /// <summary>Most label combinations of one instrument; further ones are counted under none, so that memory stays
    /// bounded.</summary>
    public const int SeriesMax = 2000;

    private readonly Lock gate = new();
    private readonly List<Meter> meters = [];
    private readonly Dictionary<Instrument, MetricFamily> families = [];
    private readonly MeterListener listener;

    public MetricRegistry()
    {
        listener = new MeterListener { InstrumentPublished = OnPublished };
        listener.SetMeasurementEventCallback<long>(
            static (_, value, tags, state) => ((MetricFamily)state!).Record(value, tags));
        listener.SetMeasurementEventCallback<int>(
            static (_, value, tags, state) => ((MetricFamily)state!).Record(value, tags));
        listener.SetMeasurementEventCallback<double>(
            static (_, value, tags, state) => ((MetricFamily)state!).Record(value, tags));
        listener.SetMeasurementEventCallback<float>(
            static (_, value, tags, state) => ((MetricFamily)state!).Record(value, tags));
        listener.SetMeasurementEventCallback<short>(
            static (_, value, tags, state) => ((MetricFamily)state!).Record(value, tags));
        listener.SetMeasurementEventCallback<byte>(
            static (_, value, tags, state) => ((MetricFamily)state!).Record(value, tags));
        listener.Start();
    }

    /// <summary>The meter of that name; made at the first call.</summary>
    public Meter Create(MeterOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        lock (gate)
        {
            if (meters.Find(m => m.Name == options.Name && m.Version == options.Version) is { } known)
            {
                return known;
            }

            // The scope tells the meters of this registry from those of other components in the process.
            var meter = new Meter(options.Name, options.Version, options.Tags, this);
            meters.Add(meter);
            return meter;
        }
    }

    /// <summary>All instruments in Prometheus' text format 0.0.4, ordered by name.</summary>
    public string Render()
    {
        listener.RecordObservableInstruments();
        MetricFamily[] current;
        lock (gate)
        {
            current = [.. families.Values.OrderBy(f => f.Name, StringComparer.Ordinal)];
        }

        var text = new System.Text.StringBuilder();
        foreach (var family in current)
        {
            family.Write(text);
        }

        return text.ToString();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        listener.Dispose();
        lock (gate)
        {
            meters.ForEach(m => m.Dispose());
            meters.Clear();
        }
    }

    private void OnPublished(Instrument instrument, MeterListener source)
    {
        if (!ReferenceEquals(instrument.Meter.Scope, this))
        {
            return;
        }

        var family = new MetricFamily(instrument);
        lock (gate)
        {
            families[instrument] = family;
        }

        source.EnableMeasurementEvents(instrument, family);
    }
}
