using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Runtime;

namespace Hortus.GardenControllers;

/// <summary>Sums up how a Shoot is in a label, so that users can select by it.</summary>
public sealed class ShootStatusLabelReconciler(IControllerManager manager) : IReconciler
{
    public async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        if (manager.CacheOf<Shoot>().Find(key) is not { Status.LastOperation: not null } shoot)
        {
            return ReconcileResult.Done;
        }

        var status = StatusOf(shoot);
        if (shoot.Metadata.Label(GardenerLabels.ShootStatus) != status)
        {
            var labels = new JsonObject { [GardenerLabels.ShootStatus] = status };
            await manager.Client.PatchAsync<Shoot>(
                key, Patch.Merge(new JsonObject { ["metadata"] = new JsonObject { ["labels"] = labels } }), cancellationToken);
        }

        return ReconcileResult.Done;
    }

    /// <summary><c>healthy</c>, <c>progressing</c>, <c>unhealthy</c> or <c>unknown</c>: the worst of last operation
    /// and conditions.</summary>
    public static string StatusOf(Shoot shoot)
    {
        ArgumentNullException.ThrowIfNull(shoot);
        if (shoot.Status?.LastErrors is { Count: > 0 }
            || shoot.Status?.LastOperation?.State is LastOperationState.Error or LastOperationState.Failed or LastOperationState.Aborted)
        {
            return "unhealthy";
        }

        var states = (shoot.Status?.Conditions ?? []).Select(condition => condition.Status).ToHashSet(StringComparer.Ordinal);
        return states switch
        {
            _ when states.Contains(ConditionStatus.False) => "unhealthy",
            _ when states.Contains(ConditionStatus.Unknown) => "unknown",
            _ when states.Contains(ConditionStatus.Progressing) => "progressing",
            _ when shoot.Status?.LastOperation?.State is LastOperationState.Processing or LastOperationState.Pending => "progressing",
            _ => "healthy",
        };
    }
}
