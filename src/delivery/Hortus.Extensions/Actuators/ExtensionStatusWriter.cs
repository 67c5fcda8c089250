using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.Extensions;

namespace Hortus.Extensions;

/// <summary>Writes what an operation on an extension object came to. Patches only the fields it is told, so that conditions
/// written by others stay.</summary>
internal sealed class ExtensionStatusWriter(IKubernetesClient client, TimeProvider clock)
{
    public Task<T> ProcessingAsync<T>(T value, string type, CancellationToken cancellationToken) where T : ExtensionObject =>
        PatchAsync(
            value,
            new JsonObject
            {
                ["lastOperation"] = Operation(type, LastOperationState.Processing, 1, Text(value, type, "started")),
            },
            cancellationToken);

    public Task<T> SucceededAsync<T>(T value, string type, DefaultStatus? status, CancellationToken cancellationToken)
        where T : ExtensionObject
    {
        var body = status is null ? [] : KubernetesJson.ToNode(status);
        body["lastOperation"] = Operation(type, LastOperationState.Succeeded, 100, Text(value, type, "done"));
        body["lastError"] = null;
        body["observedGeneration"] = value.Metadata.Generation;
        return PatchAsync(value, body, cancellationToken);
    }

    public Task<T> FailedAsync<T>(T value, string type, Exception fault, CancellationToken cancellationToken)
        where T : ExtensionObject
    {
        var text = $"{Text(value, type, "failed")}: {fault.Message}";
        var codes = fault is ExtensionException known ? known.Codes : [];
        var error = new LastError { Description = text, Codes = codes.Count > 0 ? codes : null, LastUpdateTime = clock.GetUtcNow() };
        return PatchAsync(value, new JsonObject
        {
            ["lastOperation"] = Operation(type, LastOperationState.Error, 50, text),
            ["lastError"] = KubernetesJson.ToNode(error),
            ["observedGeneration"] = value.Metadata.Generation,
        }, cancellationToken);
    }

    private static string Text(ExtensionObject value, string type, string state) =>
        $"{type} of {value.Kind} {value.Key} {state}";

    private JsonObject Operation(string type, string state, int progress, string description) =>
        KubernetesJson.ToNode(new LastOperation
        {
            Type = type,
            State = state,
            Progress = progress,
            Description = description,
            LastUpdateTime = clock.GetUtcNow(),
        });

    private Task<T> PatchAsync<T>(T value, JsonObject status, CancellationToken cancellationToken) where T : ExtensionObject =>
        client.PatchAsync<T>(
            value.Key, Patch.Merge(new JsonObject { ["status"] = status }) with { Subresource = "status" }, cancellationToken);
}
