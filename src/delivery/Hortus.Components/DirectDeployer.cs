using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;

namespace Hortus.Components;

/// <summary>
/// The four verbs without ManagedResources, for what has to be there before a resource manager can work: kinds, the resource
/// manager itself, and what <c>hortus up</c> starts with. Deploying applies server-side, so fields that others own stay; doing
/// it twice changes nothing.
/// </summary>
public sealed class DirectDeployer(IKubernetesClient client, string fieldManager)
{
    /// <summary>Applies all objects of the component, in order.</summary>
    public async Task DeployAsync(IComponent component, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(component);
        foreach (var value in component.Render())
        {
            await client.Dynamic.ApplyAsync(KindOf(value), KubernetesJson.ToNode(value), fieldManager, cancellationToken);
        }
    }

    /// <summary>Completes when every workload of the component has rolled out its latest state.</summary>
    public async Task WaitAsync(IComponent component, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(component);
        foreach (var value in component.Render())
        {
            switch (value)
            {
                case Deployment:
                    await client.UntilAsync<Deployment>(value.Key, WorkloadHealth.IsRolledOut, cancellationToken);
                    break;
                case StatefulSet:
                    await client.UntilAsync<StatefulSet>(value.Key, WorkloadHealth.IsRolledOut, cancellationToken);
                    break;
                case CustomResourceDefinition:
                    await client.UntilAsync<CustomResourceDefinition>(value.Key, WorkloadHealth.IsEstablished, cancellationToken);
                    break;
                default:
                    break;
            }
        }
    }

    /// <summary>Deletes all objects of the component, last first; objects that are gone already are fine.</summary>
    public async Task DestroyAsync(IComponent component, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(component);
        foreach (var value in component.Render().Reverse())
        {
            await client.Dynamic.DeleteAsync(KindOf(value), value.Key, null, cancellationToken);
        }
    }

    /// <summary>Completes when none of the component's workloads is left.</summary>
    public async Task WaitCleanupAsync(IComponent component, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(component);
        foreach (var value in component.Render())
        {
            switch (value)
            {
                case Deployment:
                    await client.UntilAsync<Deployment>(value.Key, found => found is null, cancellationToken);
                    break;
                case StatefulSet:
                    await client.UntilAsync<StatefulSet>(value.Key, found => found is null, cancellationToken);
                    break;
                default:
                    break;
            }
        }
    }

    private static ResourceKind KindOf(KubernetesObject value) => ResourceKind.Find(value.GetType())
        ?? throw new InvalidOperationException($"{value.GetType().Name} has no resource kind");
}
