using Hortus.Components;
using Hortus.Flow;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Runtime;
using Microsoft.Extensions.Logging;
using Garden = Hortus.Objects.Gardener.Operator.Garden;

namespace Hortus.Operator;

/// <summary>Runs the garden's flow for creation, changes and deletion. There is at most one Garden; a second one is left alone.</summary>
public sealed partial class GardenReconciler : IReconciler
{
    private static readonly TimeSpan ReportPeriod = TimeSpan.FromMilliseconds(250);

    private readonly IControllerManager manager;
    private readonly ComponentContext context;
    private readonly VirtualGardenSecrets secrets;
    private readonly IVirtualGardenAccess access;
    private readonly ImageVector images;
    private readonly GardenletChartUpdate gardenletCharts;
    private readonly ILogger logger;

    internal GardenReconciler(
        IControllerManager manager,
        ComponentContext context,
        VirtualGardenSecrets secrets,
        IVirtualGardenAccess access,
        ImageVector images,
        GardenletChartUpdate gardenletCharts)
    {
        ArgumentNullException.ThrowIfNull(manager);
        ArgumentNullException.ThrowIfNull(context);
        this.manager = manager;
        this.context = context;
        this.secrets = secrets;
        this.access = access;
        this.images = images;
        this.gardenletCharts = gardenletCharts;
        logger = context.Logs.CreateLogger<GardenReconciler>();
    }

    /// <summary>Only what changes the wanted state: status updates are the reconciler's own.</summary>
    public static bool Matters(Garden? before, Garden? after) =>
        before is null || after is null
        || before.Metadata.Generation != after.Metadata.Generation
        || before.Metadata.DeletionTimestamp != after.Metadata.DeletionTimestamp
        || (after.Metadata.Annotation(GardenerAnnotations.Operation) is { } operation
            && before.Metadata.Annotation(GardenerAnnotations.Operation) != operation)
        || before.Metadata.Annotation(GardenerAnnotations.ConfirmationDeletion)
            != after.Metadata.Annotation(GardenerAnnotations.ConfirmationDeletion);

    /// <summary>The Garden that the operator manages: the oldest one.</summary>
    public static Garden? ManagedOf(IObjectCache<Garden> gardens)
    {
        ArgumentNullException.ThrowIfNull(gardens);
        return gardens.List()
            .OrderBy(garden => garden.Metadata.CreationTimestamp)
            .ThenBy(garden => garden.Metadata.Name, StringComparer.Ordinal)
            .FirstOrDefault();
    }

    public async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        var gardens = manager.CacheOf<Garden>();
        if (gardens.Find(key) is not { } garden)
        {
            return ReconcileResult.Done;
        }

        if (ManagedOf(gardens) is { } first && first.Metadata.Name != garden.Metadata.Name)
        {
            SecondGarden(key.Name, first.Metadata.Name);
            manager.Events.Warning(
                garden, "SecondGarden", $"the operator already manages Garden {first.Metadata.Name}; there can be only one");
            return ReconcileResult.Done;
        }

