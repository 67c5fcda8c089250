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
/// <param name="wanted">What the cluster wants. What nobody offers is not asked for, but kept if it is there.</param>
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

    /// <summary>Asks for the deletion of what is not wanted any more.</summary>
    public async Task DestroyStaleAsync(CancellationToken cancellationToken) =>
        await DestroyAsync(await FindAsync(IsStale, cancellationToken), cancellationToken);

    /// <summary>Completes when what is not wanted any more is gone.</summary>
    /// <exception cref="ExtensionException">One or more are still there; each is named.</exception>
    public async Task WaitStaleGoneAsync(CancellationToken cancellationToken) =>
        await WaitGoneAsync(await FindAsync(IsStale, cancellationToken), cancellationToken);

    /// <summary>Writes the objects that are missing or different and asks for their reconciliation. What fails is not asked for anew:
    /// its extension tries again by itself.</summary>
    public Task DeployChangesAsync(CancellationToken cancellationToken) => EachAsync(At(null), async extension =>
    {
        var value = place.ObjectOf(extension);
        if (!ExtensionWaiter.IsAsWanted(await client.FindAsync<Extension>(value.Key, cancellationToken), value))
        {
            await waiter.DeployAsync(value, GardenerOperations.Reconcile, cancellationToken);
        }
    });

    /// <summary>What keeps each object that is not ready from being so; does not wait.</summary>
    public async Task<IReadOnlyList<string>> WhyNotReadyAsync(CancellationToken cancellationToken)
    {
        var found = (await FindAsync(_ => true, cancellationToken)).ToDictionary(item => item.Key);
        return
        [
            .. from key in At(null).Select(extension => place.ObjectOf(extension).Key)
               let why = ExtensionReadiness.WhyNotReady(found.GetValueOrDefault(key), null)
               where why is not null
               select $"Extension {key}: {why}",
        ];
    }

    /// <summary>Whether any object is there, wanted or not.</summary>
    public async Task<bool> AnyAsync(CancellationToken cancellationToken) =>
        (await FindAsync(_ => true, cancellationToken)).Count > 0;

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

    private IEnumerable<EnabledExtension> At(string? turn) => wanted.Where(extension => extension.Offer is { } offer
        && (turn is null || TurnOf(offer.Lifecycle?.Reconcile, LifecycleStrategies.AfterKubeAPIServer) == turn));

    private bool IsStale(Extension found) => wanted.All(extension => place.ObjectOf(extension).Key != found.Key);

    private bool IsToGoAt(string? turn, Extension found) => turn is null
        || TurnOf(offers.GetValueOrDefault(found.Spec.Type)?.Lifecycle?.Delete, LifecycleStrategies.BeforeKubeAPIServer) == turn;

    private ExtensionWaitTimes TimesOf(string type) => ExtensionWaitTimes.Standard with
    {
        Timeout = offers.GetValueOrDefault(type)?.ReconcileTimeout is { } text && Duration.TryParse(text, out var timeout)
            ? timeout
            : ExtensionWaitTimes.Standard.Timeout,
    };

    // One that is being deleted is left in peace: to be asked anew would make its extension begin again.
    private Task DestroyAsync(IEnumerable<Extension> objects, CancellationToken cancellationToken) => EachAsync(
        objects.Where(found => !found.Metadata.IsDeleting()), found => waiter.DestroyAsync<Extension>(found.Key, cancellationToken));

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
