using Hortus.ApiServer.Metrics;
using Hortus.ApiServer.Objects;
using Hortus.ApiServer.Output;
using Hortus.ApiServer.Requests;
using Hortus.ApiServer.Selectors;
using Hortus.Storage;

namespace Hortus.ApiServer.Rest;

/// <summary>Serves watches: the state as ADDED where asked for, then every change once and in order.</summary>
internal sealed class WatchHandler(
    ObjectStore store, ServerMetrics metrics, TimeProvider time, Random random, CancellationToken stopping)
{
    private const int TimeoutSecondsMin = 1800;
    private const int BurstBytes = 16 * 1024;

    // What comes in the next moment is sent together: many watchers of many changes would otherwise cost more than the changes
    // themselves. In a burst the moment is longer, as a client then sees what was some time ago in any case.
    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan GatheringInBurst = TimeSpan.FromMilliseconds(15);
    private static readonly TimeSpan BookmarkInterval = TimeSpan.FromSeconds(60);

    /// <summary>Streams events until the client leaves, the time is up or the server stops.</summary>
    /// <exception cref="ApiStatusException">The parameters are wrong; nothing has been sent.</exception>
    public async Task HandleAsync(ResourceRequest request, CancellationToken cancellationToken)
    {
        var format = OutputFormat.NegotiateStream(request.Http.Request);
        var options = ListOptions.Parse(request.Http.Request.Query, isWatch: true);
        var selector = ObjectSelector.Parse(options, request.Definition);
        var start = await StartOfAsync(request, options, selector, cancellationToken);
        var watch = new Watch(request, new ObjectFormatter(request.Definition, format, time), options, selector, start);
        if (EventSocket.IsAskedFor(request.Http))
        {
            await using var socket = await EventSocket.AcceptAsync(request.Http, time);
            using var left = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, socket.Closed);
            try
            {
                await StreamAsync(watch, socket.SendLinesAsync, left.Token);
            }
            catch (OperationCanceledException) when (socket.Closed.IsCancellationRequested)
            {
                // The client has left before it had the whole state.
            }

            return;
        }

        var response = request.Http.Response;
        response.StatusCode = 200;
        response.ContentType = "application/json";
        await response.StartAsync(cancellationToken);

        // The client is to know at once that the watch has begun, though there may be nothing to send.
        await response.Body.FlushAsync(cancellationToken);
        await StreamAsync(watch, response.Body.WriteAsync, cancellationToken);
    }

    private async Task StreamAsync(
        Watch watch, Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask> send, CancellationToken cancellationToken)
    {
        var (request, formatter, options, selector, start) = watch;
        using var stream = new EventStream(
            formatter, send, selector, request.Info.Name, count => metrics.WatchEvents(request.Definition, count))
        {
            WantsBookmarks = options.AllowWatchBookmarks,
        };
        await stream.WriteInitialAsync(start.Initial, cancellationToken);
        if (options.SendInitialEvents == true && options.AllowWatchBookmarks)
        {
            stream.WriteBookmark(start.Revision, endsInitial: true);
        }

        await stream.FlushAsync(cancellationToken);
        var seconds = options.TimeoutSeconds is > 0 and { } asked ? asked : TimeoutSecondsMin + random.Next(TimeoutSecondsMin);
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(Math.Min(seconds, 2 * TimeoutSecondsMin)), time);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, stopping, cancellationToken);
        await RunAsync(stream, start, end.Token, cancellationToken);
    }

    private async Task RunAsync(
        EventStream stream, WatchStart start, CancellationToken end, CancellationToken cancellationToken)
    {
        var revision = start.Revision;
        try
        {
            var marked = time.GetTimestamp();
            await foreach (var batch in store.WatchAsync(start.Prefix, start.Revision, end))
            {
                foreach (var change in batch.Changes)
                {
                    if (start.View is { } view)
                    {
                        await stream.WriteAsync(change, view, cancellationToken);
                    }
                    else
                    {
                        stream.Write(change);
                    }
                }

                revision = batch.Revision;
                if (stream.WantsBookmarks && time.GetElapsedTime(marked) >= BookmarkInterval)
                {
                    stream.WriteBookmark(revision);
                    marked = time.GetTimestamp();
                }

                var flushed = await stream.FlushAsync(cancellationToken);
                if (flushed > 0)
                {
                    await Task.Delay(flushed < BurstBytes ? Gathering : GatheringInBurst, time, end);
                }
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Time is up or the server stops: a last bookmark lets the client go on from here.
            if (stream.WantsBookmarks)
            {
                stream.WriteBookmark(revision);
            }

            await stream.FlushAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // The client has left.
        }
        catch (ApiStatusException e)
        {
            stream.WriteError(e.Status);
            await stream.FlushAsync(cancellationToken);
        }
        catch (StoreException e) when (e.Failure == StoreFailure.Compacted)
        {
            stream.WriteError(ApiErrors.Expired($"too old resource version: {start.Revision} ({e.Revision})").Status);
            await stream.FlushAsync(cancellationToken);
        }
        catch (StoreException e) when (e.Failure == StoreFailure.WatcherTooSlow)
        {
            // The stream just ends: the client goes on from the last event it has seen.
        }
    }

    private async Task<WatchStart> StartOfAsync(
        ResourceRequest request, ListOptions options, ObjectSelector selector, CancellationToken cancellationToken)
    {
        var prefix = ObjectStore.PrefixOf(request.Definition, request.Info.Namespace);
        var version = options.ResourceVersion ?? 0;
        if (version > 0)
        {
            await store.WaitForAsync(version, cancellationToken);
        }

        if (version > 0 && options.SendInitialEvents != true)
        {
            return new WatchStart(prefix, version, [], request.Definition.View);
        }

        var page = await store.ListAsync(
            request.Definition, request.Info.Namespace, selector, new ListOptions(), cancellationToken);
        var initial = options.SendInitialEvents == false
            ? []
            : page.Items.Where(i => request.Info.Name is null || EventStream.NameOf(i.Key) == request.Info.Name).ToList();
        return new WatchStart(prefix, page.Revision, initial, request.Definition.View);
    }

    private sealed record Watch(
        ResourceRequest Request, ObjectFormatter Formatter, ListOptions Options, ObjectSelector Selector, WatchStart Start);

    private sealed record WatchStart(
        string Prefix, long Revision, IReadOnlyList<StoredObject> Initial, StoredView? View);
}
