using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener.Core;
using Ext = Hortus.Objects.Gardener.Extensions;

namespace Hortus.Gardenlet;

/// <summary>Tells in the Shoot's status which networks it got.</summary>
internal sealed class ShootNetworkStatus(ShootOperation operation)
{
    /// <summary>Writes the networks of the infrastructure, and those of the spec where it names none.</summary>
    public Task WriteAsync(Ext.Infrastructure infrastructure, CancellationToken cancellationToken)
    {
        var given = infrastructure.Status?.Networking;
        var networks = new NetworkingStatus
        {
            Nodes = given?.Nodes ?? One(operation.Shoot.Spec.Networking?.Nodes),
            Pods = given?.Pods ?? One(operation.Inputs.Pods),
            Services = given?.Services ?? One(operation.Inputs.Services),
            EgressCIDRs = infrastructure.Status?.EgressCIDRs,
        };
        var body = StatusPatches.Of("networking", KubernetesJson.ToNode(networks));
        return operation.Garden.PatchAsync<Shoot>(
            operation.Shoot.Key, Patch.Merge(body) with { Subresource = "status" }, cancellationToken);
    }

    private static IReadOnlyList<string>? One(string? range) => range is null ? null : [range];
}
