using Hortus.Objects;

namespace Hortus.Components;

/// <summary>
/// One deployed thing: values in, objects out. Rendering is pure; the four verbs (deploy, wait, destroy, wait for cleanup)
/// are the same for all components and live in the deployer.
/// </summary>
public interface IComponent
{
    /// <summary>Unique in its namespace, for example <c>kube-apiserver</c>: the name of its ManagedResource.</summary>
    string Name { get; }

    /// <summary>Where its objects live.</summary>
    string Namespace { get; }

    /// <summary>All objects, in the order in which they are applied; the same values give the same objects.</summary>
    IReadOnlyList<KubernetesObject> Render();
}
