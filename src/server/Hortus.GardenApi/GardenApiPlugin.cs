using Hortus.ApiServer;
using Hortus.ApiServer.Access;
using Hortus.ApiServer.Admission;
using Hortus.ApiServer.Authorization;
using Hortus.ApiServer.Registry;
using Hortus.GardenApi.Admission;
using Hortus.GardenApi.Registry;
using Hortus.GardenApi.Seeds;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Microsoft.AspNetCore.Http;

namespace Hortus.GardenApi;

/// <summary>Adds the garden's API groups to an API server: core.gardener.cloud, operations.gardener.cloud,
/// security.gardener.cloud and seedmanagement.gardener.cloud with their rules, defaults, columns, selectable fields and
/// subresources.</summary>
/// <param name="options">Settings.</param>
/// <param name="host">Where the kinds are read that this server does not serve; null in a server that serves all.</param>
public sealed class GardenApiPlugin(GardenApiOptions options, IObjectReader? host = null) : ApiServerPlugin
{
    /// <inheritdoc/>
    public override IEnumerable<ResourceDefinition> Resources(ApiServerServices services)
    {
        ArgumentNullException.ThrowIfNull(services);
        return GardenResources.All(options, Reader(services), services.Objects, services.Time)
            .Select(d => d with { StoragePrefix = services.Options.EtcdPrefix + d.StoragePrefix });
    }

    /// <inheritdoc/>
    public override IEnumerable<IAdmissionPlugin> AdmissionPlugins(ApiServerServices services)
    {
        ArgumentNullException.ThrowIfNull(services);
        var garden = Reader(services);
        return
        [
            new SeedRestriction(services.Objects, new SeedRelations(services.Objects)),
            new DeletionConfirmation<Project>(garden),
            new ShootDeletionConfirmation(garden),
            new ProjectAdmission(garden),
            new CloudProfileAdmission(garden),
            new NamespacedCloudProfileAdmission(garden),
            new SeedAdmission(garden),
            new BackupBucketAdmission(garden),
            new CredentialsBindingAdmission(garden),
            new SecretBindingAdmission(garden),
            new DroppedResourcesWarning(),
            new IncompleteDigestWarning(),
            new PrimaryResourceAdmission(garden),
            new GardenletAdmission(),
            new ManagedSeedAdmission(garden),
            new ShootAdmission(garden),
            new ManagedSeedShootAdmission(garden),
            new BastionAdmission(garden),
            new ObjectQuota(garden),
        ];
    }

    /// <inheritdoc/>
    public override IEnumerable<IAuthorizer> Authorizers(ApiServerServices services)
    {
        ArgumentNullException.ThrowIfNull(services);
        return [new SeedAuthorizer(new SeedRelations(services.Objects))];
    }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, RequestDelegate> Paths(ApiServerServices services)
    {
        ArgumentNullException.ThrowIfNull(services);
        var path = new SeedReviewPath(new SeedAuthorizer(new SeedRelations(services.Objects)));
        return new Dictionary<string, RequestDelegate> { [GardenerNames.SeedReviewPath] = path.HandleAsync };
    }

    private GardenReader Reader(ApiServerServices services) => new(
        host is null ? services.Objects : new LayeredObjects(services.Registry, services.Objects, host),
        services.Authorize,
        services.Time);
}
