using System.Runtime.CompilerServices;
using Hortus.ApiServer.Metrics;
using Hortus.ApiServer.Registry;
using Hortus.ApiServer.Requests;
using Hortus.ApiServer.Selectors;
using Hortus.Objects;
using Hortus.Storage;

namespace Hortus.ApiServer.Objects;

/// <summary>A page of objects.</summary>
/// <param name="Items">The objects, by key.</param>
/// <param name="Revision">What the page is true for.</param>
/// <param name="Continue">Token of the next page; null on the last one.</param>
/// <param name="Remaining">How many objects follow; null when not known.</param>
internal sealed record ObjectPage(IReadOnlyList<StoredObject> Items, long Revision, string? Continue, long? Remaining);

/// <summary>Reads and writes stored objects and speaks of the store's failures in the words of the API.</summary>
internal sealed class ObjectStore(IStore store, TimeProvider time)
{
    private const int PageWithSelector = 1000;
    private static readonly TimeSpan FutureWaitMax = TimeSpan.FromSeconds(3);

    /// <summary>Told how long the store took; null when nobody wants to know.</summary>
    public ServerMetrics? Metrics { get; init; }

    public async ValueTask<StoredObject?> FindAsync(
        ResourceDefinition definition, ObjectKey key, CancellationToken cancellationToken)
    {
        try
        {
            var start = time.GetTimestamp();
            var value = await store.GetAsync(definition.KeyOf(key), cancellationToken);
            Metrics?.StoreRequest("get", definition.GroupResource, time.GetElapsedTime(start));
            return value is null ? null
                : definition.View is { } view ? (await view.OfAsync([StoredObject.Of(value)], cancellationToken))[0]
                : StoredObject.Of(value);
        }
        catch (StoreException e)
        {
            throw Translate(e);
        }
    }

    /// <summary>Start of the keys of a resource, in one namespace or in all.</summary>
    public static string PrefixOf(ResourceDefinition definition, string? inNamespace) =>
        inNamespace is null || !definition.Kind.Namespaced
            ? definition.StoragePrefix
            : $"{definition.StoragePrefix}{inNamespace}/";

    /// <summary>All objects, at the newest revision.</summary>
    public Task<ObjectPage> ListAsync(
        ResourceDefinition definition, string? inNamespace, CancellationToken cancellationToken) =>
        ListAsync(definition, inNamespace, ObjectSelector.Everything, new ListOptions(), cancellationToken);

    /// <summary>One page of the objects a selector matches.</summary>
    public async Task<ObjectPage> ListAsync(
        ResourceDefinition definition,
        string? inNamespace,
        ObjectSelector selector,
        ListOptions options,
        CancellationToken cancellationToken)
    {
        var prefix = PrefixOf(definition, inNamespace);
        var start = prefix;
        var revision = 0L;
        if (options.Continue.Length > 0)
        {
            var token = ContinueToken.Parse(options.Continue);
            start = prefix + token.Start;
            revision = Math.Max(0, token.Revision);
        }
        else if (options.ResourceVersion is > 0 and { } asked)
        {
            await WaitForAsync(asked, cancellationToken);
            revision = options.ResourceVersionMatch == "Exact"
                || (options.ResourceVersionMatch.Length == 0 && options.Limit > 0) ? asked : 0;
        }

        try
        {
            var began = time.GetTimestamp();
            var page = await ReadPageAsync(definition.View, prefix, start, revision, selector, options.Limit, cancellationToken);
            Metrics?.StoreRequest("list", definition.GroupResource, time.GetElapsedTime(began));
            return page;
        }
        catch (StoreException e) when (e.Failure == StoreFailure.Compacted)
        {
            throw options.Continue.Length > 0 ? ContinueExpired(start[prefix.Length..]) : Translate(e);
        }
        catch (StoreException e) when (e.Failure == StoreFailure.FutureRevision)
        {
            throw ApiErrors.FutureVersion(revision, e.Revision);
        }
        catch (StoreException e)
        {
            throw Translate(e);
        }
    }

    /// <summary>Writes a new version, or with null removes the object.</summary>
    /// <returns>Whether the object still had the expected revision, and what is stored now.</returns>
    public async ValueTask<WriteOutcome> WriteAsync(
        ResourceDefinition definition, string key, long expectedRevision, byte[]? json, CancellationToken cancellationToken)
    {
        try
        {
            var bytes = json is null ? (ReadOnlyMemory<byte>?)null : json;
            var start = time.GetTimestamp();
            var result = await store.WriteAsync(new WriteRequest(key, expectedRevision, bytes), cancellationToken);
            Metrics?.StoreRequest(
                json is null ? "delete" : expectedRevision == 0 ? "create" : "update",
                definition.GroupResource,
                time.GetElapsedTime(start));
            return new WriteOutcome(result.Succeeded, result.Revision, result.Current);
        }
        catch (StoreException e)
        {
            throw Translate(e);
        }
    }

