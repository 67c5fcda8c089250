using Hortus.Client;
using Hortus.Components;
using Hortus.Flow;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;
using Hortus.Pki;
using Hortus.Runtime;

namespace Hortus.Operator;

/// <summary>The steps that make a virtual garden out of a Garden. Later issues add their steps here: backup buckets and DNS
/// records before the API server, extensions and the resource manager around it.</summary>
public sealed class GardenFlow(
    IKubernetesClient runtime, VirtualGardenComponents components, VirtualGardenSecrets secrets, IVirtualGardenAccess access)
{
    private const string FieldManager = "gardener-operator";
    private static readonly TimeSpan WaitLimit = TimeSpan.FromMinutes(5);

    private readonly ComponentDeployer deployer = new(runtime, FieldManager);
    private VirtualGardenAuthorities? authorities;
    private string clusterIP = "";

    private VirtualGardenAuthorities Authorities => authorities ?? throw new InvalidOperationException("no authorities yet");

    /// <summary>The graph.</summary>
    public FlowPlan Build()
    {
        var graph = new FlowGraph("Garden reconciliation");
        var generated = graph.Add("Generating certificate authorities", EnsureAuthoritiesAsync);
        var service = graph.Add("Deploying virtual-garden-kube-apiserver service", DeployServiceAsync);
        var deployed = graph.Add("Deploying virtual-garden-kube-apiserver", DeployApiServerAsync, generated, service);
        var apiServer = graph.Add(Waiting("Waiting until virtual-garden-kube-apiserver is ready", WaitForApiServerAsync), deployed);

        // Gardener's groups have a server of their own. It starts beside the API server that will stand in front of it.
        var gardenerService = graph.Add("Deploying gardener-apiserver service", DeployGardenerServiceAsync);
        var gardenerDeployed = graph.Add("Deploying gardener-apiserver", DeployGardenerApiAsync, generated);
        var registered = graph.Add(
            new FlowTask("Registering gardener-apiserver", RegisterGardenerApiAsync) { Retry = FlowRetry.Default },
            apiServer, gardenerService);
        var gardenerApi = graph.Add(
            Waiting("Waiting until gardener-apiserver is available", WaitForGardenerApiAsync), gardenerDeployed, registered);
        var system = graph.Add(
            new FlowTask("Deploying virtual system resources", DeploySystemResourcesAsync) { Retry = FlowRetry.Default }, apiServer);
        AddController(graph, "virtual-garden-kube-controller-manager", KubeControllerManagerAsync, generated, apiServer);
        AddController(graph, "gardener-controller-manager", GardenerControllerManagerAsync, generated, system, gardenerApi);
        AddController(graph, "gardener-scheduler", GardenerSchedulerAsync, generated, system, gardenerApi);
        return graph.Build();
    }

    private void AddController(
        FlowGraph graph,
        string name,
        Func<CancellationToken, Task<IComponent>> render,
        params ReadOnlySpan<string> dependsOn)
    {
        var deployed = graph.Add(
            $"Deploying {name}", async token => await deployer.DeployAsync(await render(token), token), dependsOn);
        graph.Add(Waiting($"Waiting until {name} is ready", async token => await deployer.WaitAsync(await render(token), token)), deployed);
    }

    private static FlowTask Waiting(string id, Func<CancellationToken, Task> run) => new(id, run) { Timeout = WaitLimit };

    private async Task EnsureAuthoritiesAsync(CancellationToken cancellationToken) =>
        authorities = await secrets.EnsureAuthoritiesAsync(cancellationToken);

    private async Task DeployServiceAsync(CancellationToken cancellationToken)
    {
        await deployer.DeployAsync(components.Service(), cancellationToken);
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
        deployer.DeployAsync(VirtualGardenComponents.GardenerApiService(), cancellationToken);

    private async Task DeployGardenerApiAsync(CancellationToken cancellationToken) =>
        await deployer.DeployAsync(await GardenerApiAsync(cancellationToken), cancellationToken);

    private async Task<IComponent> GardenerApiAsync(CancellationToken cancellationToken)
    {
        var user = CertificateSpec.Client(GardenerApiRegistration.User);
        return components.GardenerApi(
            await secrets.EnsureGardenerApiServerAsync(Authorities, cancellationToken),
            await secrets.EnsureKubeconfigAsync(Authorities, VirtualGardenNames.GardenerApiServer, user, cancellationToken));
    }

    private async Task RegisterGardenerApiAsync(CancellationToken cancellationToken)
    {
        var garden = await access.ConnectAsync(Authorities, cancellationToken);
        var address = await ClusterIPOfAsync(VirtualGardenNames.GardenerApiServer, cancellationToken);
        await new ComponentDeployer(garden, FieldManager).DeployAsync(
            new GardenerApiRegistration(address, Authorities.Gardener.Text("ca.crt")), cancellationToken);
    }

    private async Task WaitForGardenerApiAsync(CancellationToken cancellationToken)
    {
        var garden = await access.ConnectAsync(Authorities, cancellationToken);
        await Task.WhenAll(GardenerApiRegistration.ApiServices.Select(
            key => garden.UntilAsync<APIService>(key, GardenerApiRegistration.IsAvailable, cancellationToken)));
        await deployer.WaitAsync(await GardenerApiAsync(cancellationToken), cancellationToken);
    }

    private async Task DeployApiServerAsync(CancellationToken cancellationToken) =>
        await deployer.DeployAsync(await ApiServerAsync(cancellationToken), cancellationToken);

    private async Task WaitForApiServerAsync(CancellationToken cancellationToken) =>
        await deployer.WaitAsync(await ApiServerAsync(cancellationToken), cancellationToken);

    private async Task<IComponent> ApiServerAsync(CancellationToken cancellationToken)
    {
        var server = await secrets.EnsureServerAsync(Authorities, components.Hosts(clusterIP), cancellationToken);
        var frontProxy = await secrets.EnsureFrontProxyAsync(Authorities, cancellationToken);
        return components.ApiServer(Authorities, server, frontProxy, clusterIP);
    }

    private async Task DeploySystemResourcesAsync(CancellationToken cancellationToken)
    {
        var garden = await access.ConnectAsync(Authorities, cancellationToken);
        await new ComponentDeployer(garden, FieldManager).DeployAsync(new VirtualSystemResources(), cancellationToken);
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
