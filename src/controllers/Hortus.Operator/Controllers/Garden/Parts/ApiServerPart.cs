using Hortus.Components;
using Hortus.Flow;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Kubernetes;
using Hortus.Pki;
using Hortus.Runtime;

namespace Hortus.Operator;

/// <summary>The two API servers of the virtual garden.</summary>
internal sealed class ApiServerPart(GardenOperation operation)
{
    private GardenDeployers Deployers => operation.Deployers;

    private VirtualGardenComponents Components => operation.Components;

    /// <summary>Adds the steps of the API server.</summary>
    /// <returns>Its Service has an address; the server is ready.</returns>
    /// <param name="graph">The flow.</param>
    /// <param name="manager">The resource manager is there.</param>
    /// <param name="generated">The authorities are there.</param>
    /// <param name="store">The store may begin.</param>
    /// <param name="extensions">What extensions do before it is done.</param>
    public (string Service, string Ready) AddTo(FlowGraph graph, string manager, string generated, string store, string extensions)
    {
        var service = graph.Add("Deploying virtual-garden-kube-apiserver service", DeployServiceAsync, manager);
        var deployed = graph.Add("Deploying virtual-garden-kube-apiserver", DeployAsync, generated, service, store, extensions);
        var ready = graph.Add("Waiting until virtual-garden-kube-apiserver is ready", WaitAsync, deployed);
        return (service, ready);
    }

    /// <summary>Adds the steps of the server of Gardener's groups, which starts beside the one that will stand in front of it.</summary>
    /// <returns>It is available.</returns>
    public string AddGardenerTo(FlowGraph graph, string manager, string generated, string apiServer, string store)
    {
        var service = graph.Add("Deploying gardener-apiserver service", DeployGardenerServiceAsync, manager);
        var deployed = graph.Add("Deploying gardener-apiserver", DeployGardenerAsync, generated, manager, store);
        var registered = graph.Add("Registering gardener-apiserver", RegisterGardenerAsync, apiServer, service);
        return graph.Add(
            new FlowTask("Waiting until gardener-apiserver is available", WaitForGardenerAsync) { Timeout = ComponentDeployer.WaitMax },
            deployed, registered);
    }

    private async Task DeployServiceAsync(CancellationToken cancellationToken)
    {
        await Deployers.Runtime.DeployAsync(Components.Service(), cancellationToken);
        operation.ClusterIP = await ClusterIPOfAsync(VirtualGardenNames.ApiServer, cancellationToken);
    }

    private async Task<string> ClusterIPOfAsync(string name, CancellationToken cancellationToken)
    {
        var service = await operation.Runtime.UntilAsync<Service>(
            new ObjectKey(VirtualGardenNames.Namespace, name),
            found => !string.IsNullOrEmpty(found?.Spec.ClusterIP),
            cancellationToken);
        return service!.Spec.ClusterIP!;
    }

    private async Task DeployAsync(CancellationToken cancellationToken) =>
        await Deployers.Runtime.DeployAsync(await ServerAsync(cancellationToken), cancellationToken);

    private async Task WaitAsync(CancellationToken cancellationToken) =>
        await Deployers.Runtime.WaitAsync(await ServerAsync(cancellationToken), cancellationToken);

    private async Task<IComponent> ServerAsync(CancellationToken cancellationToken)
    {
        var hosts = Components.Hosts(operation.ClusterIP);
        var shown = new ApiServerSecrets(
            await operation.Secrets.EnsureServerAsync(operation.Authorities, hosts, cancellationToken),
            await operation.Secrets.EnsureFrontProxyAsync(operation.Authorities, cancellationToken),
            await operation.Secrets.EnsureSeedReviewAsync(operation.Authorities, cancellationToken));
        var store = await StoreAsync(Components.ApiServerStore, cancellationToken);
        return Components.ApiServer(operation.Authorities, shown, operation.ClusterIP, store);
    }

    private async Task<ServerStore> StoreAsync(Func<StoreSnapshots?, ServerStore> ownStore, CancellationToken cancellationToken) =>
        GardenStore.IsEtcd(operation.Garden)
            ? VirtualGardenComponents.StoreOn(await operation.Secrets.EnsureEtcdAsync(cancellationToken))
            : ownStore(await BackupPart.SnapshotsAsync(operation, cancellationToken));

    private Task DeployGardenerServiceAsync(CancellationToken cancellationToken) =>
        Deployers.Runtime.DeployAsync(VirtualGardenComponents.GardenerApiService(), cancellationToken);

    private async Task DeployGardenerAsync(CancellationToken cancellationToken) =>
        await Deployers.Runtime.DeployAsync(await GardenerAsync(cancellationToken), cancellationToken);

    private async Task<IComponent> GardenerAsync(CancellationToken cancellationToken)
    {
        var authorities = operation.Authorities;
        var user = CertificateSpec.Client(GardenerApiRegistration.User);
        return Components.GardenerApi(
            await operation.Secrets.EnsureGardenerApiServerAsync(authorities, cancellationToken),
            await operation.Secrets.EnsureKubeconfigAsync(authorities, VirtualGardenNames.GardenerApiServer, user, cancellationToken),
            await StoreAsync(VirtualGardenComponents.GardenerApiStore, cancellationToken));
    }

    private async Task RegisterGardenerAsync(CancellationToken cancellationToken)
    {
        var address = await ClusterIPOfAsync(VirtualGardenNames.GardenerApiServer, cancellationToken);
        var registration = new GardenerApiRegistration(address, operation.Authorities.Gardener.Text("ca.crt"));
        await Deployers.Virtual.DeployAsync(registration, cancellationToken);
        await Deployers.Virtual.WaitAsync(registration, cancellationToken);
    }

    private async Task WaitForGardenerAsync(CancellationToken cancellationToken)
    {
        var garden = await operation.Access.ConnectAsync(operation.Authorities, cancellationToken);
        await Task.WhenAll(GardenerApiRegistration.ApiServices.Select(
            key => garden.UntilAsync<APIService>(key, GardenerApiRegistration.IsAvailable, cancellationToken)));
        await Deployers.Runtime.WaitAsync(await GardenerAsync(cancellationToken), cancellationToken);
    }
}
