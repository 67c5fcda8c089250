using System.Globalization;

namespace Hortus.Testing;

/// <summary>What a garden has on this machine: seen from outside, without asking the garden.</summary>
public static class HostTraces
{
    /// <summary>Processes that mention a folder in their command line or have something of it mounted.</summary>
    public static IReadOnlyList<GardenProcess> Processes(string folder) =>
    [
        .. Directory.EnumerateDirectories("/proc")
            .Select(path => int.TryParse(Path.GetFileName(path), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0)
            .Where(id => id > 0 && id != Environment.ProcessId)
            .Select(id => new GardenProcess(id, Read($"/proc/{id}/cmdline").Split('\0', StringSplitOptions.RemoveEmptyEntries)))
            .Where(process => process.Command.Any(word => word.Contains(folder, StringComparison.Ordinal))
                || Read($"/proc/{process.Id}/mountinfo").Contains(folder, StringComparison.Ordinal)),
    ];

    /// <summary>Names of all network namespaces.</summary>
    public static IReadOnlyList<string> NetworkNamespaces() =>
        Directory.Exists("/run/netns") ? [.. Directory.EnumerateFiles("/run/netns").Select(path => Path.GetFileName(path)!).Order()] : [];

    /// <summary>Names of the links in the host's network.</summary>
    public static IReadOnlyList<string> Links() => [.. Directory.EnumerateFileSystemEntries("/sys/class/net").Select(path => Path.GetFileName(path)!).Order()];

    /// <summary>Mounts on the host below or out of a folder.</summary>
    public static IReadOnlyList<string> Mounts(string folder) =>
        [.. File.ReadLines("/proc/self/mountinfo").Where(line => line.Contains(folder, StringComparison.Ordinal))];

    /// <summary>Proportional set size of a process in MiB; 0 when it is gone.</summary>
    public static double ProportionalMemory(int id)
    {
        var line = Read($"/proc/{id}/smaps_rollup").Split('\n').FirstOrDefault(l => l.StartsWith("Pss:", StringComparison.Ordinal));
        return line is null
            ? 0
            : double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;
    }

    private static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}

/// <summary>A process of a garden.</summary>
public sealed record GardenProcess(int Id, IReadOnlyList<string> Command)
{
    /// <summary>The subcommand when it is one of ours, otherwise empty.</summary>
    public string Component => Command is [var program, var component, ..] && Path.GetFileName(program) == "hortus" ? component : "";
}
