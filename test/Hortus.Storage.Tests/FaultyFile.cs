namespace Hortus.Storage.Tests;

/// <summary>Content of a file as programs see it, and as the disk has it.</summary>
internal sealed class FaultyFile
{
    private const int Sector = 64;

    private readonly List<(long Offset, byte[]? Bytes)> _unsynced = [];
    private byte[] _durable = [];

    public byte[] Content { get; private set; } = [];

    public void Reset(byte[] content)
    {
        Content = content;
        _durable = [.. content];
        _unsynced.Clear();
    }

    public void Write(byte[] bytes, long offset)
    {
        Content = Put(Content, bytes, offset);
        _unsynced.Add((offset, bytes));
    }

    public void Truncate(long length)
    {
        Content = Resize(Content, length);
        _unsynced.Add((length, null));
    }

    public void Sync()
    {
        _durable = [.. Content];
        _unsynced.Clear();
    }

    /// <summary>
    /// A failed flush: programs still see what was written, and later flushes do not write it any more.
    /// </summary>
    public void LoseUnsynced(Random random)
    {
        _durable = AfterPowerLoss(random);
        _unsynced.Clear();
    }

    public byte[] AfterPowerLoss(Random random)
    {
        byte[] content = [.. _durable];
        foreach (var (offset, bytes) in _unsynced)
        {
            if (bytes is null)
            {
                content = random.Next(2) == 0 ? content : Resize(content, offset);
                continue;
            }

            var survives = random.Next(4);
            for (var at = 0; survives > 0 && at < bytes.Length; at += Sector)
            {
                if (survives == 1 || random.Next(4) > 0)
                {
                    content = Put(content, bytes[at..Math.Min(at + Sector, bytes.Length)], offset + at);
                }
            }
        }

        return content;
    }

    private static byte[] Put(byte[] content, byte[] bytes, long offset)
    {
        var result = Resize(content, Math.Max(content.Length, offset + bytes.Length));
        bytes.CopyTo(result, offset);
        return result;
    }

    private static byte[] Resize(byte[] content, long length)
    {
        var result = new byte[length];
        content.AsSpan(0, (int)Math.Min(length, content.Length)).CopyTo(result);
        return result;
    }
}
