using Hortus.Client;
using Hortus.Development.Swaps;

namespace Hortus.Development;

/// <summary>The components that can be swapped in a running garden. Each is swapped before those after it, which it deploys.</summary>
public static class ComponentSwaps
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<IComponentSwap> Of(IKubernetesClient runtime, IKubernetesClient garden) =>
    [
        new OperatorSwap(runtime),
        new GardenletSwap(garden),
        new ExtensionSwap(
            runtime, "provider-local", "provider-local", ["extension", "values"], ["extension", "runtimeClusterValues"]),
        new ExtensionSwap(runtime, "admission-local", "provider-local", ["admission", "values"]),
        new ManagedDeploymentSwap(runtime, "controller-manager"),
        new ManagedDeploymentSwap(runtime, "scheduler"),
        new ExtensionSwap(runtime, "backup-s3", "backup-s3", ["extension", "values"], ["extension", "runtimeClusterValues"]),
    ];
}
