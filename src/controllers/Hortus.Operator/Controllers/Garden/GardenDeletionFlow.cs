using Hortus.Client;
using Hortus.Components;
using Hortus.Flow;
using Hortus.Objects;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;

namespace Hortus.Operator;

/// <summary>The steps that take a virtual garden away again, users first, store last.</summary>
public sealed class GardenDeletionFlow(IKubernetesClient runtime, VirtualGardenSecrets secrets, IVirtualGardenAccess access)
{
    private static readonly TimeSpan WaitLimit = TimeSpan.FromMinutes(5);

    /// <summary>The graph.</summary>
    public FlowPlan Build()
    {
        var graph = new FlowGraph("Garden deletion");
        var empty = graph.Add("Checking that no seeds and shoots are left", CheckEmptyAsync);
        var scheduler = AddWorkload<Deployment>(graph, VirtualGardenNames.GardenerScheduler, empty);
        var controllers = AddWorkload<Deployment>(graph, VirtualGardenNames.GardenerControllerManager, empty);
        var kube = AddWorkload<Deployment>(graph, VirtualGardenNames.KubeControllerManager, scheduler, controllers);
        var gardenerApi = AddWorkload<StatefulSet>(graph, VirtualGardenNames.GardenerApiServer, scheduler, controllers);
        var apiServer = AddWorkload<StatefulSet>(graph, VirtualGardenNames.ApiServer, kube, gardenerApi);
        graph.Add(
            "Destroying gardener-apiserver service",
            token => runtime.DeleteAsync<Service>(KeyOf(VirtualGardenNames.GardenerApiServer), null, token),
            gardenerApi);
        var service = graph.Add(
            "Destroying virtual-garden-kube-apiserver service",
            token => runtime.DeleteAsync<Service>(KeyOf(VirtualGardenNames.ApiServer), null, token),
            apiServer);
        graph.Add("Deleting secrets", DeleteSecretsAsync, service);
        return graph.Build();
    }

    private string AddWorkload<T>(FlowGraph graph, string name, params ReadOnlySpan<string> dependsOn) where T : KubernetesObject
    {
        var destroyed = graph.Add(
            $"Destroying {name}",
            token => runtime.DeleteAsync<T>(KeyOf(name), new Client.DeleteOptions { PropagationPolicy = "Foreground" }, token),
            dependsOn);
        return graph.Add(
            new FlowTask(
                $"Waiting until {name} is gone",
                token => runtime.UntilAsync<T>(KeyOf(name), found => found is null, token))
            { Timeout = WaitLimit },
            destroyed);
    }

    // Without this check the seeds' clusters and machines would go on with nobody to manage them. The controllers come
    // after the API server and go before it: without them there were never users, or the check was passed before.
    private async Task CheckEmptyAsync(CancellationToken cancellationToken)
    {
        var controllers = KeyOf(VirtualGardenNames.GardenerControllerManager);
        if (await runtime.FindAsync<Deployment>(controllers, cancellationToken) is not { Metadata.DeletionTimestamp: null })
        {
            return;
        }

        if (await runtime.FindAsync<StatefulSet>(KeyOf(VirtualGardenNames.ApiServer), cancellationToken)
            is not { Status.ReadyReplicas: > 0 })
        {
            throw new InvalidOperationException(
                $"StatefulSet {KeyOf(VirtualGardenNames.ApiServer)} is not ready, so nobody knows whether the garden still has " +
                $"Seeds and Shoots: repair it, or delete Deployment {controllers} to give them up");
        }

        var garden = await access.ConnectAsync(await secrets.EnsureAuthoritiesAsync(cancellationToken), cancellationToken);
        var shoots = await garden.ListAsync<Shoot>(ListOptions.All, cancellationToken);
        var seeds = await garden.ListAsync<Seed>(ListOptions.All, cancellationToken);
        string[] left = [.. shoots.Items.Select(shoot => $"Shoot {shoot.Key}"), .. seeds.Items.Select(seed => $"Seed {seed.Key}")];
        if (left.Length > 0)
        {
            throw new InvalidOperationException($"the garden still has {string.Join(", ", left)}: delete them first");
        }
    }

    private async Task DeleteSecretsAsync(CancellationToken cancellationToken) => await runtime.DeleteCollectionAsync<Secret>(
        new ListOptions
        {
            Namespace = VirtualGardenNames.Namespace,
            LabelSelector = SecretsManager.SelectorOf(VirtualGardenSecrets.Identity),
        },
        cancellationToken);

    private static ObjectKey KeyOf(string name) => new(VirtualGardenNames.Namespace, name);
}
