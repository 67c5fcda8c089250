using System.Text;
using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Components;
using Hortus.Components.Gardenlets;
using Hortus.Local.Registry;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.Resources;
using Hortus.Objects.Gardener.SeedManagement;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;

namespace Hortus.Local.Bootstrap;

/// <summary>The Gardenlets of a local garden: the example, one for each seed, with the digest of the pushed chart. They name no image, so
/// that the chart decides which version runs, here and after each change of the chart.</summary>
public sealed class LocalGardenlet(
    KubernetesClient garden, CheckedManifests manifests, StateDirectory state, GardenShape shape, string fieldManager)
{
    /// <summary>The example that they come from.</summary>
    public const string Example = "45-gardenlet.yaml";

    /// <summary>Hands what the registry of the chart wants to know to the virtual garden.</summary>
    public Task ApplyRegistryAccessAsync(CancellationToken cancellationToken) =>
        new DirectDeployer(garden, fieldManager).DeployAsync(new RegistryAccessObjects(state), cancellationToken);

    /// <summary>Hands the Gardenlet of a seed to the virtual garden.</summary>
    /// <param name="cluster">The seed's. For another one than the runtime cluster, the operator gets a kubeconfig until the Seed is
    /// there.</param>
    /// <param name="charts">References of pushed charts, by repository.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ApiException">The garden refuses it.</exception>
    public async Task ApplyAsync(
        ClusterDirectory cluster, IReadOnlyDictionary<string, string> charts, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        var settings = ChartCacheValues.Of(state, CacheOf(cluster.Cluster));
        settings["replicaCount"] = shape.Replicas;
        var kubeconfig = cluster.Cluster.IsRuntime ? null : await KubeconfigSecretAsync(cluster, cancellationToken);
        await manifests.ApplyAsync(
            Example,
            manifest => ForSeed(Complete(manifest, charts, settings), cluster.Cluster, kubeconfig),
            fieldManager,
            cancellationToken);
    }

    /// <summary>Puts this garden's places into the manifest.</summary>
    /// <param name="manifest">The Gardenlet.</param>
    /// <param name="charts">References of pushed charts, by repository.</param>
    /// <param name="settings">Further settings of the deployment.</param>
    /// <exception cref="LocalGardenException">The chart that it names was not pushed.</exception>
    public static JsonObject Complete(
        JsonObject manifest, IReadOnlyDictionary<string, string> charts, JsonObject settings)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        ArgumentNullException.ThrowIfNull(settings);
        var completed = manifest.DeepClone().AsObject();
        var deployment = completed["spec"]!["deployment"]!.AsObject();
        PushedCharts.Pin(deployment["helm"]!["ociRepository"]!, charts, Example);
        foreach (var (name, value) in settings)
        {
            deployment[name] = value?.DeepClone();
        }
        return completed;
    }

    /// <summary>Makes the manifest that of another seed: name, networks and ingress are those of its cluster.</summary>
    /// <param name="manifest">The Gardenlet of the first seed, which stays as it is.</param>
    /// <param name="cluster">The seed's.</param>
    /// <param name="kubeconfigSecret">Secret with the way into the cluster; null when the operator needs none.</param>
    public static JsonObject ForSeed(JsonObject manifest, LocalCluster cluster, string? kubeconfigSecret)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        ArgumentNullException.ThrowIfNull(cluster);
        var result = manifest.DeepClone().AsObject();
        result["metadata"]!["name"] = cluster.SeedName;
        if (kubeconfigSecret is not null)
        {
            result["spec"]!["kubeconfigSecretRef"] = new JsonObject { ["name"] = kubeconfigSecret };
        }

        var seed = result["spec"]!["config"]!["seedConfig"]!["spec"]!;
        seed["ingress"]!["domain"] = cluster.IngressDomain;
        seed["networks"]!["nodes"] = cluster.Nodes;
        seed["networks"]!["pods"] = cluster.Pods;
        seed["networks"]!["services"] = cluster.Services;
        return result;
    }

    /// <summary>Refuses a garden whose gardenlet an earlier hortus deployed in another way: its Seed is there, so that nobody would take
    /// it over.</summary>
    /// <exception cref="LocalGardenException">It is such a garden.</exception>
    public static async Task RefuseFormerAsync(
        IKubernetesClient runtime, StateDirectory state, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(runtime);
        ArgumentNullException.ThrowIfNull(state);
        if (await runtime.FindAsync<ManagedResource>(GardenletNames.DeploymentKey, cancellationToken) is not null)
        {
            throw new LocalGardenException(
                $"the garden in {state.Root} is of an older hortus, whose gardenlet cannot be taken over; "
                + "run `hortus down --delete-state` and start anew, or take another --state-dir");
        }
    }

    // Each writes into its own.
    private static string CacheOf(LocalCluster cluster) =>
        cluster.IsRuntime ? GardenletNames.Deployment : $"{GardenletNames.Deployment}-{cluster.SeedName}";

    // The operator takes Secret and reference away when the Seed is there; giving them again would be another deployment.
    private async Task<string?> KubeconfigSecretAsync(ClusterDirectory cluster, CancellationToken cancellationToken)
    {
        var key = new ObjectKey(GardenerNames.GardenNamespace, $"seed-{cluster.Cluster.SeedName}-kubeconfig");
        var isRegistered = await garden.FindAsync<Seed>(ObjectKey.Cluster(cluster.Cluster.SeedName), cancellationToken) is not null;
        if (isRegistered)
        {
            var gardenlet = await garden.FindAsync<Gardenlet>(
                new ObjectKey(GardenerNames.GardenNamespace, cluster.Cluster.SeedName), cancellationToken);
            return gardenlet?.Spec.KubeconfigSecretRef?.Name;
        }

        var kubeconfig = await File.ReadAllTextAsync(cluster.NodeAdminKubeconfig, cancellationToken);
        var secret = new Secret
        {
            Metadata = new ObjectMeta { Namespace = key.Namespace, Name = key.Name },
            Type = "Opaque",
            Data = new Dictionary<string, byte[]> { [GardenletNames.KubeconfigKey] = Encoding.UTF8.GetBytes(kubeconfig) },
        };
        await garden.ApplyAsync(secret, fieldManager, cancellationToken);
        return key.Name;
    }
}
