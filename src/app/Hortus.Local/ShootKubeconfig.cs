using System.Text;
using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener.Core;

namespace Hortus.Local;

/// <summary>Asks the garden for an administrator's kubeconfig of a shoot and points it at the local front door.</summary>
public static class ShootKubeconfig
{
    /// <summary>A kubeconfig that works on this machine.</summary>
    /// <param name="garden">The virtual garden.</param>
    /// <param name="shoot">Which shoot.</param>
    /// <param name="port">Port of the front door.</param>
    /// <param name="validity">How long the certificate is valid; the garden wants at least 10 minutes.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ApiException">The shoot does not exist or has no address yet.</exception>
    public static async Task<string> RequestAsync(
        IKubernetesClient garden, ObjectKey shoot, int port, TimeSpan validity, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(garden);
        var request = new JsonObject { ["spec"] = new JsonObject { ["expirationSeconds"] = (long)validity.TotalSeconds } };
        var answer = await garden.CreateSubresourceAsync<Shoot, JsonObject, JsonObject>(
            shoot, "adminkubeconfig", request, cancellationToken);
        var encoded = (string?)answer["status"]?["kubeconfig"]
            ?? throw new LocalGardenException($"the garden answered without a kubeconfig for shoot {shoot}");
        var config = KubeConfig.Parse(Encoding.UTF8.GetString(Convert.FromBase64String(encoded)), null);
        return (config with { Clusters = [.. config.Clusters.Select(cluster => ThroughFrontDoor(cluster, port))] }).ToYaml();
    }

    private static KubeConfigCluster ThroughFrontDoor(KubeConfigCluster cluster, int port) => cluster with
    {
        Server = $"https://127.0.0.1:{port}",
        TlsServerName = new Uri(cluster.Server).Host,
    };
}
