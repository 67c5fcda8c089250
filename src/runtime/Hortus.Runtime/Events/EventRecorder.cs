using System.Globalization;
using System.Threading.Channels;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;
using Microsoft.Extensions.Logging;

namespace Hortus.Runtime;

/// <summary>Writes events from a bounded queue in the background; equal ones become one object with a count.</summary>
internal sealed partial class EventRecorder : IEventRecorder
{
    /// <summary>Events waiting to be written; a burst beyond it is dropped, because events are best effort.</summary>
    private const int QueueMax = 1000;

    /// <summary>Distinct events remembered for counting.</summary>
    private const int KnownMax = 2048;

    /// <summary>Longest message that the API takes.</summary>
    private const int MessageMax = 1024;

    private readonly Channel<Entry> queue = Channel.CreateBounded<Entry>(
        new BoundedChannelOptions(QueueMax) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    private readonly Dictionary<Entry, Event> known = [];
    private readonly IKubernetesClient client;
    private readonly ControllerManagerOptions options;
    private readonly ILogger log;

    public EventRecorder(IKubernetesClient client, ControllerManagerOptions options)
    {
        this.client = client;
        this.options = options;
        log = options.Logs.CreateLogger<EventRecorder>();
    }

    /// <inheritdoc/>
    public void Normal(KubernetesObject about, string reason, string message) =>
        Record(about, "Normal", reason, message);

    /// <inheritdoc/>
    public void Warning(KubernetesObject about, string reason, string message) =>
        Record(about, "Warning", reason, message);

    /// <summary>Writes events until cancelled; never fails.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var entry in queue.Reader.ReadAllAsync(cancellationToken))
            {
                await WriteAsync(entry, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The normal end.
        }
    }

    private void Record(KubernetesObject about, string type, string reason, string message) =>
        queue.Writer.TryWrite(new Entry(
            about.ApiVersion,
            about.Kind,
            about.Key,
            about.Metadata.Uid,
            type,
            reason,
            message.Length <= MessageMax ? message : message[..MessageMax]));

    private async Task WriteAsync(Entry entry, CancellationToken cancellationToken)
    {
        try
        {
            if (known.TryGetValue(entry, out var seen))
            {
                try
                {
                    known[entry] = await client.PatchAsync<Event>(seen.Key, CountPatch(seen), cancellationToken);
                    return;
                }
                catch (ApiException e) when (e.IsNotFound)
                {
                    // The server forgets events after a while; a new one follows.
                }
            }

            if (known.Count >= KnownMax)
            {
                known.Clear();
            }

            known[entry] = await client.CreateAsync(NewEvent(entry), cancellationToken);
        }
        catch (Exception e) when (e is ApiException or HttpRequestException or IOException)
        {
            LogNotWritten(log, entry.Reason, entry.Kind, entry.Key.Namespace, entry.Key.Name, e.Message);
        }
    }

    private Patch CountPatch(Event seen) => Patch.Merge(new()
    {
        ["count"] = (seen.Count ?? 1) + 1,
        ["lastTimestamp"] = options.Clock.GetUtcNow().UtcDateTime.ToString(
            "yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
    });

    private Event NewEvent(Entry entry)
    {
        var now = options.Clock.GetUtcNow();
        var @namespace = entry.Key.Namespace ?? "default";
        return new Event
        {
            Metadata = new ObjectMeta
            {
                Namespace = @namespace,
                Name = $"{entry.Key.Name}.{now.UtcTicks:x}{options.Random.Next(0x10000):x4}",
            },
            InvolvedObject = new ObjectReference
            {
                ApiVersion = entry.ApiVersion,
                Kind = entry.Kind,
                Namespace = entry.Key.Namespace,
                Name = entry.Key.Name,
                Uid = entry.Uid,
            },
            Type = entry.Type,
            Reason = entry.Reason,
            Message = entry.Message,
            FirstTimestamp = now,
            LastTimestamp = now,
            Count = 1,
            Source = new EventSource { Component = options.Name },
            ReportingComponent = options.Name,
            ReportingInstance = options.Instance,
        };
    }

    [LoggerMessage(2400, LogLevel.Debug, "cannot write event {Reason} about {Kind} {Namespace}/{Name}: {Error}")]
    private static partial void LogNotWritten(
        ILogger logger, string reason, string kind, string? @namespace, string name, string error);

    private sealed record Entry(
        string ApiVersion, string Kind, ObjectKey Key, string? Uid, string Type, string Reason, string Message);
}
