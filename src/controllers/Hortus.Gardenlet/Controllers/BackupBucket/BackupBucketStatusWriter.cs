using System.Text.Json;
using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Kubernetes;

namespace Hortus.Gardenlet;

/// <summary>Writes the status of BackupBuckets; no request when it says the same already.</summary>
internal sealed class BackupBucketStatusWriter(GardenletSurroundings surroundings)
{
    private const int Halfway = 50;

    /// <summary>The bucket is there.</summary>
    public Task SucceedAsync(
        BackupBucket bucket, JsonElement? provided, SecretReference? generated, CancellationToken cancellationToken) =>
        WriteAsync(
            bucket,
            LastOperationState.Succeeded,
            "Backup bucket has been successfully reconciled",
            null,
            new JsonObject
            {
                ["providerStatus"] = provided is { } value ? JsonNode.Parse(value.GetRawText()) : null,
                ["generatedSecretRef"] = generated is null ? null : KubernetesJson.ToNode(generated),
            },
            cancellationToken);

    /// <summary>An extension is at work.</summary>
    public Task WaitAsync(BackupBucket bucket, string what, CancellationToken cancellationToken) =>
        WriteAsync(bucket, LastOperationState.Processing, what, null, [], cancellationToken);

    /// <summary>Something went wrong; it is tried again.</summary>
    public Task FailAsync(BackupBucket bucket, string why, IReadOnlyList<string> codes, CancellationToken cancellationToken) => WriteAsync(
        bucket,
        LastOperationState.Error,
        why,
        new LastError { Description = why, Codes = codes.Count == 0 ? null : codes, LastUpdateTime = surroundings.Clock.GetUtcNow() },
        [],
        cancellationToken);

    private async Task WriteAsync(
        BackupBucket bucket, string state, string description, LastError? error, JsonObject more, CancellationToken cancellationToken)
    {
        if (bucket.Status is { LastOperation: { } last } known
            && known.ObservedGeneration == bucket.Metadata.Generation
            && (last.Description, last.State) == (description, state)
            && (last.Type == LastOperationType.Delete) == bucket.Metadata.IsDeleting()
            && known.LastError?.Description == error?.Description
            && more.All(field => JsonNode.DeepEquals(field.Value, KubernetesJson.ToNode(known)[field.Key])))
        {
            return;
        }

        more["observedGeneration"] = bucket.Metadata.Generation;
        more["lastError"] = error is null ? null : KubernetesJson.ToNode(error);
        more["lastOperation"] = KubernetesJson.ToNode(new LastOperation
        {
            Type = LastOperationType.For(bucket.Metadata.IsDeleting(), bucket.Status?.LastOperation),
            State = state,
            Progress = state == LastOperationState.Succeeded ? 100 : Halfway,
            Description = description,
            LastUpdateTime = surroundings.Clock.GetUtcNow(),
        });
        await surroundings.GardenClient.PatchAsync<BackupBucket>(
            bucket.Key, Patch.Merge(new JsonObject { ["status"] = more }) with { Subresource = "status" }, cancellationToken);
    }
}
