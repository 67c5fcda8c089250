using System.Diagnostics.CodeAnalysis;

namespace Hortus.Oci;

/// <summary>Contents in memory by digest; the ones not used for the longest time make way.</summary>
internal sealed class MemoryCache(long bytesMax)
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, LinkedListNode<Entry>> entries = [];
    private readonly LinkedList<Entry> byUse = [];
    private long bytes;

    /// <summary>Bytes that are held.</summary>
    public long Bytes
    {
        get
        {
            lock (gate)
            {
                return bytes;
            }
        }
    }

    public bool TryGet(string digest, [NotNullWhen(true)] out ReadOnlyMemory<byte>? content)
    {
        lock (gate)
        {
            content = null;
            if (!entries.TryGetValue(digest, out var node))
            {
                return false;
            }

            byUse.Remove(node);
            byUse.AddFirst(node);
            content = node.Value.Content;
            return true;
        }
    }

    public void Add(string digest, ReadOnlyMemory<byte> content)
    {
        lock (gate)
        {
            if (content.Length > bytesMax || entries.ContainsKey(digest))
            {
                return;
            }

            entries[digest] = byUse.AddFirst(new Entry(digest, content));
            bytes += content.Length;
            while (bytes > bytesMax)
            {
                var oldest = byUse.Last!;
                byUse.RemoveLast();
                entries.Remove(oldest.Value.Digest);
                bytes -= oldest.Value.Content.Length;
            }
        }
    }

    private sealed record Entry(string Digest, ReadOnlyMemory<byte> Content);
}
