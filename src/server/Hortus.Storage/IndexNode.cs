namespace Hortus.Storage;

/// <summary>
/// A node of <see cref="OrderedIndex"/>: a leaf has <see cref="Entries"/>, a branch has <see cref="Children"/>. It may
/// be changed in place only by the editor session that made it (<see cref="OwnedBy"/>); everyone else sees it
/// unchanging.
/// </summary>
internal sealed class IndexNode
{
    private const int Capacity = OrderedIndex.Capacity;

    private readonly object _owner;

    private IndexNode(object owner, bool leaf)
    {
        _owner = owner;
        Entries = leaf ? new StoredValue[Capacity] : null;
        Children = leaf ? null : new IndexNode[Capacity];
    }

    public StoredValue[]? Entries { get; }

    public IndexNode[]? Children { get; }

    /// <summary>Slots in use.</summary>
    public int Count { get; private set; }

    /// <summary>Keys in this subtree.</summary>
    public int Total { get; private set; }

    /// <summary>Not greater than any key here, greater than every key to the left.</summary>
    public string First { get; private set; } = "";

    public static IndexNode Leaf(object owner) => new(owner, leaf: true);

    public static IndexNode Branch(object owner) => new(owner, leaf: false);

    /// <summary>Position of a key in a leaf, or the complement of where it belongs.</summary>
    public int Search(string key)
    {
        int low = 0, high = Count - 1;
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            var order = string.CompareOrdinal(Entries![middle].Key, key);
            if (order == 0)
            {
                return middle;
            }

            (low, high) = order < 0 ? (middle + 1, high) : (low, middle - 1);
        }

        return ~low;
    }

    /// <summary>Which child of a branch holds a key, if any does.</summary>
    public int ChildFor(string key)
    {
        int low = 1, high = Count - 1;
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            (low, high) = string.CompareOrdinal(Children![middle].First, key) <= 0
                ? (middle + 1, high)
                : (low, middle - 1);
        }

        return low - 1;
    }

    public IndexNode OwnedBy(object owner)
    {
        if (ReferenceEquals(_owner, owner))
        {
            return this;
        }

        var copy = new IndexNode(owner, Entries is not null) { Count = Count, Total = Total, First = First };
        if (Entries is not null)
        {
            Array.Copy(Entries, copy.Entries!, Count);
        }
        else
        {
            Array.Copy(Children!, copy.Children!, Count);
        }

        return copy;
    }

    public IndexNode? InsertOrSplit(int at, StoredValue entry, object owner)
    {
        var (target, position, right) = MakeRoom(at, owner);
        Shift(target.Entries!, position, target.Count++);
        target.Entries![position] = entry;
        return right;
    }

    public IndexNode? InsertOrSplit(int at, IndexNode child, object owner)
    {
        var (target, position, right) = MakeRoom(at, owner);
        target.Insert(position, child);
        return right;
    }

    public void Insert(int at, IndexNode child)
    {
        Shift(Children!, at, Count++);
        Children![at] = child;
    }

    public void RemoveAt(int at)
    {
        Count--;
        if (Entries is not null)
        {
            Array.Copy(Entries, at + 1, Entries, at, Count - at);
            Entries[Count] = null!;
        }
        else
        {
            Array.Copy(Children!, at + 1, Children!, at, Count - at);
            Children![Count] = null!;
        }
    }

    public void Append(IndexNode next)
    {
        if (Entries is not null)
        {
            Array.Copy(next.Entries!, 0, Entries, Count, next.Count);
        }
        else
        {
            Array.Copy(next.Children!, 0, Children!, Count, next.Count);
        }

        Count += next.Count;
    }

    public void Recount()
    {
        if (Entries is not null)
        {
            Total = Count;
            First = Entries[0].Key;
            return;
        }

        Total = 0;
        for (var i = 0; i < Count; i++)
        {
            Total += Children![i].Total;
        }

        First = Children![0].First;
    }

    // Appending at the end leaves the left node full: loading keys in order then packs the tree.
    private (IndexNode Target, int Position, IndexNode? Right) MakeRoom(int at, object owner)
    {
        if (Count < Capacity)
        {
            return (this, at, null);
        }

        var keep = at == Capacity ? Capacity : Capacity / 2;
        var right = new IndexNode(owner, Entries is not null) { Count = Capacity - keep };
        if (Entries is not null)
        {
            Array.Copy(Entries, keep, right.Entries!, 0, right.Count);
            Array.Clear(Entries, keep, right.Count);
        }
        else
        {
            Array.Copy(Children!, keep, right.Children!, 0, right.Count);
            Array.Clear(Children!, keep, right.Count);
        }

        Count = keep;
        return at < keep ? (this, at, right) : (right, at - keep, right);
    }

    private static void Shift<T>(T[] items, int at, int count) => Array.Copy(items, at, items, at + 1, count - at);
}
