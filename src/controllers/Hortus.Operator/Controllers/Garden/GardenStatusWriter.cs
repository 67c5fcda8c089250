using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Flow;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Garden = Hortus.Objects.Gardener.Operator.Garden;

namespace Hortus.Operator;

/// <summary>Writes the operator's part of a Garden's status. Only the fields it names are touched.</summary>
public sealed class GardenStatusWriter(IKubernetesClient client, ObjectKey garden, string operationType, string instance, TimeProvider time)
{
    /// <summary>An operation begins.</summary>
    public Task StartAsync(long? generation, CancellationToken cancellationToken) => WriteAsync(
        Operation(LastOperationState.Processing, 0, "Garden operation is starting"),
        cancellationToken,
        new JsonObject
        {
            ["observedGeneration"] = generation,
            ["gardener"] = new JsonObject { ["id"] = instance, ["name"] = Environment.MachineName, ["version"] = VersionOf() },
        });

    /// <summary>An operation is on its way.</summary>
    public Task ReportAsync(FlowProgress progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(progress);
        return WriteAsync(Operation(LastOperationState.Processing, progress.Percent, progress.Description), cancellationToken);
    }

    /// <summary>An operation has ended well.</summary>
    public Task SucceedAsync(CancellationToken cancellationToken) =>
        WriteAsync(Operation(LastOperationState.Succeeded, 100, "Garden operation has finished successfully"), cancellationToken);

    /// <summary>An operation has failed; it is tried again.</summary>
    public Task FailAsync(int percent, string reason, CancellationToken cancellationToken) =>
        WriteAsync(Operation(LastOperationState.Error, percent, reason + ". Operation will be retried."), cancellationToken);

    private static string VersionOf() => typeof(GardenStatusWriter).Assembly.GetName().Version?.ToString(3) ?? "0.0.0";

    private JsonObject Operation(string state, int percent, string description) => KubernetesJson.ToNode(new LastOperation
    {
        Type = operationType,
        State = state,
        Progress = percent,
        Description = description,
        LastUpdateTime = time.GetUtcNow(),
    });

    private async Task WriteAsync(JsonObject operation, CancellationToken cancellationToken, JsonObject? more = null)
    {
        var status = more ?? [];
        status["lastOperation"] = operation;
        await client.PatchAsync<Garden>(
            garden, Patch.Merge(new JsonObject { ["status"] = status }) with { Subresource = "status" }, cancellationToken);
    }
}
