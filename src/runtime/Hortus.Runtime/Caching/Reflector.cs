using Hortus.Client;
using Hortus.Objects;
using Microsoft.Extensions.Logging;

namespace Hortus.Runtime;

/// <summary>
/// Keeps a cache equal to the server: lists once, then follows the watch and resumes it where it was cut. Only a
/// version the server no longer knows leads to a new list.
/// </summary>
internal sealed partial class Reflector<T>(
    ObjectCache<T> cache, ObjectSource<T> source, CacheScope scope, ControllerManagerOptions surroundings)
    : IReflector
    where T : KubernetesObject
{
    private static readonly TimeSpan BackoffFirst = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan BackoffMax = TimeSpan.FromSeconds(5);

    // A watch that ends sooner than this without a change counts as a failure, or a broken proxy would be asked in a
    // loop.
    private static readonly TimeSpan WatchShort = TimeSpan.FromSeconds(1);

    // Servers end watches after a random time of this length; asking for it keeps many processes from coming back at
    // once.
    private static readonly TimeSpan WatchTimeMin = TimeSpan.FromMinutes(5);

    private readonly ILogger log = surroundings.Logs.CreateLogger("Hortus.Runtime.Reflector");
    private readonly string kind = source.Kind;

    /// <inheritdoc/>
    public async Task WaitForSyncAsync(CancellationToken cancellationToken) =>
        await cache.WaitForSyncAsync(cancellationToken);

    /// <inheritdoc/>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var backoff = new Backoff(BackoffFirst, BackoffMax, surroundings.Random);
        string? version = null;
        while (!cancellationToken.IsCancellationRequested)
        {
            var startedAt = surroundings.Clock.GetTimestamp();
            try
            {
                version ??= await ListAsync(cancellationToken);
                startedAt = surroundings.Clock.GetTimestamp();
                var changed = false;
                await foreach (var change in source.Watch(Options(version), cancellationToken))
                {
                    version = Take(change) ?? version;
                    changed = true;
                    backoff.Reset();
                }

                if (changed || surroundings.Clock.GetElapsedTime(startedAt) > WatchShort)
                {
                    backoff.Reset();
                    continue;
                }
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (ApiException e) when (e.IsExpired)
            {
                LogExpired(log, kind, version ?? "");
                version = null;
            }
            catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
            {
                // A cut connection is daily business; one that stays cut is not. What breaks off was open.
                if (e is IOException && surroundings.Clock.GetElapsedTime(startedAt) > WatchShort)
                {
                    backoff.Reset();
                }

                LogCut(log, backoff.Doublings > 1 ? LevelOf(e) : LogLevel.Debug, kind, e.Message);
            }
            catch (Exception e)
            {
                LogFailed(log, LevelOf(e), kind, e.Message);
                version = null;
            }

            await Task.Delay(backoff.Next(), surroundings.Clock, cancellationToken)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<string> ListAsync(CancellationToken cancellationToken)
    {
        var (items, version) = await source.List(
            new ListOptions
            {
                Namespace = scope.Namespace,
                LabelSelector = scope.LabelSelector,
                FieldSelector = scope.FieldSelector,
            },
            cancellationToken);
        cache.Replace(items);
        LogListed(log, kind, items.Count, version);
        return version ?? throw new HttpRequestException(
            $"list of {kind} has no resourceVersion");
    }

    private string? Take(WatchEvent<T> change)
    {
        switch (change.Type)
        {
            case WatchEventType.Deleted:
                cache.Remove(change.Object);
                break;
            case WatchEventType.Bookmark:
                break;
            default:
                cache.Put(change.Object);
                break;
        }

        return change.Object.Metadata.ResourceVersion;
    }

    private WatchOptions Options(string version) => new()
    {
        Namespace = scope.Namespace,
        LabelSelector = scope.LabelSelector,
        FieldSelector = scope.FieldSelector,
        ResourceVersion = version,
        Timeout = WatchTimeMin * (1 + surroundings.Random.NextDouble()),
    };

    private LogLevel LevelOf(Exception failure) => surroundings.Servers?.LevelOf(failure) ?? LogLevel.Warning;

    [LoggerMessage(EventId = 2200, Message = "{Kind}: connection is cut, resuming: {Reason}")]
    private static partial void LogCut(ILogger logger, LogLevel level, string kind, string reason);

    [LoggerMessage(EventId = 2201, Message = "{Kind}: cannot list or watch, trying again: {Reason}")]
    private static partial void LogFailed(ILogger logger, LogLevel level, string kind, string reason);

    [LoggerMessage(2202, LogLevel.Information, "{Kind}: version {Version} is too old, listing again")]
    private static partial void LogExpired(ILogger logger, string kind, string version);

    [LoggerMessage(2203, LogLevel.Debug, "{Kind}: listed {Count} objects at version {Version}")]
    private static partial void LogListed(ILogger logger, string kind, int count, string? version);
}

/// <summary>Where a reflector's objects come from.</summary>
/// <param name="Kind">Resource and group, for messages.</param>
/// <param name="List">The objects and the version they are of.</param>
/// <param name="Watch">The changes after a version.</param>
internal sealed record ObjectSource<T>(
    string Kind,
    Func<ListOptions, CancellationToken, Task<(IReadOnlyList<T> Items, string? Version)>> List,
    Func<WatchOptions, CancellationToken, IAsyncEnumerable<WatchEvent<T>>> Watch)
    where T : KubernetesObject;

/// <summary>A reflector of any kind.</summary>
internal interface IReflector
{
    /// <summary>Feeds the cache until cancelled; never fails.</summary>
    Task RunAsync(CancellationToken cancellationToken);

    /// <summary>Completes when the first list is in.</summary>
    Task WaitForSyncAsync(CancellationToken cancellationToken);
}
