using System.Diagnostics.Metrics;

namespace Hortus.Runtime;

/// <summary>The metrics of queues and controllers, named as in controller-runtime.</summary>
internal sealed class RuntimeMetrics
{
    private readonly UpDownCounter<long> depth;
    private readonly Counter<long> adds;
    private readonly Counter<long> retries;
    private readonly Histogram<double> queueTime;
    private readonly Counter<long> reconciles;
    private readonly Counter<long> errors;
    private readonly Histogram<double> reconcileTime;
    private readonly UpDownCounter<long> activeWorkers;

    public RuntimeMetrics(IMeterFactory factory)
    {
        var meter = factory.Create("Hortus.Runtime");
        depth = meter.CreateUpDownCounter<long>("workqueue_depth", null, "Keys waiting in the queue");
        adds = meter.CreateCounter<long>("workqueue_adds_total", null, "Keys put into the queue");
        retries = meter.CreateCounter<long>("workqueue_retries_total", null, "Keys put into the queue after a failure");
        queueTime = meter.CreateHistogram<double>(
            "workqueue_queue_duration_seconds", "s", "Time that keys wait in the queue");
        reconciles = meter.CreateCounter<long>(
            "controller_runtime_reconcile_total", null, "Runs of a controller by result");
        errors = meter.CreateCounter<long>(
            "controller_runtime_reconcile_errors_total", null, "Failed runs of a controller");
        reconcileTime = meter.CreateHistogram<double>(
            "controller_runtime_reconcile_time_seconds", "s", "Time that one run of a controller takes");
        activeWorkers = meter.CreateUpDownCounter<long>("controller_runtime_active_workers", null, "Runs under way");
    }

    public void Queued(string name)
    {
        depth.Add(1, Tag("name", name));
        adds.Add(1, Tag("name", name));
    }

    public void Taken(string name, TimeSpan waited)
    {
        depth.Add(-1, Tag("name", name));
        queueTime.Record(waited.TotalSeconds, Tag("name", name));
    }

    public void Retried(string name) => retries.Add(1, Tag("name", name));

    public void Started(string controller) => activeWorkers.Add(1, Tag("controller", controller));

    public void Finished(string controller, string result, TimeSpan took)
    {
        activeWorkers.Add(-1, Tag("controller", controller));
        reconciles.Add(1, Tag("controller", controller), Tag("result", result));
        reconcileTime.Record(took.TotalSeconds, Tag("controller", controller));
        if (result == "error")
        {
            errors.Add(1, Tag("controller", controller));
        }
    }

    private static KeyValuePair<string, object?> Tag(string key, string value) => new(key, value);
}
