using Hortus.Components;
using Hortus.Objects;
using Hortus.Objects.Gardener;

namespace Hortus.Local.Bootstrap;

/// <summary>The kinds that the operator needs before it starts: a chart would bring them along.</summary>
public sealed record CustomResourceDefinitionSet(string Namespace) : IComponent
{
    public string Name => "operator-crds";

    public IReadOnlyList<KubernetesObject> Render() => [.. GardenerKinds.RuntimeCrds.Select(CustomResourceDefinitions.For)];
}
