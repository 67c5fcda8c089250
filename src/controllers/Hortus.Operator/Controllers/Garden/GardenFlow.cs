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
        var system = graph.Add(
            new FlowTask("Deploying virtual system resources", DeploySystemResourcesAsync) { Retry = FlowRetry.Default }, apiServer);
        AddController(graph, "virtual-garden-kube-controller-manager", KubeControllerManagerAsync, generated, apiServer);
        AddController(graph, "gardener-controller-manager", GardenerControllerManagerAsync, generated, system);
        AddController(graph, "gardener-scheduler", GardenerSchedulerAsync, generated, system);
        return graph.Build();
    }

    private void AddController(
        FlowGraph graph, string name, Func<CancellationToken, Task<IComponent>> render, string generated, string apiServer)
    {
        // Pods may start before the API server is ready to serve them: they retry, and the image is there sooner.
        var deployed = graph.Add(
            $"Deploying {name}", async token => await deployer.DeployAsync(await render(token), token), generated, apiServer);
        graph.Add(Waiting($"Waiting until {name} is ready", async token => await deployer.WaitAsync(await render(token), token)), deployed);
    }

    private static FlowTask Waiting(string id, Func<CancellationToken, Task> run) => new(id, run) { Timeout = WaitLimit };

    private async Task EnsureAuthoritiesAsync(CancellationToken cancellationToken) =>
        authorities = await secrets.EnsureAuthoritiesAsync(cancellationToken);

    private async Task DeployServiceAsync(CancellationToken cancellationToken)
    {
        await deployer.DeployAsync(components.Service(), cancellationToken);
        var service = await runtime.UntilAsync<Service>(
            new ObjectKey(VirtualGardenNames.Namespace, VirtualGardenNames.ApiServer),
            found => !string.IsNullOrEmpty(found?.Spec.ClusterIP),
            cancellationToken);
        clusterIP = service!.Spec.ClusterIP!;
    }

    private async Task DeployApiServerAsync(CancellationToken cancellationToken) =>
        await deployer.DeployAsync(await ApiServerAsync(cancellationToken), cancellationToken);

    private async Task WaitForApiServerAsync(CancellationToken cancellationToken) =>
        await deployer.WaitAsync(await ApiServerAsync(cancellationToken), cancellationToken);

    private async Task<IComponent> ApiServerAsync(CancellationToken cancellationToken)
    {
        var server = await secrets.EnsureServerAsync(Authorities, components.Hosts(clusterIP), cancellationToken);
        return components.ApiServer(Authorities, server, clusterIP);
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
