using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Objects;

namespace Hortus.KubeControllers;

/// <summary>Writes for which it is fine that the object has gone meanwhile.</summary>
internal static class Writes
{
    /// <summary>Whether a creation was refused because the namespace is being deleted: trying again cannot
    /// help.</summary>
    public static bool IsNamespaceTerminating(this ApiException refusal) =>
        refusal.Code == 403 && (refusal.Status.Details?.Causes?.Any(c => c.Reason == "NamespaceTerminating") == true ||
            refusal.Message.Contains("because it is being terminated", StringComparison.Ordinal));

    /// <summary>Replaces the status under the version that was read.</summary>
    public static async Task ReportAsync<T>(this IKubernetesClient client, T value, CancellationToken cancellationToken)
        where T : KubernetesObject
    {
        try
        {
            await client.UpdateStatusAsync(value, cancellationToken);
        }
        catch (ApiException e) when (e.IsNotFound)
        {
            // Nobody is left to read it.
        }
    }

    /// <summary>Deletes exactly this incarnation; one that is gone or was replaced is a success.</summary>
    public static async Task DeleteExactlyAsync<T>(
        this IKubernetesClient client, T value, CancellationToken cancellationToken) where T : KubernetesObject
    {
        try
        {
            await client.DeleteAsync<T>(
                value.Key, new DeleteOptions { PreconditionUid = value.Metadata.Uid }, cancellationToken);
        }
        catch (ApiException e) when (e.IsConflict)
        {
            // A namesake lives there now.
        }
    }

    /// <summary>Creates the object; null when one of that name is there already.</summary>
    public static async Task<T?> TryCreateAsync<T>(
        this IKubernetesClient client, T value, CancellationToken cancellationToken) where T : KubernetesObject
    {
        try
        {
            return await client.CreateAsync(value, cancellationToken);
        }
        catch (ApiException e) when (e.IsAlreadyExists)
        {
            return null;
        }
    }

    /// <summary>Sets <c>spec.replicas</c> of the version that was read.</summary>
    public static Task<T> ScaleAsync<T>(
        this IKubernetesClient client, T value, int replicas, CancellationToken cancellationToken) where T
            : KubernetesObject =>
        client.PatchAsync<T>(
            value.Key,
            Patch.Merge(new JsonObject
            {
                ["metadata"] = Lock(value),
                ["spec"] = new JsonObject { ["replicas"] = replicas },
            }),
            cancellationToken);

    /// <summary>Metadata for a patch of exactly the version that was read.</summary>
    public static JsonObject Lock(KubernetesObject value) => new()
    {
        ["uid"] = value.Metadata.Uid,
        ["resourceVersion"] = value.Metadata.ResourceVersion,
    };
}
