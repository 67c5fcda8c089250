using System.Collections.Concurrent;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.Rules;
using Extension = Hortus.Objects.Gardener.Extensions.Extension;

namespace Hortus.Extensions;

/// <summary>The objects of kind Extension of one cluster: asks for each when its turn comes, waits, and takes away what the cluster
/// does not want any more. Turns are those of <see cref="LifecycleStrategies"/>; null means all at once.</summary>
/// <param name="client">The cluster in which the objects are.</param>
/// <param name="waiter">Writes them and waits for them.</param>
/// <param name="place">Where they are.</param>
/// <param name="wanted">What the cluster wants.</param>
/// <param name="offers">Everything that is offered, by type: says when an object goes that is not wanted any more.</param>
public sealed class ExtensionObjects(
    IKubernetesClient client,
    ExtensionWaiter waiter,
    ExtensionPlace place,
    IReadOnlyList<EnabledExtension> wanted,
    IReadOnlyDictionary<string, ControllerResource> offers)
{
    private readonly ConcurrentDictionary<string, Extension> written = new(StringComparer.Ordinal);

    /// <summary>Whether there is anything to do at a turn of a reconciliation.</summary>
    public bool Has(string? turn) => At(turn).Any();

    /// <summary>Writes the objects of a turn and asks for their reconciliation.</summary>
    public Task DeployAsync(string? turn, CancellationToken cancellationToken) => EachAsync(At(turn), async extension =>
        written[extension.Type] = await waiter.DeployAsync(
            place.ObjectOf(extension), GardenerOperations.Reconcile, cancellationToken));

    /// <summary>Completes when the objects of a turn that were written before have been reconciled.</summary>
    /// <exception cref="ExtensionException">One or more were not, in the time that their offer gives them; each is named.</exception>
    public Task WaitAsync(string? turn, CancellationToken cancellationToken) => EachAsync(
        At(turn).Where(extension => written.ContainsKey(extension.Type)),
        extension => waiter.WaitAsync(written[extension.Type], TimesOf(extension.Type), cancellationToken));

    /// <summary>Asks for the deletion of all objects whose turn it is, also of those that are not wanted any more.</summary>
    public async Task DestroyAsync(string? turn, CancellationToken cancellationToken) =>
        await DestroyAsync(await FindAsync(found => IsToGoAt(turn, found), cancellationToken), cancellationToken);

    /// <summary>Completes when the objects of a turn are gone.</summary>
    /// <exception cref="ExtensionException">One or more are still there; each is named.</exception>
    public async Task WaitGoneAsync(string? turn, CancellationToken cancellationToken) =>
        await WaitGoneAsync(await FindAsync(found => IsToGoAt(turn, found), cancellationToken), cancellationToken);

    /// <summary>Takes away what is not wanted any more, and completes when it is gone.</summary>
    /// <exception cref="ExtensionException">One or more are still there; each is named.</exception>
    public async Task DestroyStaleAsync(CancellationToken cancellationToken)
    {
        var names = wanted.Select(extension => place.ObjectOf(extension).Key).ToHashSet();
        var stale = await FindAsync(found => !names.Contains(found.Key), cancellationToken);
        await DestroyAsync(stale, cancellationToken);
        await WaitGoneAsync(stale, cancellationToken);
    }

    private static string TurnOf(string? given, string none) => string.IsNullOrEmpty(given) ? none : given;

    private static async Task EachAsync<T>(IEnumerable<T> items, Func<T, Task> act)
    {
        var all = items.Select(act).ToArray();
        await Task.WhenAll(all).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        ExtensionException[] faults = [.. all.SelectMany(task => task.Exception?.InnerExceptions ?? []).OfType<ExtensionException>()];
        if (faults.Length > 1)
        {
            throw new ExtensionException(
                string.Join("; ", faults.Select(fault => fault.Message)),
                [.. faults.SelectMany(fault => fault.Codes).Distinct()],
                new AggregateException(faults));
        }

        await Task.WhenAll(all);
    }

    private IEnumerable<EnabledExtension> At(string? turn) => wanted.Where(extension => turn is null
        || TurnOf(extension.Offer?.Lifecycle?.Reconcile, LifecycleStrategies.AfterKubeAPIServer) == turn);

    private bool IsToGoAt(string? turn, Extension found) => turn is null
        || TurnOf(offers.GetValueOrDefault(found.Spec.Type)?.Lifecycle?.Delete, LifecycleStrategies.BeforeKubeAPIServer) == turn;

    private ExtensionWaitTimes TimesOf(string type) => ExtensionWaitTimes.Standard with
    {
        Timeout = offers.GetValueOrDefault(type)?.ReconcileTimeout is { } text && Duration.TryParse(text, out var timeout)
            ? timeout
            : ExtensionWaitTimes.Standard.Timeout,
    };

    private Task DestroyAsync(IEnumerable<Extension> objects, CancellationToken cancellationToken) =>
        EachAsync(objects, found => waiter.DestroyAsync<Extension>(found.Key, cancellationToken));

    private Task WaitGoneAsync(IEnumerable<Extension> objects, CancellationToken cancellationToken) =>
        EachAsync(objects, found => waiter.WaitGoneAsync<Extension>(found.Key, ExtensionWaitTimes.Standard, cancellationToken));

    private async Task<IReadOnlyList<Extension>> FindAsync(Func<Extension, bool> condition, CancellationToken cancellationToken)
    {
        try
        {
            var found = await client.ListAsync<Extension>(ListOptions.In(place.Namespace), cancellationToken);
            return [.. found.Items.Where(item => ExtensionClass.Of(item) == place.Class && condition(item))];
        }
        catch (ApiException e) when (e.IsNotFound)
        {
            // Without the kind there are no objects of it.
            return [];
        }
    }
}
