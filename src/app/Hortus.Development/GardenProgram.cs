using Hortus.Local;
using Hortus.Local.Workloads;

namespace Hortus.Development;

/// <summary>The program that a running garden was started with.</summary>
public static class GardenProgram
{
    private const string Kubelet = "kubelet";

    /// <summary>Its folder.</summary>
    /// <exception cref="DevelopmentException">No garden runs, or it cannot run builds of a loop.</exception>
    public static string FolderOf(StateDirectory state)
    {
        ArgumentNullException.ThrowIfNull(state);
        if (HostProcesses.Of(state).Single(process => process.Name == Kubelet).Pid.FindRunning() is not { } process)
        {
            throw new DevelopmentException($"no garden runs in {state.Root}: start one with `hortus up`");
        }

        if (!File.ReadAllText($"/proc/{process.Id}/cmdline").Split('\0').Contains("--visible-folder=" + state.DevelopmentImages))
        {
            throw new DevelopmentException(
                $"the garden in {state.Root} was started by another version of hortus: run `hortus down` and `hortus up`");
        }

        var program = new FileInfo($"/proc/{process.Id}/exe").ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? "";
        return File.Exists(program)
            ? Path.GetDirectoryName(program)!
            : throw new DevelopmentException(
                $"the program that the garden in {state.Root} was started with is gone: run `hortus down` and `hortus up`");
    }
}
