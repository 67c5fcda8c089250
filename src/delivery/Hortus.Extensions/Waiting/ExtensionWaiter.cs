using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.Extensions;
using Hortus.Runtime;

namespace Hortus.Extensions;

/// <summary>Asks extensions for work by writing their objects, and waits for the answer. Watches, never polls.</summary>
public sealed class ExtensionWaiter(IKubernetesClient client, string fieldManager, TimeProvider clock)
{
    /// <summary>Writes the object and asks for the operation.</summary>
    /// <param name="wanted">The object without annotations of the contract.</param>
    /// <param name="operation">One of <see cref="GardenerOperations"/>; null writes the spec only, so that an extension acts
    /// only on a change.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The object as written; its timestamp annotation is what <see cref="WaitAsync"/> needs.</returns>
    public async Task<T> DeployAsync<T>(T wanted, string? operation, CancellationToken cancellationToken) where T : ExtensionObject
    {
        ArgumentNullException.ThrowIfNull(wanted);
        var metadata = wanted.Metadata;
        if (operation is not null)
        {
            metadata = metadata
                .WithAnnotation(GardenerAnnotations.Operation, operation)
                .WithAnnotation(GardenerAnnotations.Timestamp, ExtensionReadiness.Timestamp(clock.GetUtcNow()));
        }
        else if (await client.FindAsync<T>(wanted.Key, cancellationToken) is { } found)
        {
            metadata = metadata.WithAnnotation(
                GardenerAnnotations.Timestamp, found.Metadata.Annotation(GardenerAnnotations.Timestamp));
        }

        return await client.ApplyAsync(wanted with { Metadata = metadata }, fieldManager, cancellationToken);
    }

    /// <summary>Writes the object and asks for it to be reconciled, unless its spec and the annotations that are wanted are as they
    /// should be and it was a success.</summary>
    /// <returns>The object as it is then; what <see cref="WaitAsync"/> needs.</returns>
    public async Task<T> DeployOnChangeAsync<T>(T wanted, CancellationToken cancellationToken) where T : ExtensionObject
    {
        ArgumentNullException.ThrowIfNull(wanted);
        var found = await client.FindAsync<T>(wanted.Key, cancellationToken);
        return ExtensionReadiness.WhyNotReady(found, null) is null && IsAsWanted(found, wanted)
            ? found!
            : await DeployAsync(wanted, GardenerOperations.Reconcile, cancellationToken);
    }

    /// <summary>Whether an object is there with the spec and the annotations that are wanted, however it fares.</summary>
    public static bool IsAsWanted<T>(T? found, T wanted) where T : ExtensionObject
    {
        ArgumentNullException.ThrowIfNull(wanted);
        return found is not null
            && (wanted.Metadata.Annotations ?? new Dictionary<string, string>()).All(
                item => found.Metadata.Annotation(item.Key) == item.Value)
            && JsonNode.DeepEquals(SpecOf(found), SpecOf(wanted));
    }

    /// <summary>Completes with the object once the extension has done what <see cref="DeployAsync"/> asked for.</summary>
    /// <exception cref="ExtensionException">It reported an error for too long, or did not answer in time.</exception>
    public async Task<T> WaitAsync<T>(T written, ExtensionWaitTimes times, CancellationToken cancellationToken)
        where T : ExtensionObject
    {
        ArgumentNullException.ThrowIfNull(written);
        ArgumentNullException.ThrowIfNull(times);
        var timestamp = written.Metadata.Annotation(GardenerAnnotations.Timestamp);
        return (await FollowAsync<T>(
            written.Key, state => ExtensionReadiness.WhyNotReady(state, timestamp), times, cancellationToken))!;
    }

    /// <summary>Confirms and asks for the deletion; an object that does not exist is a success.</summary>
    public async Task DestroyAsync<T>(ObjectKey key, CancellationToken cancellationToken) where T : ExtensionObject
    {
        if (await client.FindAsync<T>(key, cancellationToken) is null)
        {
            return;
        }

        var confirmed = new JsonObject
        {
            ["metadata"] = new JsonObject
            {
                ["annotations"] = new JsonObject
                {
                    [GardenerAnnotations.ConfirmationDeletion] = "true",
                    [GardenerAnnotations.Timestamp] = ExtensionReadiness.Timestamp(clock.GetUtcNow()),
                },
            },
        };
        try
        {
            await client.PatchAsync<T>(key, Patch.Merge(confirmed), cancellationToken);
        }
        catch (ApiException gone) when (gone.IsNotFound)
        {
            return;
        }

        await client.DeleteAsync<T>(key, null, cancellationToken);
    }

    /// <summary>Completes when the object is gone.</summary>
    /// <exception cref="ExtensionException">Its deletion failed for too long, or did not end in time.</exception>
    public Task WaitGoneAsync<T>(ObjectKey key, ExtensionWaitTimes times, CancellationToken cancellationToken)
        where T : ExtensionObject =>
        FollowAsync<T>(key, WhyNotGone, times, cancellationToken);

    private static JsonNode? SpecOf<T>(T value) where T : ExtensionObject => KubernetesJson.ToNode(value)["spec"];

    private static string? WhyNotGone<T>(T? state) where T : ExtensionObject => state switch
    {
        null => null,
        { ExtensionStatus.LastError: { } error } => $"extension reports: {error.Description}",
        { ExtensionStatus.LastOperation: { } last } => $"operation {last.Type} is {last.State}: {last.Description}",
        _ => $"is still there, held by {string.Join(", ", state.Metadata.Finalizers ?? [])}",
    };

    private async Task<T?> FollowAsync<T>(
        ObjectKey key, Func<T?, string?> objection, ExtensionWaitTimes times, CancellationToken cancellationToken)
        where T : ExtensionObject
    {
        var startedAt = clock.GetTimestamp();
        using var deadline = new CancellationTokenSource(times.Timeout, clock);
        using var severe = new CancellationTokenSource(Timeout.InfiniteTimeSpan, clock);
        using var any = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, severe.Token, cancellationToken);
        var why = "has not been seen";
        LastError? error = null;
        try
        {
            await foreach (var state in client.StatesAsync<T>(key, any.Token))
            {
                if (objection(state) is not { } reason)
                {
                    return state;
                }

                why = reason;
                var known = error is not null;
                error = state?.ExtensionStatus.LastError;
                if (known != error is not null)
                {
                    severe.CancelAfter(error is null ? Timeout.InfiniteTimeSpan : times.Severe);
                }
            }
        }
        catch (Exception e) when (any.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw Failure<T>(key, why, error, clock.GetElapsedTime(startedAt), e);
        }

        cancellationToken.ThrowIfCancellationRequested();
        throw Failure<T>(key, why, error, clock.GetElapsedTime(startedAt), null);
    }

    private static ExtensionException Failure<T>(
        ObjectKey key, string why, LastError? error, TimeSpan waited, Exception? inner) where T : ExtensionObject =>
        new($"waited {waited.TotalSeconds:F0} s for {ResourceKind.Of<T>().Kind} {key}: {why}", error?.Codes ?? [], inner);
}
