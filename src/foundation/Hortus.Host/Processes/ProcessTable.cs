using System.Globalization;
using System.Runtime.InteropServices;

namespace Hortus.Host;

/// <summary>A process that cannot be mistaken for a later one with the same number.</summary>
/// <param name="Id">Process number in this process's PID namespace.</param>
/// <param name="StartTicks">Start time in clock ticks since boot, field 22 of <c>/proc/PID/stat</c>.</param>
public readonly record struct ProcessIdentity(int Id, long StartTicks);

/// <summary>The processes of this PID namespace, by <c>/proc</c> and signals.</summary>
public static class ProcessTable
{
    /// <summary>The process with this number, or null when there is none (a zombie counts as none).</summary>
    public static ProcessIdentity? Find(int id)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{id}/stat");
            // The command name is in parentheses and may itself hold spaces and parentheses.
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return fields[0] is "Z" or "X" ? null
                : new ProcessIdentity(id, long.Parse(fields[19], CultureInfo.InvariantCulture));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Whether exactly this process still runs.</summary>
    public static bool IsAlive(ProcessIdentity process) => Find(process.Id) == process;

    /// <summary>Sends a signal; false when the process does not run any more.</summary>
    /// <exception cref="HostException">The system refused.</exception>
    public static bool Send(ProcessIdentity process, Signal signal) =>
        IsAlive(process) && Send(process.Id, signal);

    /// <summary>Kills a process and everything it started, children first.</summary>
    public static void KillTree(int id)
    {
        foreach (var child in Children(id))
        {
            KillTree(child);
        }

        Send(id, Signal.Kill);
    }

    /// <summary>The direct children of a process.</summary>
    public static IReadOnlyList<int> Children(int id)
    {
        try
        {
            return [.. Directory.EnumerateDirectories($"/proc/{id}/task").SelectMany(task =>
                File.ReadAllText($"{task}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries)
                    .Select(c => int.Parse(c, CultureInfo.InvariantCulture)))];
        }
        catch (IOException)
        {
            return [];
        }
    }

    /// <summary>All processes.</summary>
    public static IEnumerable<int> All() => Directory.EnumerateDirectories("/proc")
        .Select(d => int.TryParse(Path.GetFileName(d), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id
            : 0)
        .Where(id => id > 0);

    internal static bool Send(int id, Signal signal)
    {
        if (Native.Kill(id, (int)signal) == 0)
        {
            return true;
        }

        return Marshal.GetLastPInvokeError() == Native.NoSuchProcess
            ? false
            : throw new HostException($"cannot send {signal} to process {id}: {Native.LastError()}");
    }
}
