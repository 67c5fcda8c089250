using Hortus.Client;
using Hortus.Flow;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Kubernetes;

namespace Hortus.Gardenlet;

/// <summary>Namespace, credentials and authorities: what everything else of a shoot stands on.</summary>
internal sealed class FoundationPart(ShootOperation operation)
{
    private const string CaClusterSuffix = ".ca-cluster";
    private const string CaClientSuffix = ".ca-client";

    public void AddTo(FlowGraph graph)
    {
        graph.Add(ShootTasks.DeployNamespace, DeployNamespaceAsync);
        graph.Add(
            new FlowTask(ShootTasks.DeployCloudProvider, DeployCloudProviderAsync) { SkipIf = () => operation.Inputs.Credentials is null },
            ShootTasks.DeployNamespace);
        graph.Add(ShootTasks.InitializeSecrets, InitializeSecretsAsync, ShootTasks.DeployNamespace);
        graph.Add(ShootTasks.PublishAuthorities, PublishAuthoritiesAsync, ShootTasks.InitializeSecrets);
    }

    /// <summary>Reads or makes the authorities.</summary>
    public async Task InitializeSecretsAsync(CancellationToken cancellationToken) =>
        operation.Results.Authorities = await operation.Secrets.EnsureAuthoritiesAsync(cancellationToken);

    /// <summary>Brings the owner's credentials into the shoot's namespace, where extensions look for them.</summary>
    public Task DeployCloudProviderAsync(CancellationToken cancellationToken) => operation.ApplyAsync(
        new Secret
        {
            Metadata = new ObjectMeta
            {
                Namespace = operation.Namespace,
                Name = ShootNames.CloudProvider,
                Labels = new Dictionary<string, string> { ["gardener.cloud/purpose"] = "cloudprovider" },
            },
            Type = "Opaque",
            Data = operation.Inputs.Credentials!.Data,
        },
        cancellationToken);

    /// <summary>Takes the authorities back out of the project.</summary>
    public async Task UnpublishAuthoritiesAsync(CancellationToken cancellationToken)
    {
        await operation.Garden.DeleteAsync<ConfigMap>(KeyOf(CaClusterSuffix), null, cancellationToken);
        await operation.Garden.DeleteAsync<InternalSecret>(KeyOf(CaClientSuffix), null, cancellationToken);
    }

    private Task DeployNamespaceAsync(CancellationToken cancellationToken) => operation.ApplyAsync(
        new Namespace
        {
            Metadata = new ObjectMeta
            {
                Name = operation.Namespace,
                Labels = new Dictionary<string, string>
                {
                    [GardenerLabels.Role] = GardenerRoles.Shoot,
                    [GardenerLabels.SeedProvider] = operation.Inputs.Seed.Spec.Provider.Type,
                    [GardenerLabels.ShootProvider] = operation.Shoot.Spec.Provider.Type,
                    [GardenerLabels.ProjectName] = operation.Inputs.ProjectName,
                    [GardenerLabels.ShootUid] = operation.Shoot.Metadata.Uid ?? "",
                },
            },
        },
        cancellationToken);

    private async Task PublishAuthoritiesAsync(CancellationToken cancellationToken)
    {
        var authorities = ShootResults.Need(operation.Results.Authorities);
        var bundle = new ConfigMap
        {
            Metadata = MetadataOf(CaClusterSuffix, GardenerRoles.CACluster),
            Data = new Dictionary<string, string> { ["ca.crt"] = authorities.Server.Text("ca.crt") },
        };
        var signer = new InternalSecret
        {
            Metadata = MetadataOf(CaClientSuffix, GardenerRoles.CAClient),
            Type = "Opaque",
            Data = new Dictionary<string, byte[]>
            {
                ["ca.crt"] = authorities.Client.Data["ca.crt"],
                ["ca.key"] = authorities.Client.Data["ca.key"],
            },
        };
        await operation.Garden.ApplyAsync(bundle, GardenletIdentity.FieldManager, cancellationToken);
        await operation.Garden.ApplyAsync(signer, GardenletIdentity.FieldManager, cancellationToken);
    }

    private ObjectKey KeyOf(string suffix) => new(operation.Shoot.Metadata.Namespace, operation.Shoot.Metadata.Name + suffix);

    private ObjectMeta MetadataOf(string suffix, string role) => new()
    {
        Namespace = operation.Shoot.Metadata.Namespace,
        Name = KeyOf(suffix).Name,
        OwnerReferences = [operation.Shoot.AsController()],
        Labels = new Dictionary<string, string>
        {
            [GardenerLabels.Role] = role,
            [GardenerLabels.ShootName] = operation.Shoot.Metadata.Name!,
        },
    };
}
