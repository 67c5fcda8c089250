using Hortus.ApiServer;
using Hortus.ApiServer.Admission;
using Hortus.ApiServer.Registry;
using Hortus.GardenApi.Admission;
using Hortus.GardenApi.Registry;
using Hortus.Objects.Gardener.Core;

namespace Hortus.GardenApi;

/// <summary>Adds the garden's API groups to an API server: core.gardener.cloud, security.gardener.cloud and
/// seedmanagement.gardener.cloud with their rules, defaults, columns, selectable fields and subresources.</summary>
public sealed class GardenApiPlugin(GardenApiOptions options) : ApiServerPlugin
{
    /// <inheritdoc/>
    public override IEnumerable<ResourceDefinition> Resources(ApiServerServices services)
    {
        ArgumentNullException.ThrowIfNull(services);
        return GardenResources.All(options, Reader(services), services.Time)
            .Select(d => d with { StoragePrefix = services.Options.EtcdPrefix + d.StoragePrefix });
    }

    /// <inheritdoc/>
    public override IEnumerable<IAdmissionPlugin> AdmissionPlugins(ApiServerServices services)
    {
        ArgumentNullException.ThrowIfNull(services);
        var garden = Reader(services);
        return
        [
            new DeletionConfirmation<Project>(garden),
            new ShootDeletionConfirmation(garden),
            new ProjectAdmission(garden),
            new CloudProfileAdmission(garden),
            new NamespacedCloudProfileAdmission(garden),
            new SeedAdmission(garden),
            new CredentialsBindingAdmission(garden),
            new SecretBindingAdmission(garden),
            new ShootAdmission(garden),
        ];
    }

    private static GardenReader Reader(ApiServerServices services) =>
        new(services.Objects, services.Authorize, services.Time);
}
