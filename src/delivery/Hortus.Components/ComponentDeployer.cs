using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener.Resources;
using Hortus.Runtime;

namespace Hortus.Components;

/// <summary>A component's ManagedResource was not ready, or not gone, in time.</summary>
/// <param name="message">Names the ManagedResource and says what is not well.</param>
/// <param name="codes">Classes of the fault for users, from its conditions.</param>
/// <param name="inner">The end of the wait.</param>
public sealed class ManagedResourceWaitException(string message, IReadOnlyList<string> codes, Exception? inner) : Exception(message, inner)
{
    /// <summary>Classes of the fault for users.</summary>
    public IReadOnlyList<string> Codes { get; } = codes;
}

/// <summary>
/// The four verbs of every component: deploy, wait until ready, destroy, wait until gone. A component is one ManagedResource; a
/// resource manager does the rest, again and again. Doing it twice changes nothing.
/// </summary>
/// <param name="client">The cluster with the ManagedResources.</param>
/// <param name="fieldManager">Who writes them.</param>
/// <param name="clock">Limits the waits.</param>
/// <param name="settingsOf">How a component's objects are handed over.</param>
public sealed class ComponentDeployer(
    IKubernetesClient client, string fieldManager, TimeProvider clock, Func<IComponent, ManagedResourceSettings> settingsOf)
{
    /// <summary>Longest wait for a ManagedResource.</summary>
    public static readonly TimeSpan WaitMax = TimeSpan.FromMinutes(5);

    private readonly ManagedResourceWriter writer = new(client, fieldManager);

    /// <summary>Deploys into the cluster of the client, each component beside its objects.</summary>
    public static ComponentDeployer ForSeed(IKubernetesClient client, string fieldManager, TimeProvider clock) => new(
        client, fieldManager, clock, component => ManagedResourceSettings.ForSeed(new ObjectKey(component.Namespace, component.Name)));

    /// <summary>Deploys into another cluster, by the resource manager that stands for it in a namespace.</summary>
    public static ComponentDeployer ForTarget(
        IKubernetesClient client, string fieldManager, TimeProvider clock, string @namespace) => new(
        client,
        fieldManager,
        clock,
        component => ManagedResourceSettings.ForShoot(new ObjectKey(@namespace, component.Name), "gardener", keepObjects: false));

    /// <summary>Writes the component's ManagedResource.</summary>
    /// <exception cref="ArgumentException">An object is incomplete or there twice, or they do not fit into a Secret.</exception>
    public Task DeployAsync(IComponent component, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(component);
        var objects = component.Render().Select(ReferenceAnnotations.Mark);
        return writer.WriteAsync(settingsOf(component), ManifestBundle.Of(objects), cancellationToken);
    }

    /// <summary>Completes when everything that was deployed last is applied, healthy and rolled out.</summary>
    /// <exception cref="ManagedResourceWaitException">It is not after <see cref="WaitMax"/>; the message has the reason.</exception>
    public Task WaitAsync(IComponent component, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(component);
        return FollowAsync(settingsOf(component).Key, ManagedResourceHealth.WaitsFor, cancellationToken);
    }

    /// <summary>Asks for the deletion of a component's ManagedResource and with it of its objects; what is gone already is
    /// fine.</summary>
    public Task DestroyAsync(ObjectKey key, CancellationToken cancellationToken) => writer.DeleteAsync(key, cancellationToken);

    /// <summary>Completes when a component's objects and its ManagedResource are gone.</summary>
    /// <exception cref="ManagedResourceWaitException">They are not after <see cref="WaitMax"/>; the message has the reason.</exception>
    public Task WaitCleanupAsync(ObjectKey key, CancellationToken cancellationToken) =>
        FollowAsync(key, ManagedResourceHealth.WhyStillThere, cancellationToken);

    private async Task FollowAsync(ObjectKey key, Func<ManagedResource?, string?> objection, CancellationToken cancellationToken)
    {
        ManagedResource? last = null;
        using var deadline = new CancellationTokenSource(WaitMax, clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            await client.UntilAsync<ManagedResource>(key, resource => objection(last = resource) is null, both.Token);
        }
        catch (Exception e) when (deadline.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new ManagedResourceWaitException(
                $"waited {WaitMax.TotalSeconds:F0} s for ManagedResource {key}: {objection(last)}", ManagedResourceHealth.CodesOf(last), e);
        }
    }
}
