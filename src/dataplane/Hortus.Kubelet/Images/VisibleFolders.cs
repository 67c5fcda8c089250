using System.Runtime.InteropServices;
using Hortus.Host;
using Hortus.Kubelet.Volumes;

namespace Hortus.Kubelet.Images;

/// <summary>Host folders that containers need to run their programs and that they would not see by themselves:
/// those on other file systems than the root, or below folders that containers get empty.</summary>
internal static class VisibleFolders
{
    public static IReadOnlyList<string> Of(KubeletOptions options)
    {
        var mounts = new MountTable(new ProcessRunner()).List();
        string[] hidden = ["/tmp", "/run", "/dev", options.RootDirectory, .. options.MaskedPaths];
        return [.. Wanted(options).Select(HostPaths.RealPath).Distinct().Where(folder =>
            hidden.Any(h => IsBelow(folder, h)) || mounts.Any(m => m.Target != "/" && IsBelow(folder, m.Target)))];
    }

    private static IEnumerable<string> Wanted(KubeletOptions options)
    {
        yield return AppContext.BaseDirectory.TrimEnd('/');
        // <root>/shared/Microsoft.NETCore.App/<version>/
        yield return Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));
        foreach (var word in (options.HortusCommand ?? []).Where(w => Path.IsPathRooted(w) && File.Exists(w)))
        {
            yield return Path.GetDirectoryName(word)!;
        }

        foreach (var folder in options.VisibleFolders.Where(Directory.Exists))
        {
            yield return folder;
        }
    }

    private static bool IsBelow(string path, string folder) =>
        path == folder || path.StartsWith(folder.TrimEnd('/') + "/", StringComparison.Ordinal);
}
