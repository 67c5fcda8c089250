using System.IO.Pipelines;
using Hortus.ApiServer.Objects;
using Hortus.ApiServer.Output;
using Hortus.ApiServer.Selectors;
using Hortus.Objects;
using Hortus.Storage;

namespace Hortus.ApiServer.Rest;

/// <summary>Turns changes into the events one watcher sees.</summary>
internal sealed class EventStream(
    ObjectFormatter formatter, PipeWriter writer, ObjectSelector selector, string? name, bool wantsBookmarks)
{
    private bool pending;

    public bool WantsBookmarks => wantsBookmarks;

    /// <summary>Writes the event of a change, if the watcher's selector concerns it.</summary>
    public void Write(StoreChange change)
    {
        if (name is not null && NameOf((change.Current ?? change.Previous)!.Key) != name)
        {
            return;
        }

        var current = change.Current is { } c ? StoredObject.Of(c) : null;
        var previous = change.Previous is { } p ? StoredObject.Of(p) : null;
        var matches = current is not null && selector.Matches(current);
        var matched = previous is not null && selector.Matches(previous);
        if (matches)
        {
            formatter.WriteEvent(writer, matched ? "MODIFIED" : "ADDED", current!, change.Revision);
            pending = true;
        }
        else if (matched)
        {
            formatter.WriteEvent(writer, "DELETED", previous!, change.Revision);
            pending = true;
        }
    }

    public void WriteBookmark(long revision)
    {
        formatter.WriteBookmark(writer, revision, endsInitial: false);
        pending = true;
    }

    public void WriteError(Status status)
    {
        ObjectFormatter.WriteError(writer, status);
        pending = true;
    }

    /// <summary>Sends what is pending, if anything.</summary>
    public async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        if (pending)
        {
            pending = false;
            await writer.FlushAsync(cancellationToken);
        }
    }

    /// <summary>The last part of a storage key.</summary>
    public static string NameOf(string storageKey) => storageKey[(storageKey.LastIndexOf('/') + 1)..];
}
