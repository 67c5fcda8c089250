using System.Globalization;
using System.Text.Json.Nodes;
using Hortus.ApiServer.Access;
using Hortus.Objects;
using Microsoft.Extensions.Logging;

namespace Hortus.ApiServer.Builtin;

/// <summary>Removes events that nothing has touched for their time to live.</summary>
internal sealed partial class EventExpirer(
    IObjectAccess objects, TimeSpan timeToLive, TimeProvider time, ILogger<EventExpirer> logger)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            try
            {
                await ExpireAsync(cancellationToken);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                LogFailure(e);
            }
        }
    }

    /// <summary>Removes what has run out by now.</summary>
    internal async Task ExpireAsync(CancellationToken cancellationToken)
    {
        var limit = time.GetUtcNow() - timeToLive;
        foreach (var expired in await objects.ListAsync(Kinds.Event, null, cancellationToken))
        {
            if (LastTouched(expired) < limit)
            {
                await objects.DeleteAsync(
                    Kinds.Event, new ObjectKey(expired.Namespace, expired.Name), cancellationToken);
            }
        }
    }

    private static DateTimeOffset LastTouched(JsonObject item)
    {
        string?[] times =
        [
            item.Text("metadata", "creationTimestamp"), item.Text("lastTimestamp"),
            item.Text("eventTime"), item.Text("series", "lastObservedTime"),
        ];
        return times.Max(t =>
            DateTimeOffset.TryParse(t, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var parsed)
            ? parsed
            : DateTimeOffset.MinValue);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "expired events could not be removed; trying again in a minute")]
    private partial void LogFailure(Exception exception);
}
