using Microsoft.Win32.SafeHandles;

namespace Hortus.Host;

/// <summary>Tells the processes that share a mount namespace from all others, also when the one that it was made for has
/// ended: as long as this is open, no other namespace gets the same number.</summary>
public sealed class MountNamespaceHold : IDisposable
{
    private readonly SafeFileHandle handle;
    private readonly string name;

    private MountNamespaceHold(SafeFileHandle handle, string name)
    {
        this.handle = handle;
        this.name = name;
    }

    /// <summary>Holds the namespace of a process; null when the process does not run any more.</summary>
    public static MountNamespaceHold? Of(int process)
    {
        var descriptor = Native.Open(PathOf(process), Native.OpenReadOnlyCloseOnExec);
        if (descriptor < 0)
        {
            return null;
        }

        var handle = new SafeFileHandle(descriptor, ownsHandle: true);
        if (Read(process) is { } name)
        {
            return new MountNamespaceHold(handle, name);
        }

        handle.Dispose();
        return null;
    }

    /// <summary>Kills all processes of the namespace.</summary>
    /// <param name="spared">One that is to live on; 0 for none.</param>
    public void KillAll(int spared)
    {
        foreach (var process in ProcessTable.All().Where(p => p != spared && Read(p) == name))
        {
            ProcessTable.Send(process, Signal.Kill);
        }
    }

    public void Dispose() => handle.Dispose();

    private static string PathOf(int process) => $"/proc/{process}/ns/mnt";

    private static string? Read(int process)
    {
        try
        {
            return new FileInfo(PathOf(process)).LinkTarget;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
