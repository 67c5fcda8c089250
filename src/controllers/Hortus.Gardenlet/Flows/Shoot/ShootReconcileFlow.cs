using Hortus.Flow;

namespace Hortus.Gardenlet;

/// <summary>Creates a shoot or brings it to its wanted state.</summary>
internal static class ShootReconcileFlow
{
    /// <summary>The tasks for one operation. Each part adds its own tasks and names the tasks of other parts it waits for.</summary>
    public static FlowPlan Build(ShootOperation operation)
    {
        var graph = new FlowGraph("Shoot cluster reconciliation");
        new FoundationPart(operation).AddTo(graph);
        new ApiServerPart(operation).AddTo(graph);
        new ControlPlanePart(operation).AddTo(graph);
        new WorkersPart(operation).AddTo(graph);
        new ExtensionsPart(operation).AddTo(graph);
        new ContainerRuntimesPart(operation).AddTo(graph);
        return graph.Build();
    }
}
