using Hortus.Components;
using Hortus.Objects;
using Hortus.Objects.Calico;
using Hortus.Objects.Gardener;

namespace Hortus.Local.Bootstrap;

/// <summary>The kinds that the pod network of the runtime cluster asks for, as a network plug-in brings them to any cluster.</summary>
public sealed class NodeNetworkKinds : IComponent
{
    public string Name => "node-network-kinds";

    public string Namespace => GardenerNames.GardenNamespace;

    public IReadOnlyList<KubernetesObject> Render() => [CustomResourceDefinitions.For(typeof(IPPool))];
}
