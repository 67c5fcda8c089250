using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Objects;

namespace Hortus.Runtime;

/// <summary>Puts finalizers on objects of a server and takes them off.</summary>
public static class Finalizers
{
    // Finalizers of other controllers change rarely; more conflicts in a row than this are a fault.
    private const int TriesMax = 5;

    /// <summary>Puts the finalizer on; no request when it is there already.</summary>
    /// <returns>The object with the finalizer.</returns>
    public static async Task<T> AddFinalizerAsync<T>(
        this IKubernetesClient client, T value, string finalizer, CancellationToken cancellationToken)
        where T : KubernetesObject =>
        value.Metadata.HasFinalizer(finalizer)
            ? value
            : await ChangeAsync(client, value, metadata => metadata.WithFinalizer(finalizer), cancellationToken);

    /// <summary>Takes the finalizer off; no request when it is not there. An object that is gone is a
    /// success.</summary>
    public static async Task RemoveFinalizerAsync<T>(
        this IKubernetesClient client, T value, string finalizer, CancellationToken cancellationToken)
        where T : KubernetesObject
    {
        if (!value.Metadata.HasFinalizer(finalizer))
        {
            return;
        }

        try
        {
            await ChangeAsync(client, value, metadata => metadata.WithoutFinalizer(finalizer), cancellationToken);
        }
        catch (ApiException e) when (e.IsNotFound)
        {
            // Gone is what removing it was for.
        }
    }

    private static async Task<T> ChangeAsync<T>(
        IKubernetesClient client,
        T value,
        Func<ObjectMeta, ObjectMeta> change,
        CancellationToken cancellationToken) where T : KubernetesObject
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                var finalizers = change(value.Metadata).Finalizers ?? [];

                // The list is replaced as a whole, so the version guards against losing somebody else's entry.
                var body = new JsonObject
                {
                    ["metadata"] = new JsonObject
                    {
                        ["resourceVersion"] = value.Metadata.ResourceVersion,
                        ["uid"] = value.Metadata.Uid,
                        ["finalizers"] = new JsonArray([.. finalizers.Select(f => (JsonNode)f)]),
                    },
                };
                return await client.PatchAsync<T>(value.Key, Patch.Merge(body), cancellationToken);
            }
            catch (ApiException e) when (e.IsConflict && tries < TriesMax)
            {
                var uid = value.Metadata.Uid;
                value = await client.GetAsync<T>(value.Key, cancellationToken);
                if (value.Metadata.Uid != uid)
                {
                    // Another object of the same name is none of the caller's business.
                    throw;
                }
            }
        }
    }
}
