using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace Hortus.Telemetry;

/// <summary>The series of one instrument.</summary>
internal sealed class MetricFamily
{
    // Bounds of the Prometheus client libraries, in seconds.
    private static readonly double[] BucketsDefault = [.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10];

    private readonly Lock gate = new();
    private readonly Dictionary<string, Series> series = [];

    // Finds the series of tags without making their text; programs record far more often than they are scraped.
    private readonly Dictionary<int, List<Series>> byHash = [];
    private readonly string? description;
    private readonly MetricType type;
    private readonly double[] buckets;

    public MetricFamily(Instrument instrument)
    {
        Name = string.Create(instrument.Name.Length, instrument.Name, static (span, name) =>
        {
            for (var i = 0; i < span.Length; i++)
            {
                span[i] = char.IsAsciiLetterOrDigit(name[i]) || name[i] == ':' ? name[i] : '_';
            }
        });
        description = instrument.Description;
        type = TypeOf(instrument);
        buckets = type == MetricType.Histogram ? BoundsOf(instrument) : [];
    }

    private enum MetricType
    {
        /// <summary>Measurements add up.</summary>
        Counter,

        /// <summary>Measurements are totals already.</summary>
        ObservableCounter,

        /// <summary>Measurements are changes of the level.</summary>
        UpDown,

        /// <summary>Measurements are the level.</summary>
        Gauge,
        Histogram,
    }

    public string Name { get; }

    public void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        lock (gate)
        {
            var one = SeriesOf(tags);
            one.Value = type is MetricType.Gauge or MetricType.ObservableCounter ? value : one.Value + value;
            one.Count++;
            for (var i = 0; i < buckets.Length; i++)
            {
                one.Counts[i] += value <= buckets[i] ? 1 : 0;
            }
        }
    }

    private Series SeriesOf(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var hash = new HashCode();
        foreach (var (key, value) in tags)
        {
            hash.Add(key);
            hash.Add(value);
        }

        var code = hash.ToHashCode();
        if (byHash.TryGetValue(code, out var known))
        {
            foreach (var one in known)
            {
                if (Same(one.Tags, tags))
                {
                    return one;
                }
            }
        }

        var isNew = series.Count < MetricRegistry.SeriesMax;
        var labels = isNew ? Labels(tags) : "";
        if (!series.TryGetValue(labels, out var found))
        {
            series[labels] = found = new Series { Counts = new long[buckets.Length], Tags = isNew ? tags.ToArray() : [] };
        }

        if (isNew)
        {
            if (known is null)
            {
                byHash[code] = known = [];
            }

            if (!known.Contains(found))
            {
                known.Add(found);
            }
        }

        return found;
    }

    private static bool Same(KeyValuePair<string, object?>[] known, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (known.Length != tags.Length)
        {
            return false;
        }

        for (var i = 0; i < known.Length; i++)
        {
            if (known[i].Key != tags[i].Key || !Equals(known[i].Value, tags[i].Value))
            {
                return false;
            }
        }

        return true;
    }

    public void Write(StringBuilder text)
    {
        lock (gate)
        {
            if (series.Count == 0)
            {
                return;
            }

            if (!string.IsNullOrEmpty(description))
            {
                text.Append("# HELP ").Append(Name).Append(' ').Append(Escape(description, quotes: false)).Append('\n');
            }

            text.Append("# TYPE ").Append(Name).Append(' ').Append(type switch
            {
                MetricType.Histogram => "histogram",
                MetricType.Gauge or MetricType.UpDown => "gauge",
                _ => "counter",
            }).Append('\n');
            foreach (var (labels, one) in series.OrderBy(s => s.Key, StringComparer.Ordinal))
            {
                WriteSeries(text, labels, one);
            }
        }
    }

    private void WriteSeries(StringBuilder text, string labels, Series one)
    {
        if (type != MetricType.Histogram)
        {
            Line(text, "", labels, one.Value);
            return;
        }

        var separator = labels.Length == 0 ? "" : ",";
        for (var i = 0; i < buckets.Length; i++)
        {
            Line(text, "_bucket", $"{labels}{separator}le=\"{Number(buckets[i])}\"", one.Counts[i]);
        }

        Line(text, "_bucket", $"{labels}{separator}le=\"+Inf\"", one.Count);
        Line(text, "_sum", labels, one.Value);
        Line(text, "_count", labels, one.Count);
    }

    private void Line(StringBuilder text, string suffix, string labels, double value)
    {
        text.Append(Name).Append(suffix);
        if (labels.Length > 0)
        {
            text.Append('{').Append(labels).Append('}');
        }

        text.Append(' ').Append(Number(value)).Append('\n');
    }

    private static string Number(double value) =>
        double.IsPositiveInfinity(value) ? "+Inf"
        : double.IsNegativeInfinity(value) ? "-Inf"
        : value.ToString("R", CultureInfo.InvariantCulture);

    private static string Labels(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.IsEmpty)
        {
            return "";
        }

        var text = new StringBuilder();
        foreach (var (key, value) in tags)
        {
            text.Append(text.Length == 0 ? "" : ",").Append(key).Append("=\"")
                .Append(Escape(Convert.ToString(value, CultureInfo.InvariantCulture) ?? "", quotes: true)).Append('"');
        }

        return text.ToString();
    }

    private static string Escape(string text, bool quotes)
    {
        var escaped = text.Replace("\\", "\\\\", StringComparison.Ordinal)
            .Replace("\n", "\\n", StringComparison.Ordinal);
        return quotes ? escaped.Replace("\"", "\\\"", StringComparison.Ordinal) : escaped;
    }

    private static MetricType TypeOf(Instrument instrument)
    {
        var name = instrument.GetType().Name;
        return name.StartsWith("Histogram", StringComparison.Ordinal) ? MetricType.Histogram
            : name.StartsWith("Counter", StringComparison.Ordinal) ? MetricType.Counter
            : name.StartsWith("ObservableCounter", StringComparison.Ordinal) ? MetricType.ObservableCounter
            : name.StartsWith("UpDownCounter", StringComparison.Ordinal) ? MetricType.UpDown
            : MetricType.Gauge;
    }

    private static double[] BoundsOf(Instrument instrument) => instrument switch
    {
        Histogram<double> { Advice.HistogramBucketBoundaries: { } bounds } => [.. bounds],
        Histogram<long> { Advice.HistogramBucketBoundaries: { } bounds } => [.. bounds.Select(b => (double)b)],
        _ => BucketsDefault,
    };

    private sealed class Series
    {
        public double Value { get; set; }

        public long Count { get; set; }

        public required long[] Counts { get; init; }

        public required KeyValuePair<string, object?>[] Tags { get; init; }
    }
}
