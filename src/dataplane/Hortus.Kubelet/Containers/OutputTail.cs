using Microsoft.Win32.SafeHandles;

namespace Hortus.Kubelet.Containers;

/// <summary>Reads what a container prints from the moment it is opened, for a user who is attached.</summary>
internal sealed class OutputTail : IDisposable
{
    /// <summary>Whoever is further behind is cut off, because what is not read yet stays on disk.</summary>
    private const long BehindBytesMax = 64L << 20;

    private readonly SafeFileHandle file;
    private long position;
    private volatile bool isClosed;
    private volatile bool isTooFarBehind;

    /// <param name="path">File that the container writes.</param>
    public OutputTail(string path)
    {
        file = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        position = RandomAccess.GetLength(file);
    }

    /// <summary>What lies before is not needed any more.</summary>
    public long Position => Interlocked.Read(ref position);

    public bool IsClosed => isClosed;

    /// <summary>Reads what is there.</summary>
    /// <returns>0 when there is nothing new.</returns>
    /// <exception cref="KubeletException">The reader was too slow and part of the output is gone.</exception>
    public int Read(Span<byte> buffer)
    {
        if (isTooFarBehind)
        {
            throw new KubeletException(
                $"cut off: more than {BehindBytesMax >> 20} MiB of the container's output were not read yet");
        }

        var read = RandomAccess.Read(file, buffer, position);
        Interlocked.Add(ref position, read);
        return read;
    }

    /// <summary>Cuts the reader off when it is too far behind.</summary>
    public bool GiveUpBehind(long end) => isTooFarBehind |= end - Position > BehindBytesMax;

    public void Dispose()
    {
        isClosed = true;
        file.Dispose();
    }
}
