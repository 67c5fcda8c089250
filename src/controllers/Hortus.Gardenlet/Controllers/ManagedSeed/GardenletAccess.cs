using Hortus.Client;
using Hortus.Components.Gardenlets;
using Hortus.Objects.Gardener.GardenletConfig;
using Hortus.Objects.Gardener.SeedManagement;
using Hortus.Objects.Kubernetes;

namespace Hortus.Gardenlet;

/// <summary>Gives the gardenlets of managed seeds what they ask for their first certificate with, and takes it back.</summary>
internal sealed class GardenletAccess(GardenletSurroundings surroundings)
{
    private readonly BootstrapTokens tokens = new(surroundings.GardenClient, surroundings.Clock);

    /// <summary>A kubeconfig of the garden that is good for asking; null when the ManagedSeed wants none.</summary>
    public async Task<string?> BootstrapAsync(
        ManagedSeed managed, GardenletConfiguration configuration, CancellationToken cancellationToken)
    {
        if (GardenletBootstrap.Of(managed.Spec.Gardenlet) == GardenletBootstrap.None)
        {
            return null;
        }

        var token = await tokens.EnsureAsync(managed, cancellationToken);
        var garden = surroundings.GardenConnection;
        var address = configuration.GardenClientConnection?.GardenClusterAddress is { Length: > 0 } given
            ? given.Contains("://", StringComparison.Ordinal) ? given : "https://" + given
            : garden.Server.ToString().TrimEnd('/');
        return KubeConfig.ForToken("garden", address, garden.CertificateAuthorityPem, token).ToYaml();
    }

    /// <summary>Makes sure that nobody gets in with it any more.</summary>
    public Task RevokeAsync(ManagedSeed managed, CancellationToken cancellationToken) =>
        surroundings.GardenClient.DeleteAsync<Secret>(BootstrapTokens.KeyOf(managed.Key), null, cancellationToken);
}
