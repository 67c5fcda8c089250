using Hortus.ApiServer.Objects;
using Hortus.ApiServer.Output;
using Hortus.ApiServer.Selectors;
using Hortus.Objects;
using Hortus.Storage;

namespace Hortus.ApiServer.Rest;

/// <summary>Turns changes into the events one watcher sees.</summary>
/// <param name="formatter">Writes events in the form the watcher wants.</param>
/// <param name="send">Sends whole lines to the watcher.</param>
/// <param name="selector">Which objects concern the watcher.</param>
/// <param name="name">The one object that is watched; null for all.</param>
/// <param name="count">Told how many events were sent.</param>
internal sealed class EventStream(
    ObjectFormatter formatter,
    Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask> send,
    ObjectSelector selector,
    string? name,
    Action<int> count) : IDisposable
{
    private const int PartSize = 64 * 1024;
    private readonly ByteBuffer pending = new();
    private int sent;

    public bool WantsBookmarks { get; init; }

    /// <summary>Writes the event of a change, if the watcher's selector concerns it.</summary>
    public void Write(StoreChange change)
    {
        if (name is not null && NameOf((change.Current ?? change.Previous)!.Key) != name)
        {
            return;
        }

        Write(change.Revision,
            change.Current is { } c ? StoredObject.Of(c) : null, change.Previous is { } p ? StoredObject.Of(p) : null);
    }

    /// <summary>Writes the event of a change of custom resources that show otherwise than they are stored.</summary>
    public async ValueTask WriteAsync(StoreChange change, StoredView view, CancellationToken cancellationToken)
    {
        if (name is not null && NameOf((change.Current ?? change.Previous)!.Key) != name)
        {
            return;
        }

        var current = change.Current is { } c ? (await view.OfAsync([StoredObject.Of(c)], cancellationToken))[0] : null;
        var previous = change.Previous is { } p ? (await view.OfAsync([StoredObject.Of(p)], cancellationToken))[0] : null;
        Write(change.Revision, current, previous);
    }

    private void Write(long revision, StoredObject? current, StoredObject? previous)
    {
        var matched = previous is not null && (selector.IsEverything || selector.Matches(previous));
        if (current is not null && selector.Matches(current))
        {
            sent++;
            formatter.WriteEvent(pending, matched ? "MODIFIED" : "ADDED", current, revision);
        }
        else if (matched)
        {
            sent++;
            formatter.WriteEvent(pending, "DELETED", previous!, revision);
        }
    }

    /// <summary>Sends the state the watch starts with.</summary>
    public async ValueTask WriteInitialAsync(IReadOnlyList<StoredObject> items, CancellationToken cancellationToken)
    {
        foreach (var item in items)
        {
            sent++;
            formatter.WriteEvent(pending, "ADDED", item, item.Revision);
            if (pending.Length >= PartSize)
            {
                await FlushAsync(cancellationToken);
            }
        }
    }

    /// <summary>Adds a bookmark; the one that ends the initial state is marked.</summary>
    public void WriteBookmark(long revision, bool endsInitial = false) =>
        formatter.WriteBookmark(pending, revision, endsInitial);

    public void WriteError(Status status) => ObjectFormatter.WriteError(pending, status);

    /// <summary>Sends what is pending.</summary>
    /// <returns>How many bytes that were.</returns>
    public async ValueTask<int> FlushAsync(CancellationToken cancellationToken)
    {
        var length = pending.Length;
        if (length > 0)
        {
            await send(pending.Written, cancellationToken);
            pending.Clear();
            count(sent);
            sent = 0;
        }

        return length;
    }

    public void Dispose() => pending.Dispose();

    /// <summary>The last part of a storage key.</summary>
    public static string NameOf(string storageKey) => storageKey[(storageKey.LastIndexOf('/') + 1)..];
}
