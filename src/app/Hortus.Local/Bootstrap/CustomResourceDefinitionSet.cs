using Hortus.Components;
using Hortus.Objects;
using Hortus.Objects.Calico;
using Hortus.Objects.Gardener;

namespace Hortus.Local.Bootstrap;

/// <summary>The kinds that operator, gardenlet and extensions watch from their start: a chart would bring them along.</summary>
public sealed record CustomResourceDefinitionSet(string Namespace) : IComponent
{
    public string Name => "operator-crds";

    public IReadOnlyList<KubernetesObject> Render() =>
    [
        .. GardenerKinds.RuntimeCrds.Concat(GardenerKinds.SeedCrds).Append(typeof(IPPool)).Select(CustomResourceDefinitions.For),
    ];
}
