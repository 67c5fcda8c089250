using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Hortus.Host;
using Microsoft.Win32.SafeHandles;

namespace Hortus.Kubelet.Containers;

/// <summary>
/// Copies what a container printed into its log, one line per record with time and stream (the CRI log format). The
/// container writes to plain files, so it neither waits for a kubelet nor dies without one; copied parts are freed.
/// </summary>
internal sealed class ContainerLogPump : IDisposable
{
    /// <summary>Longer lines are split.</summary>
    public const int LineBytesMax = 16 * 1024;

    /// <summary>The log is rotated above this size; one older file is kept.</summary>
    public const long LogBytesMax = 10L << 20;

    private const long FreeStepBytes = 1L << 20;
    private readonly TimeProvider time;
    private readonly string logPath;
    private readonly SafeFileHandle offsets;
    private readonly Source[] sources;
    private FileStream log;

    /// <param name="folder">Folder of the container with the files <c>stdout</c> and <c>stderr</c>.</param>
    /// <param name="logPath">The log to append to.</param>
    public ContainerLogPump(string folder, string logPath, TimeProvider time)
    {
        this.time = time;
        this.logPath = logPath;
        Directory.CreateDirectory(Path.GetDirectoryName(logPath)!);
        log = OpenLog();
        offsets = File.OpenHandle(
            Path.Combine(folder, "offsets"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite);
        sources = [new Source("stdout", folder), new Source("stderr", folder)];
        var saved = new byte[2 * sizeof(long)];
        if (RandomAccess.Read(offsets, saved, 0) == saved.Length)
        {
            sources[0].Position = BinaryPrimitives.ReadInt64LittleEndian(saved);
            sources[1].Position = BinaryPrimitives.ReadInt64LittleEndian(saved.AsSpan(sizeof(long)));
        }
    }

    /// <summary>Copies whole lines that are there.</summary>
    /// <param name="last">Whether nothing more will come: an unfinished line is copied too.</param>
    /// <returns>Whether anything was copied.</returns>
    public bool Pump(bool last)
    {
        var copied = false;
        foreach (var source in sources)
        {
            while (CopyChunk(source, last))
            {
                copied = true;
            }
        }

        if (copied)
        {
            log.Flush();
            var saved = new byte[2 * sizeof(long)];
            BinaryPrimitives.WriteInt64LittleEndian(saved, sources[0].Position);
            BinaryPrimitives.WriteInt64LittleEndian(saved.AsSpan(sizeof(long)), sources[1].Position);
            RandomAccess.Write(offsets, saved, 0);
            Rotate();
        }

        return copied;
    }

    /// <summary>Keeps what a reader has not read yet from being freed.</summary>
    /// <param name="stream"><c>stdout</c> or <c>stderr</c>.</param>
    public void Add(string stream, OutputTail reader) => sources.First(s => s.Name == stream).Readers.Add(reader);

    public void Dispose()
    {
        log.Dispose();
        offsets.Dispose();
        Array.ForEach(sources, s => s.Dispose());
    }

    private bool CopyChunk(Source source, bool last)
    {
        Span<byte> buffer = stackalloc byte[LineBytesMax];
        var read = RandomAccess.Read(source.File, buffer, source.Position);
        if (read == 0)
        {
            return false;
        }

        var stamp = time.GetUtcNow().UtcDateTime.ToString(
            "yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'", CultureInfo.InvariantCulture);
        var rest = buffer[..read];
        int end;
        while ((end = rest.IndexOf((byte)'\n')) >= 0)
        {
            Write(stamp, source.Name, 'F', rest[..end]);
            source.Position += end + 1;
            rest = rest[(end + 1)..];
        }

        if (rest.Length == LineBytesMax)
        {
            Write(stamp, source.Name, 'P', rest);
            source.Position += rest.Length;
        }
        else if (rest.Length == read && !last && !source.IsIdle(rest.Length))
        {
            return false;
        }
        else if (rest.Length == read)
        {
            Write(stamp, source.Name, last ? 'F' : 'P', rest);
            source.Position += rest.Length;
        }

        source.Free();
        return true;
    }

    private void Write(string stamp, string stream, char tag, ReadOnlySpan<byte> line)
    {
        log.Write(Encoding.ASCII.GetBytes($"{stamp} {stream} {tag} "));
        log.Write(line);
        log.WriteByte((byte)'\n');
    }

    private void Rotate()
    {
        if (log.Length > LogBytesMax)
        {
            log.Dispose();
            File.Move(logPath, logPath + ".1", overwrite: true);
            log = OpenLog();
        }
    }

    private FileStream OpenLog() =>
        new(logPath, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);

    private sealed class Source(string name, string folder) : IDisposable
    {
        private const int IdlePumps = 5;
        private long freed;
        private (long Position, int Length, int Count) unfinished;

        public string Name => name;

        public long Position { get; set; }

        public SafeFileHandle File { get; } = System.IO.File.OpenHandle(
            Path.Combine(folder, name), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite);

        /// <summary>Whether an unfinished line (a prompt, say) has stayed the same for a while.</summary>
        public bool IsIdle(int length)
        {
            var same = unfinished.Position == Position && unfinished.Length == length;
            unfinished = (Position, length, same ? unfinished.Count + 1 : 0);
            return unfinished.Count >= IdlePumps;
        }

        /// <summary>Users who are attached.</summary>
        public List<OutputTail> Readers { get; } = [];

        public void Free()
        {
            if (Position - freed < FreeStepBytes)
            {
                return;
            }

            Readers.RemoveAll(r => r.IsClosed || r.GiveUpBehind(Position));
            var end = Readers.Select(r => r.Position).Append(Position).Min();
            if (end - freed >= FreeStepBytes)
            {
                // Not every file system can; then the file only ends with the container.
                HostFile.FreeStart(File, end);
                freed = end;
            }
        }

        public void Dispose() => File.Dispose();
    }
}
