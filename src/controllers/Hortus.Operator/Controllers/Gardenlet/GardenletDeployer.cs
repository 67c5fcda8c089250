using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Components.Gardenlets;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.GardenletConfig;
using Hortus.Objects.Gardener.SeedManagement;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;

namespace Hortus.Operator;

/// <summary>The virtual garden as the deployment of gardenlets sees it.</summary>
/// <param name="Client">Client with all rights.</param>
/// <param name="Events">Records events there.</param>
/// <param name="Address">Address that gardenlets use unless they are told another one; null when nobody knows one.</param>
/// <param name="AuthorityPem">Authority of the server behind the address.</param>
internal sealed record GardenForGardenlets(
    IKubernetesClient Client, IEventRecorder Events, Func<string?> Address, string? AuthorityPem);

/// <summary>
/// Brings a gardenlet to a cluster that has none, with a token by which it gets its own credentials. Everything may be done twice; the
/// target cluster is not touched before its identity is written down in the Gardenlet.
/// </summary>
internal sealed class GardenletDeployer(
    GardenForGardenlets garden, IKubernetesClient runtime, GardenletInstaller installer, TimeProvider clock)
{
    private static readonly ObjectKey Info = new(GardenerNames.PublicNamespace, GardenerNames.InfoConfigMap);
    private static readonly FieldPath ConfigPath = FieldPath.Root["spec"]["config"];

    /// <summary>Deploys; returns when the API server of the target cluster has everything.</summary>
    /// <returns>Why a gardenlet that is there already does not get into the garden, see <see cref="GardenletPlace.FaultAsync"/>.</returns>
    /// <exception cref="GardenletDeployException">It cannot be done as things are.</exception>
    /// <exception cref="GardenletInstallException">The chart is not usable, or an object was refused.</exception>
    public async Task<string?> DeployAsync(Gardenlet gardenlet, Seed? seed, CancellationToken cancellationToken)
    {
        var configuration = Read(gardenlet);
        using var target = await TargetCluster.OpenAsync(gardenlet, garden.Client, runtime, clock, cancellationToken);
        var identity = await ReachAsync(target, cancellationToken);
        TargetGuard.CheckIdentity(gardenlet, seed, target, identity);
        await TargetGuard.CheckInstalledAsync(gardenlet, target, cancellationToken);
        var backup = await SeedBackupSecret.ChecksumAsync(gardenlet, ConfigPath, garden.Client, cancellationToken);
        var place = new GardenletPlace(target.Client, configuration);
        var stale = GardenletOperation.IsRenewKubeconfig(gardenlet) || HasExpired(seed);
        var bootstrap = stale || !await place.HasKubeconfigAsync(cancellationToken)
            ? await BootstrapAsync(gardenlet, configuration, cancellationToken)
            : null;
        var release = await installer.PrepareAsync(
            new GardenletReleaseRequest
            {
                Repository = gardenlet.Spec.Deployment.Helm.OciRepository,
                Values = GardenletValues.Of(
                    gardenlet, new GardenletValueOptions { BootstrapKubeconfig = bootstrap, BackupChecksum = backup }),
                Garden = garden.Client,
                KubernetesVersion = await ClusterVersion.ReadAsync(target.Client, cancellationToken) ?? "",
                GardenVersion = GardenerInfo.VersionOf((await garden.Client.FindAsync<ConfigMap>(Info, cancellationToken))?.Data),
            },
            cancellationToken);

        await RememberAsync(gardenlet, identity, cancellationToken);
        garden.Events.Normal(gardenlet, GardenletReasons.Reconciling, "Ensuring gardenlet namespace in target cluster");
        await place.EnsureNamespaceAsync(cancellationToken);
        if (stale)
        {
            garden.Events.Normal(gardenlet, GardenletReasons.Reconciling, "Renewing gardenlet kubeconfig secret");
            await place.ForgetKubeconfigAsync(cancellationToken);
        }

        garden.Events.Normal(gardenlet, GardenletReasons.Reconciling, "Deploying gardenlet into target cluster");
        var fault = await place.FaultAsync(cancellationToken);
        await installer.ApplyAsync(release, target.Client, cancellationToken);
        return fault;
    }

    private static GardenletConfiguration Read(Gardenlet gardenlet)
    {
        var errors = new FieldErrors();
        return GardenletConfigurationReader.Read(gardenlet.Spec.Config, ConfigPath, errors)
            ?? throw new GardenletDeployException(string.Join("; ", errors.All));
    }

    private static async Task<string> ReachAsync(TargetCluster target, CancellationToken cancellationToken)
    {
        try
        {
            return await target.IdentityAsync(cancellationToken);
        }
        catch (Exception e) when (e is ApiException or HttpRequestException)
        {
            throw new GardenletDeployException($"{target.Name} cannot be used: {e.Message}", e);
        }
    }

    private bool HasExpired(Seed? seed) => seed?.Status?.ClientCertificateExpirationTimestamp < clock.GetUtcNow();

    private async Task<string> BootstrapAsync(
        Gardenlet gardenlet, GardenletConfiguration configuration, CancellationToken cancellationToken)
    {
        var server = configuration.GardenClientConnection?.GardenUrl() ?? garden.Address()
            ?? throw new GardenletDeployException(
                "nobody knows the address of the garden: set spec.config.gardenClientConnection.gardenClusterAddress, or "
                + "spec.virtualCluster.dns.domains of the Garden");
        var token = await new BootstrapTokens(garden.Client, clock).EnsureAsync(gardenlet, cancellationToken);
        return KubeConfig.ForToken("garden", server, garden.AuthorityPem, token).ToYaml();
    }

    private async Task RememberAsync(Gardenlet gardenlet, string identity, CancellationToken cancellationToken)
    {
        if (gardenlet.Metadata.Annotation(GardenletNames.TargetCluster) != identity)
        {
            var patch = Annotations.Set(GardenletNames.TargetCluster, identity);
            ((JsonObject)patch.Body["metadata"]!)["uid"] = gardenlet.Metadata.Uid;
            await garden.Client.PatchAsync<Gardenlet>(gardenlet.Key, patch, cancellationToken);
        }
    }
}
