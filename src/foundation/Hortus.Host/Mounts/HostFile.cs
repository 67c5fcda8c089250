using Microsoft.Win32.SafeHandles;

namespace Hortus.Host;

/// <summary>What .NET's file API leaves out.</summary>
public static class HostFile
{
    /// <summary>Gives the disk space of the first bytes of a file back; its length and the rest stay as they
    /// are.</summary>
    /// <returns>False when the file system cannot.</returns>
    public static bool FreeStart(SafeFileHandle file, long lengthBytes) =>
        lengthBytes <= 0 || Native.Allocate(
            file, Native.FallocateKeepSize | Native.FallocatePunchHole, 0, lengthBytes) == 0;

    /// <summary>Sets owner and group; null leaves one as it is.</summary>
    /// <exception cref="HostException">The system refused.</exception>
    public static void SetOwner(string path, long? user, long? group)
    {
        if (Native.ChangeOwner(path, (uint)(user ?? uint.MaxValue), (uint)(group ?? uint.MaxValue)) != 0)
        {
            throw new HostException($"cannot change the owner of {path}: {Native.LastError()}");
        }
    }
}
