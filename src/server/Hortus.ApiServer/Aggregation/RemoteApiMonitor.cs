using System.Text.Json.Nodes;
using System.Threading.Channels;
using Hortus.ApiServer.Builtin;
using Hortus.ApiServer.Registry;
using Hortus.ApiServer.Requests;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;
using Microsoft.Extensions.Logging;

namespace Hortus.ApiServer.Aggregation;

/// <summary>Keeps what is known of one remote API right: looks at its server, and says in the APIService what it saw.</summary>
internal sealed partial class RemoteApiMonitor : IAsyncDisposable
{
    private static readonly ResourceKind Kind = ResourceKind.Of<APIService>();
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LastRetry = TimeSpan.FromSeconds(1);

    private readonly string name;
    private readonly RemoteApis apis;
    private readonly AvailabilityProbe probe;
    private readonly ApiServerServices services;
    private readonly ILogger logger;
    private readonly CancellationTokenSource stop;
    private readonly Task running;

    // One token is enough: a look that is due covers everything that happened before it.
    private readonly Channel<bool> due = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    public RemoteApiMonitor(
        string name, RemoteApis apis, AvailabilityProbe probe, ApiServerServices services, CancellationToken cancellationToken)
    {
        this.name = name;
        this.apis = apis;
        this.probe = probe;
        this.services = services;
        logger = services.LoggerFactory.CreateLogger<RemoteApiMonitor>();
        stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        running = Task.Run(() => RunAsync(stop.Token), CancellationToken.None);
    }

    /// <summary>Looks soon instead of at the end of the period.</summary>
    public void Wake() => due.Writer.TryWrite(true);

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await running;
        stop.Dispose();
    }

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        var retry = FirstRetry;
        try
        {
            while (apis.Find(name) is { } api)
            {
                var isAvailable = await LookAsync(api, cancellationToken);
                retry = isAvailable ? FirstRetry : Min(retry * 2, LastRetry);
                await WaitAsync(isAvailable ? Period : retry, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The API is no longer registered, or the server stops.
        }
    }

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;

    private async Task WaitAsync(TimeSpan time, CancellationToken cancellationToken)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var timeout = Task.Delay(time, services.Time, end.Token);
        var woken = due.Reader.ReadAsync(end.Token).AsTask();
        await Task.WhenAny(timeout, woken);
        await end.CancelAsync();
        await woken.ContinueWith(static _ => { }, TaskScheduler.Default);
        cancellationToken.ThrowIfCancellationRequested();
    }

    private async Task<bool> LookAsync(RemoteApi api, CancellationToken cancellationToken)
    {
        var result = await probe.RunAsync(api, cancellationToken);
        if (apis.TryUpdate(
                api, a => a with { Availability = result.Availability, Resources = result.Resources ?? a.Resources }))
        {
            await ReportAsync(result.Availability, cancellationToken);
        }

        return result.Availability.IsAvailable;
    }

    private async Task ReportAsync(ApiAvailability seen, CancellationToken cancellationToken)
    {
        try
        {
            await services.Objects.UpdateAsync(
                Kind, ObjectKey.Cluster(name), "status", current => WithCondition(current, seen), cancellationToken);
        }
        catch (ApiStatusException e) when (e.Reason == StatusReason.NotFound)
        {
            // Deleted in between.
        }
        catch (ApiStatusException e)
        {
            LogNotReported(logger, name, e.Message);
        }
    }

    private JsonObject? WithCondition(JsonObject current, ApiAvailability seen)
    {
        var said = ApiAvailability.Of(current);
        var status = current.Ensure("status");
        var conditions = status.List("conditions");
        var former = conditions.OfType<JsonObject>().FirstOrDefault(c => c.Text("type") == ApiAvailability.Condition);
        if (former is not null && said == seen)
        {
            return null;
        }

        var condition = seen.ToCondition(services.Time.GetUtcNow());
        if (former is not null)
        {
            if (said.IsAvailable == seen.IsAvailable)
            {
                condition["lastTransitionTime"] = former["lastTransitionTime"]?.DeepClone();
            }

            conditions.Remove(former);
        }

        conditions.Add((JsonNode)condition);
        LogAvailability(logger, name, seen.IsAvailable, seen.Message);
        return current;
    }

    [LoggerMessage(LogLevel.Information, "API {Name}: available {IsAvailable}: {Message}")]
    private static partial void LogAvailability(ILogger logger, string name, bool isAvailable, string message);

    [LoggerMessage(LogLevel.Warning, "the status of APIService {Name} could not be written: {Reason}")]
    private static partial void LogNotReported(ILogger logger, string name, string reason);
}
