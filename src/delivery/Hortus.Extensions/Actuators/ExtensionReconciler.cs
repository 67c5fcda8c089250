using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Extensions;
using Hortus.Runtime;

namespace Hortus.Extensions;

/// <summary>
/// Keeps Gardener's extension contract for one kind and type: acts only when asked (operation annotation, an unfinished last
/// operation, or deletion), removes the annotation before it acts, holds the finalizer, and reports operation, error and
/// observed generation. A failed run is repeated with back-off; a run whose object was asked for anew is cut short and
/// repeated at once.
/// </summary>
public sealed class ExtensionReconciler<T>(ExtensionController<T> controller, IControllerManager manager, TimeProvider clock)
    : IReconciler
    where T : ExtensionObject
{
    private readonly IKubernetesClient client = manager.Client;
    private readonly IObjectCache<T> cache = manager.CacheOf<T>();
    private readonly ExtensionStatusWriter status = new(manager.Client, clock);
    private readonly string finalizer = GardenerFinalizers.Extension(ResourceKind.Of<T>().Kind.ToLowerInvariant());

    /// <inheritdoc/>
    public async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        if (cache.Find(key) is not { } cached || Decide(cached) == ExtensionAction.Nothing)
        {
            return ReconcileResult.Done;
        }

        // The cache may not show this controller's own last write yet; acting on it would repeat a finished operation.
        if (await client.FindAsync<T>(key, cancellationToken) is not { } value)
        {
            return ReconcileResult.Done;
        }

        var action = Decide(value);
        var cluster = action == ExtensionAction.Nothing ? null : await ClusterOfAsync(value, cancellationToken);
        if (action == ExtensionAction.Nothing || cluster?.IsFailed == true)
        {
            return ReconcileResult.Done;
        }

        var operation = value.Metadata.Annotation(GardenerAnnotations.Operation);
        var type = ExtensionDecision.OperationType(value, operation);
        // Times have whole seconds: were the annotation to go first, a waiter could take the last success for this one's.
        value = await status.ProcessingAsync(value, type, cancellationToken);
        value = await TakeAsync(value, cancellationToken);
        await RunAsync(new ActuatorRequest<T>(value, cluster), type, cancellationToken);
        return ReconcileResult.Done;
    }

    private ExtensionAction Decide(T value) => ExtensionDecision.IsServed(value, controller.Type, controller.Classes)
        ? ExtensionDecision.For(value, finalizer)
        : ExtensionAction.Nothing;

    private async Task RunAsync(ActuatorRequest<T> request, string type, CancellationToken cancellationToken)
    {
        var value = request.Object;
        using var changed = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var watching = CancelOnChangeAsync(value, changed);
        try
        {
            if (value.Metadata.IsDeleting())
            {
                await controller.Actuator.DeleteAsync(request, changed.Token);
                value = await status.SucceededAsync(value, type, null, cancellationToken);
                await client.RemoveFinalizerAsync(value, finalizer, cancellationToken);
            }
            else
            {
                var result = await controller.Actuator.ReconcileAsync(request, changed.Token);
                await status.SucceededAsync(value, type, result, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (changed.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            // The change that cut the run short has put the object into the queue again.
        }
        catch (ApiException e) when (e.IsConflict)
        {
            throw;
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            await ReportAsync(value, type, e, cancellationToken);
            throw;
        }
        finally
        {
            await changed.CancelAsync();
            await watching;
        }
    }

    private async Task ReportAsync(T value, string type, Exception fault, CancellationToken cancellationToken)
    {
        try
        {
            await status.FailedAsync(value, type, fault, cancellationToken);
        }
        catch (ApiException gone) when (gone.IsNotFound)
        {
            // Nobody is left to read the report.
        }
    }

    private async Task CancelOnChangeAsync(T taken, CancellationTokenSource changed)
    {
        try
        {
            await cache.WaitAsync(taken.Key, seen => ExtensionDecision.Supersedes(seen, taken), changed.Token);
            await changed.CancelAsync();
        }
        catch (OperationCanceledException)
        {
            // The run has ended first.
        }
    }

    // First the finalizer, so that nothing can vanish between the removal of the annotation and the first act.
    private async Task<T> TakeAsync(T value, CancellationToken cancellationToken)
    {
        if (!value.Metadata.IsDeleting())
        {
            value = await client.AddFinalizerAsync(value, finalizer, cancellationToken);
        }

        if (value.Metadata.Annotation(GardenerAnnotations.Operation) is null)
        {
            return value;
        }

        var body = new JsonObject
        {
            ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { [GardenerAnnotations.Operation] = null } },
        };
        return await client.PatchAsync<T>(value.Key, Patch.Merge(body), cancellationToken);
    }

    // Objects of the garden and of seeds belong to no shoot, whatever else is called like their namespace.
    private async Task<ExtensionCluster?> ClusterOfAsync(T value, CancellationToken cancellationToken) =>
        ExtensionClass.Of(value) == ExtensionClass.Shoot
        && value.Metadata.Namespace is { } name
        && await client.FindAsync<Cluster>(ObjectKey.Cluster(name), cancellationToken) is { } cluster
            ? ExtensionCluster.Read(cluster)
            : null;
}
