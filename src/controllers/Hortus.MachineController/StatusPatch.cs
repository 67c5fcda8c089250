using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Objects;

namespace Hortus.MachineController;

/// <summary>Replaces statuses, leaving out requests that would change nothing.</summary>
internal static class StatusPatch
{
    /// <summary>Writes the object's status when it differs from what was read.</summary>
    /// <param name="client">The server.</param>
    /// <param name="value">The object as read.</param>
    /// <param name="updated">The object with its new status.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public static async Task WriteStatusAsync<T>(
        this IKubernetesClient client, T value, T updated, CancellationToken cancellationToken) where T : KubernetesObject
    {
        var body = KubernetesJson.ToNode(updated)["status"]?.DeepClone() as JsonObject ?? [];
        var old = KubernetesJson.ToNode(value)["status"] as JsonObject ?? [];
        if (JsonNode.DeepEquals(body, old))
        {
            return;
        }

        foreach (var (field, _) in old.Where(field => !body.ContainsKey(field.Key)).ToArray())
        {
            body[field] = null;
        }

        // Built from this version: what another run wrote meanwhile must not be turned back.
        var patch = new JsonObject
        {
            ["metadata"] = new JsonObject { ["resourceVersion"] = value.Metadata.ResourceVersion },
            ["status"] = body,
        };
        await client.PatchAsync<T>(value.Key, Patch.Merge(patch) with { Subresource = "status" }, cancellationToken);
    }
}
