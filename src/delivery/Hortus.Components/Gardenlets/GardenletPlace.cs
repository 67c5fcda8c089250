using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.GardenletConfig;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;
using Deployment = Hortus.Objects.Kubernetes.Deployment;

namespace Hortus.Components.Gardenlets;

/// <summary>A gardenlet that a cluster has.</summary>
/// <param name="Configuration">The ConfigMap that its Deployment reads.</param>
/// <param name="Seed">The seed in it; null when it cannot be told.</param>
/// <param name="Fault">Why it cannot be told.</param>
public sealed record InstalledGardenlet(ObjectKey Configuration, string? Seed, string? Fault);

/// <summary>A cluster that has or gets a gardenlet, with what somebody who deploys it there has to look after.</summary>
public sealed class GardenletPlace
{
    private const string ConfigVolume = "gardenlet-config";
    private const string ConfigKey = "config.yaml";

    private readonly IKubernetesClient cluster;
    private readonly ObjectKey bootstrap;

    /// <param name="cluster">The cluster, with all rights.</param>
    /// <param name="configuration">The configuration of the gardenlet, which may name its Secrets.</param>
    public GardenletPlace(IKubernetesClient cluster, GardenletConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        this.cluster = cluster;
        var connection = configuration.GardenClientConnection;
        Kubeconfig = KeyOf(connection?.KubeconfigSecret, GardenletNames.KubeconfigSecret);
        bootstrap = KeyOf(connection?.BootstrapKubeconfig, GardenletNames.BootstrapKubeconfigSecret);
    }

    /// <summary>The Secret with the gardenlet's own credentials for the garden.</summary>
    public ObjectKey Kubeconfig { get; }

    /// <summary>Whether the gardenlet has credentials for the garden.</summary>
    public async Task<bool> HasKubeconfigAsync(CancellationToken cancellationToken) =>
        await cluster.FindAsync<Secret>(Kubeconfig, cancellationToken) is not null;

    /// <summary>Asks the gardenlet, which has credentials that are still good, to get others by them.</summary>
    public Task AskToRenewAsync(CancellationToken cancellationToken)
    {
        var annotations = new JsonObject { [GardenerAnnotations.Operation] = GardenerOperations.Renew };
        var body = new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = annotations } };
        return cluster.PatchAsync<Secret>(Kubeconfig, Patch.Merge(body), cancellationToken);
    }

    /// <summary>Takes the gardenlet's credentials away, so that it asks for others.</summary>
    public Task ForgetKubeconfigAsync(CancellationToken cancellationToken) =>
        cluster.DeleteAsync<Secret>(Kubeconfig, null, cancellationToken);

    /// <summary>Makes the namespace of gardenlets; one that is there stays as it is.</summary>
    public async Task EnsureNamespaceAsync(CancellationToken cancellationToken)
    {
        if (await cluster.FindAsync<Namespace>(ObjectKey.Cluster(GardenerNames.GardenNamespace), cancellationToken) is not null)
        {
            return;
        }

        try
        {
            await cluster.CreateAsync(
                new Namespace
                {
                    Metadata = new ObjectMeta
                    {
                        Name = GardenerNames.GardenNamespace,
                        Labels = new Dictionary<string, string> { [GardenerLabels.Role] = GardenerRoles.Garden },
                    },
                },
                cancellationToken);
        }
        catch (ApiException e) when (e.IsAlreadyExists)
        {
            // Somebody was faster.
        }
    }

    /// <summary>Why a gardenlet that is there does not get into the garden, as it says itself, or as its pods do when they do not start;
    /// null when nothing is said.</summary>
    public async Task<string?> FaultAsync(CancellationToken cancellationToken)
    {
        var secret = await cluster.FindAsync<Secret>(bootstrap, cancellationToken);
        if (secret?.Metadata.Annotation(GardenletNames.BootstrapFault) is { } fault)
        {
            return $"the gardenlet says: {fault}";
        }

        try
        {
            var deployment = await cluster.FindAsync<Deployment>(GardenletNames.DeploymentKey, cancellationToken);
            return await GardenletPods.FaultAsync(cluster, deployment, cancellationToken) is { Length: > 0 } said ? said : null;
        }
        catch (ApiException e) when (e.Code == 403)
        {
            // Credentials that may not look at pods are good enough to deploy a gardenlet.
            return null;
        }
    }

    /// <summary>The gardenlet that the cluster has; null for none.</summary>
    public static async Task<InstalledGardenlet?> FindInstalledAsync(IKubernetesClient cluster, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        if (await cluster.FindAsync<Deployment>(GardenletNames.DeploymentKey, cancellationToken) is not { } deployment
            || deployment.Spec.Template.Spec.Volumes?.FirstOrDefault(v => v.Name == ConfigVolume)?.ConfigMap?.Name is not { } name)
        {
            return null;
        }

        var key = new ObjectKey(GardenerNames.GardenNamespace, name);
        return await cluster.FindAsync<ConfigMap>(key, cancellationToken) is { } map
            ? Read(map)
            : new InstalledGardenlet(key, null, "it is not there");
    }

    // Read loosely: the configuration may be of another version.
    private static InstalledGardenlet Read(ConfigMap map)
    {
        try
        {
            var config = KubernetesYaml.Parse(map.Data?.GetValueOrDefault(ConfigKey) ?? "");
            return new InstalledGardenlet(map.Key, config.Text("seedConfig", "metadata", "name"), null);
        }
        catch (YamlFormatException e)
        {
            return new InstalledGardenlet(map.Key, null, e.Message);
        }
    }

    private static ObjectKey KeyOf(SecretReference? reference, string name) =>
        new(reference?.Namespace ?? GardenerNames.GardenNamespace, reference?.Name ?? name);
}
