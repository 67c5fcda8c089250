using Hortus.Components;
using Hortus.Flow;

namespace Hortus.Operator;

/// <summary>The etcd of both API servers, in a Garden that asks for it.</summary>
internal sealed class EtcdPart(GardenOperation operation)
{
    private ComponentDeployer Deployer => operation.Deployers.Runtime;

    /// <summary>Adds the steps that make it.</summary>
    /// <returns>The servers may use it; at once in a Garden whose servers have stores of their own.</returns>
    /// <param name="graph">The flow.</param>
    /// <param name="manager">The resource manager is there.</param>
    /// <param name="backup">The bucket for snapshots is there.</param>
    public string AddTo(FlowGraph graph, string manager, string backup)
    {
        bool None() => !GardenStore.IsEtcd(operation.Garden);
        var deployed = graph.Add(
            new FlowTask($"Deploying {VirtualGardenNames.Etcd}", async token => await Deployer.DeployAsync(await EtcdAsync(token), token))
            { SkipIf = None },
            manager, backup);
        return graph.Add(
            new FlowTask(
                $"Waiting until {VirtualGardenNames.Etcd} is ready",
                async token => await Deployer.WaitAsync(await EtcdAsync(token), token))
            { SkipIf = None, Timeout = ComponentDeployer.WaitMax },
            deployed);
    }

    private async Task<IComponent> EtcdAsync(CancellationToken cancellationToken) => operation.Components.EtcdMain(
        await operation.Secrets.EnsureEtcdAsync(cancellationToken),
        await BackupPart.SnapshotsAsync(operation, cancellationToken));
}
