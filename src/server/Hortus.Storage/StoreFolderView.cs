namespace Hortus.Storage;

/// <summary>
/// The files of a folder as they are at one moment, to be read while a store may go on writing: files are opened once, so
/// that what the store deletes stays readable.
/// </summary>
internal sealed class StoreFolderView : IStoreFiles, IDisposable
{
    private readonly Dictionary<string, Microsoft.Win32.SafeHandles.SafeFileHandle> handles = [];

    /// <exception cref="IOException">A file cannot be opened, perhaps because it was deleted meanwhile.</exception>
    public StoreFolderView(string directory, Func<string, bool> wanted)
    {
        Location = Path.GetFullPath(directory);
        try
        {
            foreach (var name in Directory.EnumerateFiles(Location).Select(f => Path.GetFileName(f)!).Where(wanted).ToList())
            {
                handles[name] = File.OpenHandle(
                    Path.Combine(Location, name), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public string Location { get; }

    public IReadOnlyList<string> List() => [.. handles.Keys];

    public IStoreFile Open(string name) => new ReadOnlyFile(handles[name]);

    public IDisposable Lock() => throw ReadOnly();

    public IStoreFile Create(string name) => throw ReadOnly();

    public void Rename(string from, string to) => throw ReadOnly();

    public void Delete(string name) => throw ReadOnly();

    public void Sync() => throw ReadOnly();

    public void Dispose()
    {
        foreach (var handle in handles.Values)
        {
            handle.Dispose();
        }
    }

    private static NotSupportedException ReadOnly() => new("the folder is only read");

    private sealed class ReadOnlyFile(Microsoft.Win32.SafeHandles.SafeFileHandle handle) : IStoreFile
    {
        public long Length => RandomAccess.GetLength(handle);

        public int Read(Span<byte> into, long offset)
        {
            var total = 0;
            int read;
            while (total < into.Length && (read = RandomAccess.Read(handle, into[total..], offset + total)) > 0)
            {
                total += read;
            }

            return total;
        }

        public void Write(ReadOnlySpan<byte> bytes, long offset) => throw ReadOnly();

        public void Truncate(long length) => throw ReadOnly();

        public void Sync() => throw ReadOnly();

        // The view owns the handle.
        public void Dispose()
        {
        }
    }
}
