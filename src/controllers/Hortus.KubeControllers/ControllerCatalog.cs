using Hortus.KubeControllers.Workloads;

namespace Hortus.KubeControllers;

/// <summary>All controllers by the names that <c>--controllers</c> takes.</summary>
internal static class ControllerCatalog
{
    public static IReadOnlyList<(string Name, Action<ControllerSetup> Add)> All { get; } =
    [
        ("replicaset", ReplicaSetReconciler.Add),
    ];
}
