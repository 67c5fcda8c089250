using System.Text.Json.Nodes;

namespace Hortus.Client;

/// <summary>Asks an API server which Kubernetes version it serves.</summary>
public static class ClusterVersion
{
    /// <summary>The version such as <c>v1.35.4</c>; null when the client cannot ask for it.</summary>
    public static async Task<string?> ReadAsync(IKubernetesClient client, CancellationToken cancellationToken) =>
        client is KubernetesClient direct
            ? (string?)JsonNode.Parse(await direct.GetTextAsync("version", cancellationToken))?["gitVersion"]
            : null;
}
