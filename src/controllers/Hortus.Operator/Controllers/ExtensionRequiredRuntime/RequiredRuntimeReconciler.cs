using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.Operator;
using Hortus.Objects.Gardener.Rules;
using Hortus.Runtime;
using Extension = Hortus.Objects.Gardener.Operator.Extension;
using Garden = Hortus.Objects.Gardener.Operator.Garden;

namespace Hortus.Operator;

/// <summary>
/// Says whether the runtime cluster needs an Extension: the Garden asks for it, or there are objects of class garden that only it can
/// take care of. Those keep it alive beyond the Garden, or they would be stuck for ever.
/// </summary>
public sealed class RequiredRuntimeReconciler(IControllerManager manager, GardenObjects objects, TimeProvider clock) : IReconciler
{
    private static readonly TimeSpan ListRetry = TimeSpan.FromSeconds(2);
    private const int NamedMax = 5;

    /// <summary>A Garden's needs may differ.</summary>
    public static bool Matters(Garden? before, Garden? after) =>
        before is null || after is null
        || before.Metadata.Generation != after.Metadata.Generation
        || before.Metadata.IsDeleting() != after.Metadata.IsDeleting();

    public async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        // The cache may not have the last answer yet, and a change back to the one before would be taken for none.
        if (await manager.Client.FindAsync<Extension>(key, cancellationToken) is not { } extension)
        {
            return ReconcileResult.Done;
        }

        var garden = GardenReconciler.ManagedOf(manager.CacheOf<Garden>());
        List<string> reasons = [.. GardenNeeds.ReasonsFor(extension, garden)];
        foreach (var type in (extension.Spec.Resources ?? []).Select(ExtensionPair.Of).Distinct())
        {
            if (await objects.FindAsync(type, cancellationToken) is not { } found)
            {
                // Nothing is decided on half of the facts.
                return ReconcileResult.After(ListRetry);
            }

            if (found.Count > 0)
            {
                var more = found.Count > NamedMax ? $" and {found.Count - NamedMax} more" : "";
                reasons.Add($"{type} (objects {string.Join(", ", found.Take(NamedMax))}{more})");
            }
        }

        await manager.Client.WriteConditionsAsync(
            extension, found => found.Status?.Conditions, [ConditionOf(reasons)], clock.GetUtcNow(), cancellationToken);
        return ReconcileResult.Done;
    }

    private static GardenerCondition ConditionOf(List<string> reasons) => new()
    {
        Type = ExtensionConditions.RequiredRuntime,
        Status = reasons.Count > 0 ? ConditionStatus.True : ConditionStatus.False,
        Reason = reasons.Count > 0 ? ExtensionReasons.ExtensionRequired : ExtensionReasons.ExtensionNotRequired,
        Message = reasons.Count > 0
            ? $"The runtime cluster requires {string.Join(", ", reasons)}"
            : "Nothing in the runtime cluster requires this extension",
    };
}
