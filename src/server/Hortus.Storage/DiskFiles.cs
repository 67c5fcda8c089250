using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Hortus.Storage;

/// <summary>The real file system (POSIX).</summary>
internal sealed class DiskFiles(string directory) : IStoreFiles
{
    private const string LockName = "LOCK";

    public string Location { get; } = Path.GetFullPath(directory);

    public IDisposable Lock()
    {
        try
        {
            Directory.CreateDirectory(
                Location, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new StoreException(
                StoreFailure.Unavailable,
                $"cannot make the store folder {Location}: {error.Message}; name a folder that can be written",
                error);
        }

        var handle = Posix.Open(InFolder(LockName), Posix.ReadWrite | Posix.CreateIfAbsent);
        if (!Posix.TryLock(handle))
        {
            Span<byte> owner = stackalloc byte[16];
            var length = RandomAccess.Read(handle, owner, 0);
            handle.Dispose();
            throw new StoreException(
                StoreFailure.Locked,
                $"the store {Location} is in use by process {Encoding.ASCII.GetString(owner[..length]).Trim()}; "
                + "stop it or use another folder");
        }

        RandomAccess.SetLength(handle, 0);
        RandomAccess.Write(
            handle, Encoding.ASCII.GetBytes(Environment.ProcessId.ToString(CultureInfo.InvariantCulture) + "\n"), 0);
        return handle;
    }

    public IReadOnlyList<string> List() => [.. Directory.EnumerateFiles(Location).Select(f => Path.GetFileName(f))];

    public IStoreFile Open(string name) => new DiskFile(InFolder(name), FileMode.Open);

    public IStoreFile Create(string name) => new DiskFile(InFolder(name), FileMode.Create);

    public void Rename(string from, string to) => File.Move(InFolder(from), InFolder(to), overwrite: true);

    public void Delete(string name) => File.Delete(InFolder(name));

    public void Sync()
    {
        using var handle = Posix.Open(Location, Posix.ReadOnly);
        RandomAccess.FlushToDisk(handle);
    }

    private string InFolder(string name) => Path.Combine(Location, name);

    private sealed class DiskFile : IStoreFile
    {
        private readonly SafeFileHandle _handle;

        public DiskFile(string path, FileMode mode)
        {
            var existed = File.Exists(path);
            _handle = File.OpenHandle(path, mode, FileAccess.ReadWrite, FileShare.Read);
            if (!existed)
            {
                File.SetUnixFileMode(_handle, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            }
        }

        public long Length => RandomAccess.GetLength(_handle);

        public int Read(Span<byte> into, long offset)
        {
            var total = 0;
            while (total < into.Length)
            {
                var read = RandomAccess.Read(_handle, into[total..], offset + total);
                if (read == 0)
                {
                    break;
                }

                total += read;
            }

            return total;
        }

        public void Write(ReadOnlySpan<byte> bytes, long offset) => RandomAccess.Write(_handle, bytes, offset);

        public void Truncate(long length) => RandomAccess.SetLength(_handle, length);

        public void Sync() => Posix.FlushData(_handle);

        public void Dispose() => _handle.Dispose();
    }
}

/// <summary>
/// Calls that the class library has no form of: opening a folder, and a lock whose file others may still read.
/// </summary>
internal static partial class Posix
{
    public const int ReadOnly = 0;
    public const int ReadWrite = 2;
    public const int CreateIfAbsent = 0x40;
    private const int CloseOnExec = 0x80000;
    private const int OwnerReadWrite = 0x180;
    private const int ExclusiveWithoutWaiting = 2 | 4;

    public static SafeFileHandle Open(string path, int flags)
    {
        var descriptor = OpenFile(path, flags | CloseOnExec, OwnerReadWrite);
        return descriptor >= 0
            ? new SafeFileHandle(descriptor, ownsHandle: true)
            : throw new IOException(
                $"cannot open {path}: {Marshal.GetLastPInvokeErrorMessage()}; the folder must be one that can be written");
    }

    /// <summary>Forces content and length to the disk, but not the times that nobody reads, which would cost a second write.</summary>
    public static void FlushData(SafeFileHandle file)
    {
        if (SyncData(file) != 0)
        {
            throw new IOException($"cannot flush: {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }

    public static bool TryLock(SafeFileHandle handle) => LockFile(handle, ExclusiveWithoutWaiting) == 0;

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenFile(string path, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    private static partial int SyncData(SafeFileHandle descriptor);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    private static partial int LockFile(SafeFileHandle descriptor, int operation);
}
