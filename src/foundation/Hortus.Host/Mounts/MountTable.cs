using System.Text;

namespace Hortus.Host;

/// <summary>One mounted file system of this mount namespace.</summary>
public sealed record Mount(string Target, string FileSystem, string Source);

/// <summary>The mounts of this process's mount namespace.</summary>
public interface IMounts
{
    /// <summary>All mounts, in mount order.</summary>
    IReadOnlyList<Mount> List();

    /// <summary>Mounts an empty file system in memory; nothing happens when the folder is a mount point
    /// already.</summary>
    /// <param name="target">An existing folder.</param>
    /// <param name="sizeBytes">Upper bound; null leaves it to the kernel (half of the memory).</param>
    Task MountMemoryAsync(string target, long? sizeBytes, CancellationToken cancellationToken);

    /// <summary>Unmounts everything at and below a path, even when in use.</summary>
    /// <returns>How many mounts went away.</returns>
    /// <exception cref="HostException">The system refused.</exception>
    int UnmountBelow(string path);
}

/// <summary>Mounts by the <c>mount</c> program and the system call.</summary>
public sealed class MountTable(IProcessRunner processes) : IMounts
{
    public IReadOnlyList<Mount> List() => Parse(File.ReadLines("/proc/self/mountinfo"));

    public async Task MountMemoryAsync(string target, long? sizeBytes, CancellationToken cancellationToken)
    {
        if (List().Any(m => m.Target == target))
        {
            return;
        }

        var options = sizeBytes is { } size ? $"mode=0777,size={size}" : "mode=0777";
        await processes.RequireAsync(
            new ProcessCommand("mount", "-n", "-t", "tmpfs", "-o", options, "tmpfs", target), cancellationToken);
    }

    public int UnmountBelow(string path)
    {
        var prefix = path.TrimEnd('/') + "/";
        var count = 0;
        foreach (var mount in List().Reverse()
            .Where(m => m.Target == path || m.Target.StartsWith(prefix, StringComparison.Ordinal)))
        {
            if (Native.Unmount(mount.Target, Native.UnmountDetach) != 0)
            {
                throw new HostException($"cannot unmount {mount.Target}: {Native.LastError()}");
            }

            count++;
        }

        return count;
    }

    internal static IReadOnlyList<Mount> Parse(IEnumerable<string> lines)
    {
        var mounts = new List<Mount>();
        foreach (var line in lines)
        {
            // 36 35 98:0 /root /target options optional... - type source superoptions
            var fields = line.Split(' ');
            var dash = fields.Length > 6 ? Array.IndexOf(fields, "-", 6) : -1;
            if (dash > 0 && dash + 2 < fields.Length)
            {
                mounts.Add(new Mount(Unescape(fields[4]), fields[dash + 1], Unescape(fields[dash + 2])));
            }
        }

        return mounts;
    }

    private static string Unescape(string text)
    {
        if (!text.Contains('\\'))
        {
            return text;
        }

        var result = new StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\' && i + 3 < text.Length)
            {
                result.Append((char)Convert.ToInt32(text.Substring(i + 1, 3), 8));
                i += 3;
            }
            else
            {
                result.Append(text[i]);
            }
        }

        return result.ToString();
    }
}