    /// <summary>How many objects of a resource there are, in all versions and namespaces.</summary>
    public async ValueTask<long> CountAsync(ResourceDefinition definition, CancellationToken cancellationToken)
    {
        var prefix = definition.StoragePrefix;
        var request = new RangeRequest(prefix, RangeRequest.PrefixEnd(prefix), 0, 1);
        var range = await store.RangeAsync(request, cancellationToken);
        return range.RemainingCount + range.Values.Count;
    }

    /// <summary>Changes under a prefix after a revision.</summary>
    public IAsyncEnumerable<ChangeBatch> WatchAsync(string prefix, long afterRevision, CancellationToken cancellationToken) =>
        store.WatchAsync(prefix, afterRevision, cancellationToken);

    /// <summary>Why writes fail at present; null when they do not.</summary>
    public string? WriteFailure => store.WriteFailure;

    public ValueTask<long> GetRevisionAsync(CancellationToken cancellationToken) => store.GetRevisionAsync(cancellationToken);

    /// <summary>Waits until the store has reached a revision a client has seen elsewhere.</summary>
    /// <exception cref="ApiStatusException">504: it has not after 3 seconds.</exception>
    public async Task WaitForAsync(long revision, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        while (true)
        {
            var current = await store.GetRevisionAsync(cancellationToken);
            if (current >= revision)
            {
                return;
            }

            if (time.GetElapsedTime(start) >= FutureWaitMax)
            {
                throw ApiErrors.FutureVersion(revision, current);
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50), time, cancellationToken);
        }
    }

    /// <summary>The answer to a failure of the store.</summary>
    public static ApiStatusException Translate(StoreException e) => e.Failure switch
    {
        StoreFailure.Compacted => ApiErrors.Expired($"The resourceVersion for the provided list is too old: {e.Message}"),
        StoreFailure.FutureRevision => ApiErrors.FutureVersion(0, e.Revision),
        StoreFailure.TooLarge => ApiErrors.Make(413, StatusReason.RequestEntityTooLarge, e.Message),
        StoreFailure.OutcomeUnknown => ApiErrors.Make(500, StatusReason.ServerTimeout,
            $"the outcome of the write is not known, read the object before trying again: {e.Message}", inner: e),
        _ => ApiErrors.Internal(e.Message, e),
    };

    private static ApiStatusException ContinueExpired(string start) => new(new Status
    {
        Outcome = "Failure",
        Code = 410,
        Reason = StatusReason.Expired,
        Message = "The provided continue parameter is too old to display a consistent list result. You can start a new list "
            + "without the continue parameter, or use the continue token in this response to retrieve the remainder of "
            + "the results from the newest state; objects changed in between may then be missed or seen twice",
        Metadata = new ListMeta { Continue = new ContinueToken(-1, start).Encode() },
    });

    private async Task<ObjectPage> ReadPageAsync(
        StoredView? view,
        string prefix,
        string start,
        long revision,
        ObjectSelector selector,
        int limit,
        CancellationToken cancellationToken)
    {
        var end = RangeRequest.PrefixEnd(prefix);
        var items = new List<StoredObject>();
        var chunk = limit == 0 ? 0 : selector.IsEverything ? limit : Math.Max(limit, PageWithSelector);
        while (true)
        {
            var request = new RangeRequest(start, end, revision, chunk);
            var range = await store.RangeAsync(request, cancellationToken);
            revision = range.Revision;
            var shown = view is null ? null
                : await view.OfAsync([.. range.Values.Select(StoredObject.Of)], cancellationToken);
            for (var i = 0; i < range.Values.Count; i++)
            {
                var item = shown?[i] ?? StoredObject.Of(range.Values[i]);
                if (!selector.Matches(item))
                {
                    continue;
                }

                items.Add(item);
                var left = range.RemainingCount + range.Values.Count - i - 1;
                if (items.Count == limit && left > 0)
                {
                    var next = new ContinueToken(revision, item.Key[prefix.Length..] + "\0").Encode();
                    return new ObjectPage(items, revision, next, selector.IsEverything ? left : null);
                }
            }

            if (range.RemainingCount == 0 || range.Values.Count == 0)
            {
                return new ObjectPage(items, revision, null, null);
            }

            start = range.Values[^1].Key + "\0";
        }
    }
}

/// <summary>How a conditional write went.</summary>
/// <param name="Succeeded">False when the object had another revision.</param>
/// <param name="Revision">Revision of the write.</param>
/// <param name="Stored">What the store has now; null for nothing.</param>
internal readonly record struct WriteOutcome(bool Succeeded, long Revision, StoredValue? Stored);
