using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.Operator;
using Hortus.Runtime;
using Extension = Hortus.Objects.Gardener.Operator.Extension;
using Garden = Hortus.Objects.Gardener.Operator.Garden;

namespace Hortus.Operator;

/// <summary>
/// Installs an Extension where it is needed, and removes it when it goes or the garden does. A run never waits: what is not ready yet is
/// said in the condition Installed, and its change starts the next run.
/// </summary>
internal sealed class ExtensionReconciler(
    IControllerManager manager, ExtensionParts parts, VirtualInstallations installations, TimeProvider clock) : IReconciler
{
    private static readonly TimeSpan GardenRetry = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan StepRetry = TimeSpan.FromSeconds(2);

    public async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        // The cache may not have yet what the last run has said.
        if (await manager.Client.FindAsync<Extension>(key, cancellationToken) is not { } extension)
        {
            return ReconcileResult.Done;
        }

        var garden = GardenReconciler.ManagedOf(manager.CacheOf<Garden>());
        return extension.Metadata.IsDeleting() || garden is null || garden.Metadata.IsDeleting()
            ? await RemoveAsync(extension, garden, cancellationToken)
            : await InstallAsync(extension, garden, cancellationToken);
    }

    private static bool? IsRequiredInRuntime(Extension extension) =>
        Conditions.Find(extension.Status?.Conditions, ExtensionConditions.RequiredRuntime) is { } condition
            ? condition.Status == ConditionStatus.True
            : null;

    private async Task<ReconcileResult> InstallAsync(Extension extension, Garden garden, CancellationToken cancellationToken)
    {
        extension = await manager.Client.AddFinalizerAsync(extension, GardenerFinalizers.Operator, cancellationToken);
        if (IsRequiredInRuntime(extension) is not { } isRequired)
        {
            // The answer starts another run.
            return ReconcileResult.Done;
        }

        try
        {
            // The Garden may wait for this part, so this part must not wait for the Garden.
            var inRuntime = isRequired
                ? await parts.Runtime.DeployAsync(extension, cancellationToken)
                : await parts.Runtime.DeleteAsync(extension.Metadata.Name!, cancellationToken);
            if (!inRuntime.IsDone)
            {
                return await WaitAsync(extension, inRuntime, StepRetry, cancellationToken);
            }

            if (!IsReconciled(garden))
            {
                var step = ExtensionStep.Waits($"Garden {garden.Metadata.Name} is not reconciled yet");
                return await WaitAsync(extension, step, GardenRetry, cancellationToken);
            }

            var registering = parts.Registration.DeployAsync(extension, cancellationToken);
            var admitting = parts.Admission.DeployAsync(extension, garden, cancellationToken);
            var steps = await AllAsync(registering, admitting);
            if (steps.FirstOrDefault(step => !step.IsDone) is { IsDone: false } waiting)
            {
                return await WaitAsync(extension, waiting, StepRetry, cancellationToken);
            }

            var note = steps.Prepend(inRuntime).Select(step => step.Note).FirstOrDefault(text => text is not null);
            await SucceedAsync(extension, note, cancellationToken);
            return ReconcileResult.Done;
        }
        catch (Exception e) when (e is ExtensionPartException or ApiException { IsConflict: false } or HttpRequestException)
        {
            manager.Events.Warning(extension, ExtensionReasons.ReconcileFailed, e.Message);
            await SayAsync(extension, ConditionStatus.False, ExtensionReasons.ReconcileFailed, e.Message, cancellationToken);
            throw;
        }
    }

    private async Task<ReconcileResult> RemoveAsync(Extension extension, Garden? garden, CancellationToken cancellationToken)
    {
        if (!extension.Metadata.HasFinalizer(GardenerFinalizers.Operator))
        {
            return await NothingToRemoveAsync(extension, garden, cancellationToken);
        }

        if (!extension.Metadata.IsDeleting() && garden is not null && !IsLeaving(extension, garden))
        {
            // Whatever changes that starts another run.
            return ReconcileResult.Done;
        }

        try
        {
            var name = extension.Metadata.Name!;
            var steps = await AllAsync(
                parts.Registration.DeleteAsync(name, cancellationToken), parts.Admission.DeleteAsync(name, cancellationToken));
            if (steps.FirstOrDefault(step => !step.IsDone) is { IsDone: false } waiting)
            {
                await SayAsync(extension, ConditionStatus.False, ExtensionReasons.DeleteFailed, waiting.WaitsFor!, cancellationToken);
                return ReconcileResult.After(StepRetry);
            }

            // Objects that only it can clean up are left: it stays, and so does the Extension.
            if (IsRequiredInRuntime(extension) != false)
            {
                await parts.Runtime.KeepAsync(extension, cancellationToken);
                var why = Conditions.Find(extension.Status?.Conditions, ExtensionConditions.RequiredRuntime)?.Message
                    ?? "it is not known yet whether the runtime cluster requires it";
                await SayAsync(extension, ConditionStatus.True, ExtensionReasons.InstalledInRuntime, why, cancellationToken);
                return ReconcileResult.Done;
            }

            var inRuntime = await parts.Runtime.DeleteAsync(name, cancellationToken);
            if (!inRuntime.IsDone)
            {
                await SayAsync(extension, ConditionStatus.False, ExtensionReasons.DeleteFailed, inRuntime.WaitsFor!, cancellationToken);
                return ReconcileResult.After(StepRetry);
            }
        }
        catch (Exception e) when (e is ExtensionPartException or ApiException { IsConflict: false } or HttpRequestException)
        {
            await SayAsync(extension, ConditionStatus.False, ExtensionReasons.DeleteFailed, e.Message, cancellationToken);
            throw;
        }

        extension = await SayAsync(
            extension, ConditionStatus.False, ExtensionReasons.DeleteSuccessful, "Extension has been deleted", cancellationToken);
        await manager.Client.RemoveFinalizerAsync(extension, GardenerFinalizers.Operator, cancellationToken);
        return ReconcileResult.Done;
    }

    // A deletion that nobody confirmed, or that seeds hold up, may wait for days: the garden has to work until then.
    private bool IsLeaving(Extension extension, Garden garden) =>
        garden.Metadata.Annotation(GardenerAnnotations.ConfirmationDeletion) == "true"
        && installations.Of(extension.Metadata.Name!) is null or { Count: 0 };

    private async Task<ReconcileResult> NothingToRemoveAsync(Extension extension, Garden? garden, CancellationToken cancellationToken)
    {
        var installed = Conditions.Find(extension.Status?.Conditions, ExtensionConditions.Installed);
        if (garden is null && !extension.Metadata.IsDeleting() && installed?.Reason != ExtensionReasons.DeleteSuccessful)
        {
            await SayAsync(
                extension, ConditionStatus.False, ExtensionReasons.NoGardenFound, "There is no Garden to install it in", cancellationToken);
        }

        return ReconcileResult.Done;
    }

    private static bool IsReconciled(Garden garden) => garden.Status?.LastOperation is
    {
        Type: LastOperationType.Create or LastOperationType.Reconcile,
        State: LastOperationState.Succeeded,
    };

    // Both are awaited, so that one that fails does not leave the other running; the first failure is reported.
    private static async Task<ExtensionStep[]> AllAsync(params Task<ExtensionStep>[] steps) => await Task.WhenAll(steps);

    // What was installed once stays so while a change rolls out.
    private async Task<ReconcileResult> WaitAsync(
        Extension extension, ExtensionStep step, TimeSpan retry, CancellationToken cancellationToken)
    {
        var installed = Conditions.Find(extension.Status?.Conditions, ExtensionConditions.Installed);
        if (installed?.Status != ConditionStatus.True
            || extension.Status?.ObservedGeneration != extension.Metadata.Generation)
        {
            await SayAsync(extension, ConditionStatus.False, ExtensionReasons.ReconcileFailed, step.WaitsFor!, cancellationToken);
        }

        return ReconcileResult.After(retry);
    }

    private async Task SucceedAsync(Extension extension, string? note, CancellationToken cancellationToken)
    {
        var message = "Extension has been reconciled successfully" + (note is null ? "" : " " + note);
        var before = Conditions.Find(extension.Status?.Conditions, ExtensionConditions.Installed);
        var written = await SayAsync(
            extension, ConditionStatus.True, ExtensionReasons.ReconcileSuccessful, message, cancellationToken);
        if (written.Status?.ObservedGeneration != extension.Metadata.Generation)
        {
            var patch = Patch.Merge(new JsonObject
            {
                ["status"] = new JsonObject { ["observedGeneration"] = extension.Metadata.Generation },
            });
            await manager.Client.PatchAsync<Extension>(extension.Key, patch with { Subresource = "status" }, cancellationToken);
        }

        if (before?.Status != ConditionStatus.True || written.Status?.ObservedGeneration != extension.Metadata.Generation)
        {
            manager.Events.Normal(extension, "Reconciled", message);
        }
    }

    private Task<Extension> SayAsync(
        Extension extension, string status, string reason, string message, CancellationToken cancellationToken) =>
        manager.Client.WriteConditionsAsync(
            extension,
            found => found.Status?.Conditions,
            [new GardenerCondition { Type = ExtensionConditions.Installed, Status = status, Reason = reason, Message = message }],
            clock.GetUtcNow(),
            cancellationToken);
}
