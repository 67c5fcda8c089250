using Hortus.Flow;

namespace Hortus.Operator;

/// <summary>The steps that make a virtual garden out of a Garden.</summary>
public sealed class GardenFlow(GardenOperation operation)
{
    /// <summary>The graph.</summary>
    public FlowPlan Build()
    {
        var graph = new FlowGraph("Garden reconciliation");
        var (manager, extensions) = new RuntimePart(operation).AddTo(graph);
        var backup = new BackupPart(operation).AddTo(graph, extensions);
        var store = new EtcdPart(operation).AddTo(graph, manager, backup);
        var generated = graph.Add("Generating certificate authorities", EnsureAuthoritiesAsync);
        new GenericKubeconfigPart(operation).AddTo(graph, generated);
        var objects = new ExtensionObjectsPart(operation);
        var before = objects.AddBeforeTo(graph, extensions);
        var servers = new ApiServerPart(operation);
        var (service, apiServer) = servers.AddTo(graph, manager, generated, store, before);
        objects.AddAfterTo(graph, before, apiServer);
        new DnsPart(operation).AddTo(graph, extensions, service);
        var gardenerApi = servers.AddGardenerTo(graph, manager, generated, apiServer, store);
        var controllers = new ControllersPart(operation);
        controllers.AddResourceManagerTo(graph, manager, generated);
        controllers.AddTo(graph, generated, apiServer, gardenerApi);
        return graph.Build();
    }

    private async Task EnsureAuthoritiesAsync(CancellationToken cancellationToken) =>
        operation.Authorities = await operation.Secrets.EnsureAuthoritiesAsync(cancellationToken);
}
