using Hortus.Client;
using Hortus.Objects;
using Microsoft.Extensions.Logging;

namespace Hortus.KubeControllers.Collection;

/// <summary>Follows the objects of one kind for the graph.</summary>
internal sealed partial class KindMonitor
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);

    private readonly ResourceGraph graph;
    private readonly ControllerSetup setup;
    private readonly ILogger log;
    private readonly CancellationTokenSource stop;
    private readonly TaskCompletionSource first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task running;

    public KindMonitor(
        ResourceGraph graph, ResourceKind kind, ControllerSetup setup, CancellationToken cancellationToken)
    {
        this.graph = graph;
        this.setup = setup;
        Kind = kind;
        log = setup.Logs.CreateLogger<KindMonitor>();
        stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        running = Task.Run(() => RunAsync(stop.Token), CancellationToken.None);
    }

    public ResourceKind Kind { get; }

    /// <summary>Completes when the kind was listed once or turned out not to be listable.</summary>
    public Task FirstList => first.Task;

    /// <summary>True when the kind is not served (any more).</summary>
    public bool HasEnded => running.IsCompleted;

    public async Task StopAsync()
    {
        await stop.CancelAsync();
        await running;
        stop.Dispose();
    }

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        string? version = null;
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                version ??= await ListAsync(cancellationToken);
                first.TrySetResult();
                await foreach (var change in setup.Client.Dynamic.WatchAsync(
                    Kind, new WatchOptions { ResourceVersion = version }, cancellationToken))
                {
                    version = Take(change) ?? version;
                }

                continue;
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                break;
            }
            catch (ApiException e) when (e.Code is 404 or 405)
            {
                if (e.Code == 405)
                {
                    graph.Unlistable(Kind);
                }

                break;
            }
            catch (ApiException e)
            {
                LogFailed(log, setup.Servers?.LevelOf(e) ?? LogLevel.Warning, Kind.GroupResource, e.Message);
                version = null;
            }
            catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
            {
                // A cut connection: go on where it was.
            }

            await Task.Delay(RetryDelay, setup.Clock, cancellationToken)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        first.TrySetResult();
    }

    private async Task<string> ListAsync(CancellationToken cancellationToken)
    {
        var before = graph.Store.OfKind(Kind);
        var (items, version) = await setup.Client.Dynamic.ListAsync(Kind, ListOptions.All, cancellationToken);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var item in items)
        {
            if (item["metadata"] is { } metadata)
            {
                var node = GraphNode.Of(Kind, KubernetesJson.Deserialize<ObjectMeta>(metadata));
                seen.Add(node.Uid);
                graph.Put(node);
            }
        }

        foreach (var gone in before.Where(u => !seen.Contains(u)))
        {
            graph.Remove(gone);
        }

        return version;
    }

    private string? Take(WatchEvent<DynamicObject> change)
    {
        var metadata = change.Object.Metadata;
        if (change.Type == WatchEventType.Deleted)
        {
            graph.Remove(metadata.Uid ?? "");
        }
        else if (change.Type != WatchEventType.Bookmark && metadata.Uid is not null)
        {
            graph.Put(GraphNode.Of(Kind, metadata));
        }

        return metadata.ResourceVersion;
    }

    [LoggerMessage(EventId = 6111, Message = "{Kind}: cannot list or watch for garbage collection, trying again: {Reason}")]
    private static partial void LogFailed(ILogger logger, LogLevel level, string kind, string reason);
}
