using Hortus.Client;
using Hortus.Components.Gardenlets;
using Hortus.Objects;
using Hortus.Objects.Gardener;
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
        var token = GardenletBootstrap.Of(managed.Spec.Gardenlet) switch
        {
            GardenletBootstrap.None => null,
            GardenletBootstrap.ServiceAccount => await AccountTokenAsync(managed, cancellationToken),
            _ => await tokens.EnsureAsync(managed, cancellationToken),
        };
        if (token is null)
        {
            return null;
        }

        var garden = surroundings.GardenConnection;
        var address = configuration.GardenClientConnection?.GardenUrl() ?? garden.Server.ToString().TrimEnd('/');
        return KubeConfig.ForToken("garden", address, garden.CertificateAuthorityPem, token).ToYaml();
    }

    /// <summary>Makes sure that nobody gets in with it any more.</summary>
    public Task RevokeAsync(ManagedSeed managed, CancellationToken cancellationToken) =>
        GardenletBootstrap.Of(managed.Spec.Gardenlet) switch
        {
            GardenletBootstrap.None => Task.CompletedTask,
            GardenletBootstrap.ServiceAccount =>
                surroundings.GardenClient.DeleteAsync<ServiceAccount>(AccountOf(managed), null, cancellationToken),
            _ => surroundings.GardenClient.DeleteAsync<Secret>(BootstrapTokens.KeyOf(managed.Key), null, cancellationToken),
        };

    private static ObjectKey AccountOf(ManagedSeed managed) =>
        new(GardenerNames.GardenNamespace, GardenerNames.BootstrapAccountPrefix + managed.Metadata.Name);

    // What it may do follows from the ManagedSeed; it is bound to no role.
    private async Task<string?> AccountTokenAsync(ManagedSeed managed, CancellationToken cancellationToken)
    {
        var key = AccountOf(managed);
        var account = new ServiceAccount { Metadata = new ObjectMeta { Namespace = key.Namespace, Name = key.Name } };
        await surroundings.GardenClient.ApplyAsync(account, GardenletIdentity.FieldManager, cancellationToken);
        var request = new TokenRequest
        {
            Spec = new TokenRequestSpec { ExpirationSeconds = (long)BootstrapTokens.Validity.TotalSeconds },
        };
        var answer = await surroundings.GardenClient.CreateSubresourceAsync<ServiceAccount, TokenRequest, TokenRequest>(
            key, "token", request, cancellationToken);
        return answer.Status.Token;
    }
}
