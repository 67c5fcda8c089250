using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.Operator;
using Hortus.Runtime;
using Extension = Hortus.Objects.Gardener.Operator.Extension;
using Garden = Hortus.Objects.Gardener.Operator.Garden;

namespace Hortus.Operator;

/// <summary>Says whether seeds need an Extension: what the gardenlets say of its ControllerInstallations.</summary>
public sealed class RequiredVirtualReconciler(
    IControllerManager manager, VirtualInstallations installations, TimeProvider clock) : IReconciler
{
    public async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        // The cache may not have the last answer yet, and a change back to the one before would be taken for none.
        if (await manager.Client.FindAsync<Extension>(key, cancellationToken) is { } extension && Condition(extension) is { } condition)
        {
            await manager.Client.WriteConditionsAsync(
                extension, found => found.Status?.Conditions, [condition], clock.GetUtcNow(), cancellationToken);
        }

        return ReconcileResult.Done;
    }

    // Null: without a connection the last answer stays.
    private GardenerCondition? Condition(Extension extension)
    {
        if (GardenReconciler.ManagedOf(manager.CacheOf<Garden>()) is null)
        {
            // An Extension that never saw a garden has nothing to take back.
            return Conditions.Find(extension.Status?.Conditions, ExtensionConditions.RequiredVirtual) is not null
                ? Of(ConditionStatus.False, ExtensionReasons.GardenDeleted, "The garden is gone, and with it all seeds")
                : null;
        }

        if (installations.Of(extension.Metadata.Name ?? "") is not { } found)
        {
            return null;
        }

        string[] seeds =
        [
            .. found
                .Where(installation => VirtualInstallations.StatusOf(
                    installation, GardenerConditions.ControllerInstallationRequired) == ConditionStatus.True)
                .Select(installation => installation.Spec.SeedRef?.Name ?? installation.Metadata.Name ?? "")
                .Order(StringComparer.Ordinal),
        ];
        return seeds.Length > 0
            ? Of(
                ConditionStatus.True,
                ExtensionReasons.RequiredControllerInstallation,
                $"Extension is required by ControllerInstallations of {string.Join(", ", seeds)}")
            : Of(
                ConditionStatus.False,
                ExtensionReasons.NoRequiredControllerInstallation,
                "No ControllerInstallation of this extension is required");
    }

    private static GardenerCondition Of(string status, string reason, string message) => new()
    {
        Type = ExtensionConditions.RequiredVirtual,
        Status = status,
        Reason = reason,
        Message = message,
    };
}
