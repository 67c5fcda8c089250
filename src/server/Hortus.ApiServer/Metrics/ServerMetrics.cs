using System.Diagnostics.Metrics;
using Hortus.ApiServer.Objects;
using Hortus.ApiServer.Registry;
using Hortus.ApiServer.Requests;
using Hortus.Storage;
using Hortus.Telemetry;

namespace Hortus.ApiServer.Metrics;

/// <summary>The server's instruments, with the names and labels of kube-apiserver, so that its dashboards and alerts fit.</summary>
internal sealed class ServerMetrics
{
    private const string Component = "apiserver";

    private static readonly double[] RequestBounds =
    [
        0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1.0, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60,
    ];

    private static readonly double[] StoreBounds =
    [
        0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1.0, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60,
    ];

    private readonly Counter<long> requests;
    private readonly Histogram<double> durations;
    private readonly UpDownCounter<long> longRunning;
    private readonly Counter<long> watchEvents;
    private readonly Histogram<double> storeDurations;
    private readonly Counter<long> rejected;
    private Measurement<long>[] objectCounts = [];

    /// <param name="registry">Where the instruments are read from.</param>
    /// <param name="inFlight">Requests being served now: those that change something, and the others.</param>
    public ServerMetrics(MetricRegistry registry, Func<(int Mutating, int ReadOnly)> inFlight)
    {
        Registry = registry;
        var meter = registry.Create(new MeterOptions("hortus.apiserver"));
        requests = meter.CreateCounter<long>(
            "apiserver_request_total",
            description: "Counter of apiserver requests broken out for each verb, group, resource, scope and code.");
        durations = meter.CreateHistogram(
            "apiserver_request_duration_seconds",
            unit: null,
            description: "Response latency distribution in seconds for each verb, group, resource and scope.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = RequestBounds });
        longRunning = meter.CreateUpDownCounter<long>(
            "apiserver_longrunning_requests", description: "All active long-running requests, such as watches.");
        watchEvents = meter.CreateCounter<long>(
            "apiserver_watch_events_total", description: "Number of events sent in watch clients.");
        storeDurations = meter.CreateHistogram(
            "etcd_request_duration_seconds",
            unit: null,
            description: "Latency of requests to the store in seconds for each operation and object type.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = StoreBounds });
        rejected = meter.CreateCounter<long>(
            "apiserver_dropped_requests_total", description: "Requests answered with 429 because too many were in flight.");
        meter.CreateObservableGauge(
            "apiserver_current_inflight_requests",
            () =>
            {
                var (mutating, readOnly) = inFlight();
                return new Measurement<long>[]
                {
                    new(mutating, Tag("request_kind", "mutating")), new(readOnly, Tag("request_kind", "readOnly")),
                };
            },
            description: "Requests being served now, long-running ones left out.");
        meter.CreateObservableGauge(
            "apiserver_storage_objects",
            () => (IEnumerable<Measurement<long>>)objectCounts,
            description: "Number of stored objects at the time of the scrape.");
        ProcessMetrics.AddTo(registry);
    }

    public MetricRegistry Registry { get; }

    /// <summary>Counts a request that has been answered.</summary>
    public void Served(RequestInfo info, string verb, string dryRun, int code, TimeSpan time, bool isLongRunning)
    {
        var scope = ScopeOf(info);
        requests.Add(
            1,
            [
                Tag("code", CodeText(code)), Tag("component", Component), Tag("dry_run", dryRun), Tag("group", info.Group),
                Tag("resource", info.Resource), Tag("scope", scope), Tag("subresource", info.Subresource), Tag("verb", verb),
                Tag("version", info.Version),
            ]);
        if (!isLongRunning)
        {
            durations.Record(
                time.TotalSeconds,
                [
                    Tag("component", Component), Tag("dry_run", dryRun), Tag("group", info.Group),
                    Tag("resource", info.Resource), Tag("scope", scope), Tag("subresource", info.Subresource),
                    Tag("verb", verb), Tag("version", info.Version),
                ]);
        }
    }

    /// <summary>Counts the begin (1) or end (-1) of a long-running request.</summary>
    public void LongRunning(RequestInfo info, string verb, int change) => longRunning.Add(
        change,
        [
            Tag("component", Component), Tag("group", info.Group), Tag("resource", info.Resource),
            Tag("scope", ScopeOf(info)), Tag("subresource", info.Subresource), Tag("verb", verb), Tag("version", info.Version),
        ]);

    public void Rejected(bool mutating) =>
        rejected.Add(1, Tag("request_kind", mutating ? "mutating" : "readOnly"));

    public void WatchEvents(ResourceDefinition definition, int count)
    {
        if (count > 0)
        {
            watchEvents.Add(
                count,
                Tag("group", definition.Kind.Group), Tag("kind", definition.Kind.Kind), Tag("version", definition.Kind.Version));
        }
    }

    /// <summary>Notes how long the store took.</summary>
    /// <param name="operation"><c>get</c>, <c>list</c>, <c>create</c>, <c>update</c> or <c>delete</c>.</param>
    /// <param name="resource">Resource with its group.</param>
    /// <param name="time">How long.</param>
    public void StoreRequest(string operation, string resource, TimeSpan time) =>
        storeDurations.Record(time.TotalSeconds, Tag("operation", operation), Tag("type", resource));

    /// <summary>Everything in Prometheus' text form.</summary>
    public async Task<string> RenderAsync(
        ResourceRegistry resources, ObjectStore store, CancellationToken cancellationToken)
    {
        var counts = new List<Measurement<long>>();
        foreach (var definition in resources.All.Where(d => d.Virtual is null).DistinctBy(d => d.StoragePrefix))
        {
            try
            {
                var count = await store.CountAsync(definition, cancellationToken);
                counts.Add(new Measurement<long>(count, Tag("resource", definition.Kind.GroupResource)));
            }
            catch (StoreException)
            {
                // A store that cannot be read is told by /readyz; the other metrics are wanted all the more then.
                break;
            }
        }

        objectCounts = [.. counts];
        return Registry.Render();
    }

    private static string ScopeOf(RequestInfo info) => !info.IsResource ? ""
        : info.Name is not null ? "resource"
        : info.Namespace is not null ? "namespace"
        : "cluster";

    private static string CodeText(int code) => code switch
    {
        200 => "200",
        201 => "201",
        404 => "404",
        409 => "409",
        _ => code.ToString(System.Globalization.CultureInfo.InvariantCulture),
    };

    private static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);
}
