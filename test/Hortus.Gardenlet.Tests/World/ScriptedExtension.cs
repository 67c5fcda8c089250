using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.Extensions;
using Hortus.Runtime;

namespace Hortus.Gardenlet.Tests.World;

/// <summary>Answers extension objects of one kind at once, as the extension contract asks.</summary>
internal sealed class ScriptedExtension<T>(IKubernetesClient client, Func<T, JsonObject> more, Func<T, LastError?> fault) : IReconciler
    where T : ExtensionObject
{
    private static readonly string Finalizer = GardenerFinalizers.Extension(typeof(T).Name.ToLowerInvariant());

    public async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        var value = await client.FindAsync<T>(key, cancellationToken);
        if (value is null)
        {
            return ReconcileResult.Done;
        }

        if (value.Metadata.DeletionTimestamp is not null)
        {
            await client.RemoveFinalizerAsync(value, Finalizer, cancellationToken);
            return ReconcileResult.Done;
        }

        if (value.Metadata.Annotation(GardenerAnnotations.Operation) is null &&
            value.ExtensionStatus.LastOperation is { State: LastOperationState.Succeeded })
        {
            return ReconcileResult.Done;
        }

        value = await client.AddFinalizerAsync(value, Finalizer, cancellationToken);
        var taken = new JsonObject
        {
            ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { [GardenerAnnotations.Operation] = null } },
        };
        value = await client.PatchAsync<T>(key, Patch.Merge(taken), cancellationToken);
        await ReportAsync(value, cancellationToken);
        return ReconcileResult.Done;
    }

    private async Task ReportAsync(T value, CancellationToken cancellationToken)
    {
        var error = fault(value);
        var status = more(value);
        status["observedGeneration"] = value.Metadata.Generation;
        status["lastError"] = error is null ? null : KubernetesJson.ToNode(error);
        status["lastOperation"] = KubernetesJson.ToNode(new LastOperation
        {
            Type = LastOperationType.Reconcile,
            State = error is null ? LastOperationState.Succeeded : LastOperationState.Error,
            Progress = error is null ? 100 : 50,
            Description = error?.Description ?? "done",
            LastUpdateTime = TimeProvider.System.GetUtcNow(),
        });
        await client.PatchAsync<T>(
            value.Key, Patch.Merge(new JsonObject { ["status"] = status }) with { Subresource = "status" }, cancellationToken);
    }
}
