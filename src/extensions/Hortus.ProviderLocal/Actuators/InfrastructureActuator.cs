using Hortus.Client;
using Hortus.Extensions;
using Hortus.Objects;
using Hortus.Objects.Calico;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Extensions;

namespace Hortus.ProviderLocal.Actuators;

/// <summary>A local shoot's infrastructure is the address range of its machine pods.</summary>
internal sealed class InfrastructureActuator(IKubernetesClient client) : IActuator<Infrastructure>
{
    /// <summary>Name of the range from which a shoot's machines get their addresses.</summary>
    public static string PoolName(string technicalId) => $"shoot-machine-pods-{technicalId}-ipv4";

    public async Task<DefaultStatus?> ReconcileAsync(ActuatorRequest<Infrastructure> request, CancellationToken cancellationToken)
    {
        var networking = request.Cluster?.Shoot?.Spec.Networking;
        if (networking?.Nodes is not { Length: > 0 } nodes)
        {
            throw new ExtensionException(
                "spec.networking.nodes of the Shoot is needed: local machines take their addresses from it",
                [ErrorCode.ConfigurationProblem]);
        }

        await client.ApplyAsync(Pool(request.Object.Metadata.Namespace!, nodes), ProviderLocalComponent.Name, cancellationToken);
        return (InfrastructureStatus)request.Object.ExtensionStatus with
        {
            NodesCIDR = nodes,
            EgressCIDRs = [nodes],
            Networking = new InfrastructureStatusNetworking
            {
                Nodes = [nodes],
                Pods = networking.Pods is { } pods ? [pods] : null,
                Services = networking.Services is { } services ? [services] : null,
            },
        };
    }

    public Task DeleteAsync(ActuatorRequest<Infrastructure> request, CancellationToken cancellationToken) =>
        client.DeleteAsync<IPPool>(ObjectKey.Cluster(PoolName(request.Object.Metadata.Namespace!)), null, cancellationToken);

    // No node takes from the pool by itself: only pods whose annotation names it.
    private static IPPool Pool(string technicalId, string cidr) => new()
    {
        Metadata = new ObjectMeta { Name = PoolName(technicalId) },
        Spec = new IPPoolSpec { Cidr = cidr, IpipMode = "Always", NatOutgoing = true, NodeSelector = "!all()" },
    };
}
