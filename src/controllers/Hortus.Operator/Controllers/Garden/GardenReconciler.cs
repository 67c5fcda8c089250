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
    private readonly ImageVector images;
    private readonly VirtualGardenSecrets secrets;
    private readonly VirtualGardenAccess access;
    private readonly ILogger logger;

    public GardenReconciler(IControllerManager manager, ComponentContext context, ImageVector images)
    {
        ArgumentNullException.ThrowIfNull(manager);
        ArgumentNullException.ThrowIfNull(context);
        this.manager = manager;
        this.context = context;
        this.images = images;
        logger = context.Logs.CreateLogger<GardenReconciler>();
        secrets = new VirtualGardenSecrets(
            new SecretsManager(manager.Client, VirtualGardenNames.Namespace, "gardener-operator", context.Clock), context.Clock);
        access = new VirtualGardenAccess(context, secrets);
    }

    /// <summary>Only what changes the wanted state: status updates are the reconciler's own.</summary>
    public static bool Matters(Garden? before, Garden? after) =>
        before is null || after is null
        || before.Metadata.Generation != after.Metadata.Generation
        || before.Metadata.DeletionTimestamp != after.Metadata.DeletionTimestamp
        || (after.Metadata.Annotation(GardenerAnnotations.Operation) is not null
            && before.Metadata.Annotation(GardenerAnnotations.Operation) is null)
        || before.Metadata.Annotation(GardenerAnnotations.ConfirmationDeletion)
            != after.Metadata.Annotation(GardenerAnnotations.ConfirmationDeletion);

    public async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        var gardens = manager.CacheOf<Garden>();
        if (gardens.Find(key) is not { } garden)
        {
            return ReconcileResult.Done;
        }

        var byAge = gardens.List().OrderBy(g => g.Metadata.CreationTimestamp).ThenBy(g => g.Metadata.Name, StringComparer.Ordinal);
        if (byAge.First() is var first
            && first.Metadata.Name != garden.Metadata.Name)
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
        if (garden.Metadata.Annotation(GardenerAnnotations.Operation) == GardenerOperations.Reconcile)
        {
            garden = await manager.Client.PatchAsync<Garden>(
                garden.Key, Annotations.Remove(GardenerAnnotations.Operation), cancellationToken);
        }

        var components = new VirtualGardenComponents(garden, images);
        var flow = new GardenFlow(manager.Client, components, secrets, access).Build();
        return await RunAsync(garden, flow, LastOperationType.Reconcile, cancellationToken);
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

        var result = await RunAsync(
            garden, new GardenDeletionFlow(manager.Client, secrets, access).Build(), LastOperationType.Delete, cancellationToken);
        await manager.Client.RemoveFinalizerAsync(garden, GardenerFinalizers.Operator, cancellationToken);
        return result;
    }

    private async Task<ReconcileResult> RunAsync(Garden garden, FlowPlan flow, string type, CancellationToken cancellationToken)
    {
        var status = StatusOf(garden, type);
        await status.StartAsync(garden.Metadata.Generation, cancellationToken);
        var result = await flow.RunAsync(
            new FlowRunOptions { Clock = context.Clock, Report = status.ReportAsync, ReportPeriod = ReportPeriod, Log = logger },
            cancellationToken);
        if (!result.IsSuccess)
        {
            var reasons = string.Join("; ", result.Errors.Select(error => $"{error.Id}: {error.Error?.Message}"));
            await status.FailAsync(result.Percent, reasons, cancellationToken);
            result.ThrowIfFailed();
        }

        await status.SucceedAsync(cancellationToken);
        return ReconcileResult.Done;
    }

    private GardenStatusWriter StatusOf(Garden garden, string type) =>
        new(manager.Client, garden.Key, type, context.Identity, context.Clock);

    [LoggerMessage(5001, LogLevel.Error, "Garden {Name} is ignored: the operator already manages Garden {First}")]
    private partial void SecondGarden(string name, string? first);
}
