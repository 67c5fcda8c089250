using System.Buffers;
using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Connections;

namespace Hortus.ApiServer.Hosting;

/// <summary>
/// Memory of connections in blocks as large as a TLS record (16 KiB, RFC 8446, section 5.1). Each block is encrypted as a record of its
/// own, and Kestrel's own blocks of 4 KiB make four records of it, with four times the work for both sides.
/// </summary>
internal sealed class ConnectionMemory : MemoryPool<byte>, IMemoryPoolFactory<byte>
{
    private const int BlockSize = 16 * 1024;
    private const int FreeMax = 1024;
    private readonly ConcurrentQueue<Block> free = new();

    public override int MaxBufferSize => BlockSize;

    /// <summary>All connections share one pool.</summary>
    public MemoryPool<byte> Create(MemoryPoolOptions? options = null) => this;

    /// <summary>A block.</summary>
    /// <exception cref="ArgumentOutOfRangeException">More is asked for than a block holds.</exception>
    public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minBufferSize, BlockSize);
        return free.TryDequeue(out var block) ? block : new Block(this);
    }

    protected override void Dispose(bool disposing) => free.Clear();

    private void Return(Block block)
    {
        // What a burst has needed beyond that is left to the garbage collector.
        if (free.Count < FreeMax)
        {
            free.Enqueue(block);
        }
    }

    /// <summary>A block that the kernel may read and write: it does not move.</summary>
    private sealed class Block(ConnectionMemory pool) : IMemoryOwner<byte>
    {
        public Memory<byte> Memory { get; } =
            MemoryMarshal.CreateFromPinnedArray(GC.AllocateUninitializedArray<byte>(BlockSize, pinned: true), 0, BlockSize);

        public void Dispose() => pool.Return(this);
    }
}
