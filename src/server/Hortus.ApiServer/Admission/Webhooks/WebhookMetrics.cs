using System.Diagnostics.Metrics;
using Hortus.Telemetry;

namespace Hortus.ApiServer.Admission.Webhooks;

/// <summary>How long webhooks take, with kube-apiserver's names.</summary>
internal sealed class WebhookMetrics
{
    private static readonly double[] Bounds = [0.005, 0.025, 0.1, 0.5, 1.0, 2.5, 10, 25];

    private readonly Histogram<double> durations;

    public WebhookMetrics(MetricRegistry registry) =>
        durations = registry.Create(new MeterOptions("hortus.apiserver.webhooks")).CreateHistogram(
            "apiserver_admission_webhook_admission_duration_seconds",
            unit: null,
            description: "Admission webhook latency in seconds for each webhook, operation and type.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = Bounds });

    /// <summary>Notes a call.</summary>
    public void Called(WebhookCall call, AdmissionOperation operation, bool mutating, bool allowed, TimeSpan time) =>
        durations.Record(
            time.TotalSeconds,
            [
                new("name", call.Webhook.Name), new("operation", WebhookRules.NameOf(operation)),
                new("rejected", allowed ? "false" : "true"), new("type", mutating ? "admit" : "validating"),
            ]);
}
