namespace Hortus.Storage;

/// <summary>
/// The newest value of every key, ordered, as an immutable B+ tree.
/// </summary>
/// <remarks>
/// A persistent tree with wide nodes was chosen over a locked sorted structure because a reader then holds a whole
/// consistent version by holding one reference: a range of 100 000 keys neither sees half of a revision nor makes the
/// writer wait, and a snapshot file is written from it in the background. A write copies one path (about 2 KiB at 150
/// 000 keys), and the <see cref="Editor"/> copies a node at most once per group commit. Nodes know how many keys are
/// below them, so the number of keys left after a page costs two descents.
/// </remarks>
internal sealed class OrderedIndex
{
    internal const int Capacity = 32;

    public static readonly OrderedIndex Empty = new(null);

    private readonly IndexNode? _root;

    private OrderedIndex(IndexNode? root) => _root = root;

    public int Count => _root?.Total ?? 0;

    public StoredValue? Find(string key) => Find(_root, key);

    /// <summary>How many keys are ordered before this one.</summary>
    public int CountBelow(string key)
    {
        var below = 0;
        var node = _root;
        while (node is not null)
        {
            if (node.Entries is not null)
            {
                var at = node.Search(key);
                return below + (at < 0 ? ~at : at);
            }

            var child = node.ChildFor(key);
            for (var i = 0; i < child; i++)
            {
                below += node.Children![i].Total;
            }

            node = node.Children![child];
        }

        return below;
    }

    /// <summary>
    /// Adds the values of keys in [start, end) in order until the list has <paramref name="limit"/> entries.
    /// </summary>
    public void Collect(string start, string end, int limit, List<StoredValue> into)
    {
        if (_root is not null && string.CompareOrdinal(start, end) < 0)
        {
            Collect(_root, start, end, limit, into);
        }
    }

    /// <summary>All values in order.</summary>
    public IEnumerable<StoredValue> All()
    {
        var open = new Stack<IndexNode>();
        if (_root is not null)
        {
            open.Push(_root);
        }

        while (open.TryPop(out var node))
        {
            for (var i = 0; node.Entries is not null && i < node.Count; i++)
            {
                yield return node.Entries[i];
            }

            for (var i = node.Count - 1; node.Children is not null && i >= 0; i--)
            {
                open.Push(node.Children[i]);
            }
        }
    }

    private static StoredValue? Find(IndexNode? node, string key)
    {
        while (node is not null)
        {
            if (node.Entries is not null)
            {
                var at = node.Search(key);
                return at < 0 ? null : node.Entries[at];
            }

            node = node.Children![node.ChildFor(key)];
        }

        return null;
    }

    private static void Collect(IndexNode node, string start, string end, int limit, List<StoredValue> into)
    {
        if (node.Entries is not null)
        {
            var at = node.Search(start);
            for (var i = at < 0 ? ~at : at; i < node.Count && into.Count < limit; i++)
            {
                if (string.CompareOrdinal(node.Entries[i].Key, end) >= 0)
                {
                    return;
                }

                into.Add(node.Entries[i]);
            }

            return;
        }

        for (var i = node.ChildFor(start); i < node.Count && into.Count < limit; i++)
        {
            var child = node.Children![i];
            if (string.CompareOrdinal(child.First, end) >= 0)
            {
                return;
            }

            Collect(child, start, end, limit, into);
        }
    }

    /// <summary>Makes the next version of an index. Owned by one thread.</summary>
    internal sealed class Editor
    {
        private IndexNode? _root;
        private object _owner = new();

        public Editor(OrderedIndex start) => _root = start._root;

        public StoredValue? Find(string key) => OrderedIndex.Find(_root, key);

        public void Set(StoredValue value)
        {
            if (_root is null)
            {
                _root = IndexNode.Leaf(_owner);
            }

            _root = Set(_root, value, out var split);
            if (split is not null)
            {
                var root = IndexNode.Branch(_owner);
                root.Insert(0, _root);
                root.Insert(1, split);
                root.Recount();
                _root = root;
            }
        }

        /// <summary>Removes a key that is present.</summary>
        public void Remove(string key)
        {
            _root = _root is null ? null : Remove(_root, key);
            while (_root is { Children: not null, Count: 1 })
            {
                _root = _root.Children[0];
            }
        }

        /// <summary>The version made so far; later edits leave it alone.</summary>
        public OrderedIndex Seal()
        {
            _owner = new object();
            return _root is null ? Empty : new OrderedIndex(_root);
        }

        /// <summary>Forgets every edit since a version.</summary>
        public void Reset(OrderedIndex index)
        {
            _owner = new object();
            _root = index._root;
        }

        private IndexNode Set(IndexNode node, StoredValue value, out IndexNode? split)
        {
            split = null;
            node = node.OwnedBy(_owner);
            if (node.Entries is not null)
            {
                var at = node.Search(value.Key);
                if (at >= 0)
                {
                    node.Entries[at] = value;
                    return node;
                }

                split = node.InsertOrSplit(~at, value, _owner);
            }
            else
            {
                var at = node.ChildFor(value.Key);
                node.Children![at] = Set(node.Children[at], value, out var lower);
                split = lower is null ? null : node.InsertOrSplit(at + 1, lower, _owner);
            }

            node.Recount();
            split?.Recount();
            return node;
        }

        private IndexNode? Remove(IndexNode node, string key)
        {
            node = node.OwnedBy(_owner);
            if (node.Entries is not null)
            {
                var at = node.Search(key);
                if (at >= 0)
                {
                    node.RemoveAt(at);
                }
            }
            else
            {
                var at = node.ChildFor(key);
                var child = Remove(node.Children![at], key);
                if (child is null)
                {
                    node.RemoveAt(at);
                }
                else
                {
                    node.Children[at] = child;
                    MergeThin(node, at);
                }
            }

            if (node.Count == 0)
            {
                return null;
            }

            node.Recount();
            return node;
        }

        private void MergeThin(IndexNode node, int at)
        {
            if (node.Children![at].Count >= Capacity / 4)
            {
                return;
            }

            var left = at > 0 ? at - 1 : at;
            if (left + 1 >= node.Count || node.Children[left].Count + node.Children[left + 1].Count > Capacity)
            {
                return;
            }

            var merged = node.Children[left].OwnedBy(_owner);
            merged.Append(node.Children[left + 1]);
            merged.Recount();
            node.Children[left] = merged;
            node.RemoveAt(left + 1);
        }
    }
}
