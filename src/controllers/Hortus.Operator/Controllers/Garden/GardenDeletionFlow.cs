using Hortus.Client;
using Hortus.Components;
using Hortus.Flow;
using Hortus.Objects;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.Resources;
using Hortus.Objects.Kubernetes;
using Extension = Hortus.Objects.Gardener.Operator.Extension;

namespace Hortus.Operator;

/// <summary>The steps that take a virtual garden away again, users first, store last, and what applies everything at the very
/// end.</summary>
public sealed class GardenDeletionFlow(GardenOperation operation)
{
    private static readonly TimeSpan ExtensionsMax = TimeSpan.FromSeconds(30);

    private static readonly ObjectKey Controllers = KeyOf(VirtualGardenNames.GardenerControllerManager);

    private readonly IKubernetesClient runtime = operation.Runtime;
    private readonly GardenDeployers deployers = operation.Deployers;

    /// <summary>The graph.</summary>
    public FlowPlan Build()
    {
        var graph = new FlowGraph("Garden deletion");
        var empty = graph.Add("Checking that no seeds and shoots are left", CheckEmptyAsync);
        var left = graph.Add("Waiting until extensions have left the virtual garden", WaitUntilExtensionsLeftAsync, empty);
        var objects = new ExtensionObjectsPart(operation);
        var before = objects.AddRemovalBeforeTo(graph, empty);
        var scheduler = AddComponent(graph, VirtualGardenNames.GardenerScheduler, left, before);
        var controllers = AddComponent(graph, VirtualGardenNames.GardenerControllerManager, left, before);
        var registration = AddComponent(graph, GardenerApiRegistration.ComponentName, scheduler, controllers);
        var system = AddComponent(graph, VirtualSystemResources.ComponentName, scheduler, controllers);
        var gardenerApi = AddComponent(graph, VirtualGardenNames.GardenerApiServer, registration);
        var kube = AddComponent(graph, VirtualGardenNames.KubeControllerManager, registration, system);
        var manager = AddComponent(graph, VirtualGardenNames.ResourceManager, registration, system);
        var apiServer = AddComponent(graph, VirtualGardenNames.ApiServer, kube, gardenerApi, manager);
        var gardenerService = AddComponent(graph, VirtualGardenNames.GardenerApiServer + "-service", gardenerApi);
        var service = AddComponent(graph, VirtualGardenNames.ApiServer + "-service", apiServer);
        var etcd = AddComponent(graph, VirtualGardenNames.Etcd, apiServer, gardenerApi);
        var priorities = AddComponent(graph, GardenPriorities.ComponentName, apiServer, gardenerApi);
        var cleared = graph.Add("Deleting secrets", DeleteSecretsAsync, service, etcd);
        var records = new DnsPart(operation).AddRemovalTo(graph, service);
        var backup = new BackupPart(operation).AddRemovalTo(graph, service, etcd);
        var others = objects.AddRemovalTo(graph, service);
        graph.Add(
            new FlowTask($"Destroying {ResourceManagerValues.NameDefault}", DestroyResourceManagerAsync)
            {
                Timeout = ComponentDeployer.WaitMax,
            },
            cleared, gardenerService, records, backup, others, priorities);
        return graph.Build();
    }

    private string AddComponent(FlowGraph graph, string name, params ReadOnlySpan<string> dependsOn)
    {
        var destroyed = graph.Add($"Destroying {name}", token => deployers.Runtime.DestroyAsync(KeyOf(name), token), dependsOn);
        return graph.Add(
            $"Waiting until {name} is gone", token => deployers.Runtime.WaitCleanupAsync(KeyOf(name), token), destroyed);
    }

    // Registrations are objects of the garden's API: its servers, and the controllers that hold them, go after them.
    private async Task WaitUntilExtensionsLeftAsync(CancellationToken cancellationToken)
    {
        if (await HasControllersAsync(cancellationToken))
        {
            var extensions = await runtime.ListAsync<Extension>(ListOptions.All, cancellationToken);
            await Task.WhenAll(extensions.Items
                .SelectMany(item => new[] { ExtensionNames.Registration(item.Key.Name), ExtensionNames.AdmissionVirtual(item.Key.Name) })
                .Select(key => deployers.Virtual.WaitCleanupAsync(key, cancellationToken)));
        }
    }

    // Without objects of the garden nothing requires the extensions in the runtime cluster any more. Those that serve something else
    // stay, and so does the resource manager.
    private async Task WaitUntilExtensionsLeftRuntimeAsync(CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(ExtensionsMax, operation.Clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        var extensions = await runtime.ListAsync<Extension>(ListOptions.All, cancellationToken);
        var keys = extensions.Items
            .SelectMany(item => new[] { ExtensionNames.Runtime(item.Key.Name), ExtensionNames.AdmissionRuntime(item.Key.Name) });
        await Task.WhenAll(keys.Select(key => deployers.Runtime.WaitCleanupAsync(key, both.Token)))
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
    }

    // Others may have ManagedResources of the same class, and only this resource manager can delete them.
    private async Task DestroyResourceManagerAsync(CancellationToken cancellationToken)
    {
        await WaitUntilExtensionsLeftRuntimeAsync(cancellationToken);
        var left = await runtime.ListAsync<ManagedResource>(ListOptions.All, cancellationToken);
        if (left.Items.Any(resource => resource.Spec.Class == ManagedResourceSettings.SeedClass))
        {
            return;
        }

        var manager = operation.Components.RuntimeResourceManager();
        await deployers.Direct.DestroyAsync(manager, cancellationToken);
        await deployers.Direct.WaitCleanupAsync(manager, cancellationToken);
    }

    private async Task<bool> HasControllersAsync(CancellationToken cancellationToken) =>
        await runtime.FindAsync<ManagedResource>(Controllers, cancellationToken) is { Metadata.DeletionTimestamp: null };

    // Without this check the seeds' clusters and machines would go on with nobody to manage them. The controllers come
    // after the API server and go before it: without them there were never users, or the check was passed before.
    private async Task CheckEmptyAsync(CancellationToken cancellationToken)
    {
        if (!await HasControllersAsync(cancellationToken))
        {
            return;
        }

        if (await runtime.FindAsync<StatefulSet>(KeyOf(VirtualGardenNames.ApiServer), cancellationToken)
            is not { Status.ReadyReplicas: > 0 })
        {
            throw new InvalidOperationException(
                $"StatefulSet {KeyOf(VirtualGardenNames.ApiServer)} is not ready, so nobody knows whether the garden still has " +
                $"Seeds and Shoots: repair it, or delete ManagedResource {Controllers} to give them up");
        }

        var authorities = await operation.Secrets.EnsureAuthoritiesAsync(cancellationToken);
        var garden = await operation.Access.ConnectAsync(authorities, cancellationToken);
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
