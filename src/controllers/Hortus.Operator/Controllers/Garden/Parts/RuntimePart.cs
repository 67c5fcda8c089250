using Hortus.Components;
using Hortus.Flow;

namespace Hortus.Operator;

/// <summary>What has to run in the runtime cluster before anything of the garden can be made.</summary>
internal sealed class RuntimePart(GardenOperation operation)
{
    /// <summary>Adds the steps.</summary>
    /// <returns>The resource manager is there, and the extensions that the garden needs are ready.</returns>
    public (string Manager, string Extensions) AddTo(FlowGraph graph)
    {
        var manager = AddResourceManager(graph);
        var priorities = graph.Add(
            "Deploying priority classes", token => operation.Deployers.Runtime.DeployAsync(new GardenPriorities(), token), manager);
        var required = new RequiredExtensionsWait(operation.Runtime, operation.Clock);
        var extensions = graph.Add(
            "Waiting until required extensions are ready", token => required.WaitAsync(operation.Garden, token), priorities);
        return (manager, extensions);
    }

    // What is deployed after it waits for it anyhow; the wait is for the Garden's progress and for the reason if it does not come.
    private string AddResourceManager(FlowGraph graph)
    {
        var deployers = operation.Deployers;
        var manager = operation.Components.RuntimeResourceManager();
        var deployed = graph.Add($"Deploying {manager.Name}", token => deployers.Direct.DeployAsync(manager, token));
        graph.Add(
            new FlowTask($"Waiting until {manager.Name} is ready", token => deployers.Direct.WaitAsync(manager, token))
            { Timeout = ComponentDeployer.WaitMax },
            deployed);
        return deployed;
    }
}
