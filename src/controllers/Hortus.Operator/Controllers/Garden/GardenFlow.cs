using Hortus.Client;
using Hortus.Components;
using Hortus.Flow;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;
using Hortus.Pki;
using Hortus.Runtime;

namespace Hortus.Operator;

/// <summary>The steps that make a virtual garden out of a Garden. Later issues add their steps here: backup buckets and DNS
/// records before the API server, and extensions around it.</summary>
public sealed class GardenFlow(
    IKubernetesClient runtime,
    VirtualGardenComponents components,
    VirtualGardenSecrets secrets,
    IVirtualGardenAccess access,
    TimeProvider clock)
{
    private static readonly TimeSpan WaitLimit = TimeSpan.FromMinutes(5);

    private readonly GardenDeployers deployers = new(runtime, clock);
    private VirtualGardenAuthorities? authorities;
    private string clusterIP = "";

    private VirtualGardenAuthorities Authorities => authorities ?? throw new InvalidOperationException("no authorities yet");

    /// <summary>The graph.</summary>
    public FlowPlan Build()
    {
        var graph = new FlowGraph("Garden reconciliation");
        var manager = AddResourceManager(graph);
        var generated = graph.Add("Generating certificate authorities", EnsureAuthoritiesAsync);
        var service = graph.Add("Deploying virtual-garden-kube-apiserver service", DeployServiceAsync, manager);
        var deployed = graph.Add("Deploying virtual-garden-kube-apiserver", DeployApiServerAsync, generated, service);
        var apiServer = graph.Add("Waiting until virtual-garden-kube-apiserver is ready", WaitForApiServerAsync, deployed);

        // They start beside the API server that they will talk to, or that will stand in front of them.
        var gardenerService = graph.Add("Deploying gardener-apiserver service", DeployGardenerServiceAsync, manager);
        var gardenerDeployed = graph.Add("Deploying gardener-apiserver", DeployGardenerApiAsync, generated, manager);
        AddController(graph, VirtualGardenNames.ResourceManager, VirtualResourceManagerAsync, generated, manager);

        var registered = graph.Add("Registering gardener-apiserver", RegisterGardenerApiAsync, apiServer, gardenerService);
        var gardenerApi = graph.Add(
            new FlowTask("Waiting until gardener-apiserver is available", WaitForGardenerApiAsync) { Timeout = WaitLimit },
            gardenerDeployed, registered);
        var system = graph.Add("Deploying virtual system resources", DeploySystemResourcesAsync, apiServer);
        AddController(graph, "virtual-garden-kube-controller-manager", KubeControllerManagerAsync, generated, apiServer);
        AddController(graph, "gardener-controller-manager", GardenerControllerManagerAsync, generated, system, gardenerApi);
        AddController(graph, "gardener-scheduler", GardenerSchedulerAsync, generated, system, gardenerApi);
        return graph.Build();
    }

    // What is deployed after it waits for it anyhow; the wait is for the Garden's progress and for the reason if it does not come.
    private string AddResourceManager(FlowGraph graph)
    {
        var manager = components.RuntimeResourceManager();
        var deployed = graph.Add($"Deploying {manager.Name}", token => deployers.Direct.DeployAsync(manager, token));
        graph.Add(
            new FlowTask($"Waiting until {manager.Name} is ready", token => deployers.Direct.WaitAsync(manager, token))
            { Timeout = WaitLimit },
            deployed);
        return deployed;
    }

    private void AddController(
        FlowGraph graph,
        string name,
        Func<CancellationToken, Task<IComponent>> render,
        params ReadOnlySpan<string> dependsOn)
    {
        var deployed = graph.Add(
            $"Deploying {name}", async token => await deployers.Runtime.DeployAsync(await render(token), token), dependsOn);
        graph.Add(
            $"Waiting until {name} is ready", async token => await deployers.Runtime.WaitAsync(await render(token), token), deployed);
    }

    private async Task EnsureAuthoritiesAsync(CancellationToken cancellationToken) =>
        authorities = await secrets.EnsureAuthoritiesAsync(cancellationToken);

    private async Task DeployServiceAsync(CancellationToken cancellationToken)
    {
        await deployers.Runtime.DeployAsync(components.Service(), cancellationToken);
        clusterIP = await ClusterIPOfAsync(VirtualGardenNames.ApiServer, cancellationToken);
    }

    private async Task<string> ClusterIPOfAsync(string name, CancellationToken cancellationToken)
    {
        var service = await runtime.UntilAsync<Service>(
            new ObjectKey(VirtualGardenNames.Namespace, name),
            found => !string.IsNullOrEmpty(found?.Spec.ClusterIP),
            cancellationToken);
        return service!.Spec.ClusterIP!;
    }

    private Task DeployGardenerServiceAsync(CancellationToken cancellationToken) =>
        deployers.Runtime.DeployAsync(VirtualGardenComponents.GardenerApiService(), cancellationToken);

    private async Task DeployGardenerApiAsync(CancellationToken cancellationToken) =>
        await deployers.Runtime.DeployAsync(await GardenerApiAsync(cancellationToken), cancellationToken);

    private async Task<IComponent> GardenerApiAsync(CancellationToken cancellationToken)
    {
        var user = CertificateSpec.Client(GardenerApiRegistration.User);
        return components.GardenerApi(
            await secrets.EnsureGardenerApiServerAsync(Authorities, cancellationToken),
            await secrets.EnsureKubeconfigAsync(Authorities, VirtualGardenNames.GardenerApiServer, user, cancellationToken));
    }

    private async Task RegisterGardenerApiAsync(CancellationToken cancellationToken)
    {
        var address = await ClusterIPOfAsync(VirtualGardenNames.GardenerApiServer, cancellationToken);
        var registration = new GardenerApiRegistration(address, Authorities.Gardener.Text("ca.crt"));
        await deployers.Virtual.DeployAsync(registration, cancellationToken);
        await deployers.Virtual.WaitAsync(registration, cancellationToken);
    }

    private async Task WaitForGardenerApiAsync(CancellationToken cancellationToken)
    {
        var garden = await access.ConnectAsync(Authorities, cancellationToken);
        await Task.WhenAll(GardenerApiRegistration.ApiServices.Select(
            key => garden.UntilAsync<APIService>(key, GardenerApiRegistration.IsAvailable, cancellationToken)));
        await deployers.Runtime.WaitAsync(await GardenerApiAsync(cancellationToken), cancellationToken);
    }

    private async Task DeployApiServerAsync(CancellationToken cancellationToken) =>
        await deployers.Runtime.DeployAsync(await ApiServerAsync(cancellationToken), cancellationToken);

    private async Task WaitForApiServerAsync(CancellationToken cancellationToken) =>
        await deployers.Runtime.WaitAsync(await ApiServerAsync(cancellationToken), cancellationToken);

    private async Task<IComponent> ApiServerAsync(CancellationToken cancellationToken)
    {
        var server = await secrets.EnsureServerAsync(Authorities, components.Hosts(clusterIP), cancellationToken);
        var frontProxy = await secrets.EnsureFrontProxyAsync(Authorities, cancellationToken);
        return components.ApiServer(Authorities, server, frontProxy, clusterIP);
    }

    private async Task DeploySystemResourcesAsync(CancellationToken cancellationToken)
    {
        var system = new VirtualSystemResources();
        await deployers.Virtual.DeployAsync(system, cancellationToken);
        await deployers.Virtual.WaitAsync(system, cancellationToken);
    }

    private async Task<IComponent> VirtualResourceManagerAsync(CancellationToken cancellationToken)
    {
        var user = CertificateSpec.Client("gardener.cloud:system:gardener-resource-manager", "system:masters");
        return components.VirtualResourceManager(await secrets.EnsureKubeconfigAsync(
            Authorities, VirtualGardenNames.ResourceManager, user, cancellationToken));
    }

    private async Task<IComponent> KubeControllerManagerAsync(CancellationToken cancellationToken)
    {
        var user = CertificateSpec.Client("system:kube-controller-manager", "system:masters");
        var kubeconfig = await secrets.EnsureKubeconfigAsync(
            Authorities, VirtualGardenNames.KubeControllerManager, user, cancellationToken);
        return components.KubeControllerManager(Authorities, kubeconfig);
    }

    private async Task<IComponent> GardenerControllerManagerAsync(CancellationToken cancellationToken)
    {
        var user = CertificateSpec.Client(VirtualSystemResources.ControllerManagerUser);
        return components.GardenerControllerManager(await secrets.EnsureKubeconfigAsync(
            Authorities, VirtualGardenNames.GardenerControllerManager, user, cancellationToken));
    }

    private async Task<IComponent> GardenerSchedulerAsync(CancellationToken cancellationToken)
    {
        var user = CertificateSpec.Client(VirtualSystemResources.SchedulerUser);
        return components.GardenerScheduler(await secrets.EnsureKubeconfigAsync(
            Authorities, VirtualGardenNames.GardenerScheduler, user, cancellationToken));
    }
}
