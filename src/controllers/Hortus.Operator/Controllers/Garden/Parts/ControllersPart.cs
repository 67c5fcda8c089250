using Hortus.Components;
using Hortus.Flow;
using Hortus.Pki;
using Hortus.Runtime;

namespace Hortus.Operator;

/// <summary>What works on the objects of the virtual garden, and what they all need in it.</summary>
internal sealed class ControllersPart(GardenOperation operation)
{
    /// <summary>Adds the resource manager of the virtual garden, which starts beside the API server that it will talk to.</summary>
    public void AddResourceManagerTo(FlowGraph graph, string manager, string generated) => AddController(
        graph,
        VirtualGardenNames.ResourceManager,
        CertificateSpec.Client("gardener.cloud:system:gardener-resource-manager", "system:masters"),
        operation.Components.VirtualResourceManager,
        generated, manager);

    /// <summary>Adds the controllers.</summary>
    /// <param name="graph">The flow.</param>
    /// <param name="generated">The authorities are there.</param>
    /// <param name="apiServer">The API server is ready.</param>
    /// <param name="gardenerApi">Gardener's groups are served.</param>
    public void AddTo(FlowGraph graph, string generated, string apiServer, string gardenerApi)
    {
        var system = graph.Add("Deploying virtual system resources", DeploySystemResourcesAsync, apiServer);
        AddController(
            graph,
            VirtualGardenNames.KubeControllerManager,
            CertificateSpec.Client("system:kube-controller-manager", "system:masters"),
            kubeconfig => operation.Components.KubeControllerManager(operation.Authorities, kubeconfig),
            generated, apiServer);
        AddController(
            graph,
            VirtualGardenNames.GardenerControllerManager,
            CertificateSpec.Client(VirtualSystemResources.ControllerManagerUser),
            operation.Components.GardenerControllerManager,
            generated, system, gardenerApi);
        AddController(
            graph,
            VirtualGardenNames.GardenerScheduler,
            CertificateSpec.Client(VirtualSystemResources.SchedulerUser),
            operation.Components.GardenerScheduler,
            generated, system, gardenerApi);
    }

    private void AddController(
        FlowGraph graph,
        string name,
        CertificateSpec user,
        Func<ManagedSecret, IComponent> render,
        params ReadOnlySpan<string> dependsOn)
    {
        async Task<IComponent> RenderAsync(CancellationToken cancellationToken) => render(
            await operation.Secrets.EnsureKubeconfigAsync(operation.Authorities, name, user, cancellationToken));
        var runtime = operation.Deployers.Runtime;
        var deployed = graph.Add($"Deploying {name}", async token => await runtime.DeployAsync(await RenderAsync(token), token), dependsOn);
        graph.Add(
            $"Waiting until {name} is ready", async token => await runtime.WaitAsync(await RenderAsync(token), token), deployed);
    }

    private async Task DeploySystemResourcesAsync(CancellationToken cancellationToken)
    {
        var system = new VirtualSystemResources(BuildVersion.Current);
        await operation.Deployers.Virtual.DeployAsync(system, cancellationToken);
        await operation.Deployers.Virtual.WaitAsync(system, cancellationToken);
    }
}
