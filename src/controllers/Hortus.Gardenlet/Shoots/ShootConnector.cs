using System.Text;
using Hortus.Client;
using Hortus.Components;
using Hortus.Objects.Kubernetes;

namespace Hortus.Gardenlet;

/// <summary>Finds the way into a shoot that is there already, by the gardenlet's kubeconfig in its namespace.</summary>
internal static class ShootConnector
{
    /// <summary>Why there is no client.</summary>
    public const string NoCredentials = "there are no credentials for it yet";

    /// <summary>The client; null while there are no credentials. The shoot's API server is not asked.</summary>
    public static async Task<IKubernetesClient?> FindAsync(
        GardenletSurroundings surroundings, string technicalID, CancellationToken cancellationToken)
    {
        var secrets = await surroundings.SeedClient.ListAsync<Secret>(
            new ListOptions { Namespace = technicalID, LabelSelector = $"{SecretsManager.NameLabel}={ShootSecrets.GardenletKubeconfig}" },
            cancellationToken);
        var newest = secrets.Items.OrderByDescending(s => s.Metadata.CreationTimestamp).FirstOrDefault();
        return newest?.Data?.GetValueOrDefault("kubeconfig") is { } kubeconfig
            ? surroundings.Shoots.Connect(technicalID, Encoding.UTF8.GetString(kubeconfig))
            : null;
    }
}
