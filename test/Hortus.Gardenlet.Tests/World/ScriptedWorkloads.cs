using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;

namespace Hortus.Gardenlet.Tests.World;

/// <summary>Reports every Deployment and StatefulSet as rolled out as soon as it is there.</summary>
internal sealed class ScriptedWorkloads<T>(IKubernetesClient client) : IReconciler where T : KubernetesObject
{
    public async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        var value = await client.FindAsync<T>(key, cancellationToken);
        var observed = value switch
        {
            Deployment deployment => deployment.Status?.ObservedGeneration,
            StatefulSet set => set.Status?.ObservedGeneration,
            _ => null,
        };
        if (value?.Metadata.DeletionTimestamp is not null)
        {
            await client.RemoveFinalizerAsync(value, "foregroundDeletion", cancellationToken);
            return ReconcileResult.Done;
        }

        if (value is null || observed == value.Metadata.Generation)
        {
            return ReconcileResult.Done;
        }

        var status = new JsonObject
        {
            ["observedGeneration"] = value.Metadata.Generation,
            ["replicas"] = 1,
            ["updatedReplicas"] = 1,
            ["readyReplicas"] = 1,
            ["availableReplicas"] = 1,
        };
        if (value is Deployment)
        {
            status["conditions"] = new JsonArray(
                new JsonObject { ["type"] = "Available", ["status"] = "True", ["reason"] = "Scripted" },
                new JsonObject { ["type"] = "Progressing", ["status"] = "True", ["reason"] = "NewReplicaSetAvailable" });
        }

        await client.PatchAsync<T>(
            key, Patch.Merge(new JsonObject { ["status"] = status }) with { Subresource = "status" }, cancellationToken);
        return ReconcileResult.Done;
    }
}

/// <summary>Empties namespaces that are being deleted and lets them go.</summary>
internal sealed class ScriptedNamespaces(IKubernetesClient client, HttpClient http) : IReconciler
{
    public async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        var space = await client.FindAsync<Namespace>(key, cancellationToken);
        if (space?.Metadata.DeletionTimestamp is null)
        {
            return ReconcileResult.Done;
        }

        foreach (var kind in await client.Dynamic.DiscoverAsync(cancellationToken))
        {
            if (!kind.Namespaced || kind.Plural.Contains('/', StringComparison.Ordinal))
            {
                continue;
            }

            try
            {
                var (items, _) = await client.Dynamic.ListAsync(kind, ListOptions.In(key.Name), cancellationToken);
                foreach (var item in items)
                {
                    await client.Dynamic.DeleteAsync(
                        kind, new ObjectKey(key.Name, (string)item["metadata"]!["name"]!), null, cancellationToken);
                }
            }
            catch (ApiException e) when (e.Code is 404 or 405)
            {
                // Kinds that cannot be listed hold nothing.
            }
        }

        var empty = KubernetesJson.ToNode(space);
        empty["spec"] = new JsonObject { ["finalizers"] = new JsonArray() };
        using var body = new StringContent(empty.ToJsonString(), System.Text.Encoding.UTF8, "application/json");
        using var answer = await http.PutAsync(new Uri($"api/v1/namespaces/{key.Name}/finalize", UriKind.Relative), body, cancellationToken);
        return ReconcileResult.Done;
    }
}