        return garden.Metadata.IsDeleting()
            ? await DeleteAsync(garden, cancellationToken)
            : await CreateOrUpdateAsync(garden, cancellationToken);
    }

    private async Task<ReconcileResult> CreateOrUpdateAsync(Garden garden, CancellationToken cancellationToken)
    {
        garden = await manager.Client.AddFinalizerAsync(garden, GardenerFinalizers.Operator, cancellationToken);
        garden = await ConsumeReconcileAsync(garden, cancellationToken);

        var operation = OperationOn(garden);
        if (await RunAsync(garden, new GardenFlow(operation).Build(), LastOperationType.Reconcile, cancellationToken) is not null)
        {
            // Only now: a gardenlet must not be newer than the garden.
            await gardenletCharts.RunAsync(await access.ConnectAsync(operation.Authorities, cancellationToken), cancellationToken);
        }

        return ReconcileResult.Done;
    }

    // Several operations are joined with ";": only the own one is taken out.
    private async Task<Garden> ConsumeReconcileAsync(Garden garden, CancellationToken cancellationToken)
    {
        var operations = garden.Metadata.Annotation(GardenerAnnotations.Operation)?.Split(';') ?? [];
        if (!operations.Contains(GardenerOperations.Reconcile))
        {
            return garden;
        }

        string[] others = [.. operations.Where(operation => operation != GardenerOperations.Reconcile)];
        var patch = Annotations.Set(GardenerAnnotations.Operation, others.Length == 0 ? null : string.Join(';', others));
        return await manager.Client.PatchAsync<Garden>(garden.Key, patch, cancellationToken);
    }

    private async Task<ReconcileResult> DeleteAsync(Garden garden, CancellationToken cancellationToken)
    {
        if (!garden.Metadata.HasFinalizer(GardenerFinalizers.Operator))
        {
            return ReconcileResult.Done;
        }

        if (garden.Metadata.Annotation(GardenerAnnotations.ConfirmationDeletion) != "true")
        {
            await StatusOf(garden, LastOperationType.Delete).FailAsync(
                0,
                $"deletion is not confirmed: annotate the Garden with {GardenerAnnotations.ConfirmationDeletion}=true",
                cancellationToken);
            return ReconcileResult.Done;
        }

        var flow = new GardenDeletionFlow(OperationOn(garden)).Build();
        if (await RunAsync(garden, flow, LastOperationType.Delete, cancellationToken) is not null)
        {
            await manager.Client.RemoveFinalizerAsync(garden, GardenerFinalizers.Operator, cancellationToken);
        }

        return ReconcileResult.Done;
    }

    // Null when the Garden changed and the run was ended for that.
    private async Task<FlowResult?> RunAsync(Garden garden, FlowPlan flow, string type, CancellationToken cancellationToken)
    {
        var status = StatusOf(garden, type);
        await status.StartAsync(garden.Metadata.Generation, cancellationToken);
        using var current = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var superseded = CancelWhenSupersededAsync(garden, current);
        var result = await flow.RunAsync(
            new FlowRunOptions { Clock = context.Clock, Report = status.ReportAsync, ReportPeriod = ReportPeriod, Log = logger },
            current.Token);
        var wasSuperseded = current.IsCancellationRequested;
        await current.CancelAsync();
        await superseded;
        cancellationToken.ThrowIfCancellationRequested();
        if (wasSuperseded && !result.IsSuccess)
        {
            // The change that ended this run has put the Garden into the queue again.
            return null;
        }

        if (!result.IsSuccess)
        {
            var reasons = string.Join("; ", result.Errors.Select(error => $"{error.Id}: {error.Error?.Message}"));
            await status.FailAsync(result.Percent, reasons, cancellationToken);
            result.ThrowIfFailed();
        }

        await status.SucceedAsync(cancellationToken);
        return result;
    }

    // A run may wait for minutes for what can no longer come true: a new spec or the deletion ends it.
    private async Task CancelWhenSupersededAsync(Garden garden, CancellationTokenSource run)
    {
        try
        {
            await manager.CacheOf<Garden>().WaitAsync(
                garden.Key,
                now => now is null
                    || now.Metadata.Generation > garden.Metadata.Generation
                    || now.Metadata.IsDeleting() != garden.Metadata.IsDeleting(),
                run.Token);
            await run.CancelAsync();
        }
        catch (OperationCanceledException) when (run.IsCancellationRequested)
        {
            // The run has ended first.
        }
    }

    private GardenOperation OperationOn(Garden garden) => new(garden, manager.Client, secrets, access, images, context.Clock);

    private GardenStatusWriter StatusOf(Garden garden, string type) =>
        new(manager.Client, garden.Key, type, context.Identity, context.Clock);

    [LoggerMessage(5001, LogLevel.Error, "Garden {Name} is ignored: the operator already manages Garden {First}")]
    private partial void SecondGarden(string name, string? first);
}
