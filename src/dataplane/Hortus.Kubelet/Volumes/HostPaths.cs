using Hortus.Kubelet.Pods;
using Hortus.Objects.Kubernetes;

namespace Hortus.Kubelet.Volumes;

/// <summary>Checks or makes the host side of hostPath volumes.</summary>
internal static class HostPaths
{
    private const UnixFileMode FolderMode = (UnixFileMode)0x1ED;

    /// <summary>The path, checked against the volume's type.</summary>
    /// <exception cref="PodWaitException">What is there is not what the type asks for.</exception>
    public static string Prepare(HostPathVolumeSource source)
    {
        var path = source.Path;
        switch (source.Type)
        {
            case "DirectoryOrCreate" or null or "":
                if (!Path.Exists(path))
                {
                    Directory.CreateDirectory(path, FolderMode);
                }

                break;
            case "FileOrCreate":
                Directory.CreateDirectory(Path.GetDirectoryName(path)!, FolderMode);
                using (File.Open(path, FileMode.OpenOrCreate))
                {
                }

                break;
        }

        var fits = source.Type switch
        {
            null or "" => Path.Exists(path),
            "Directory" or "DirectoryOrCreate" => Directory.Exists(path),
            _ => File.Exists(path),
        };
        return fits
            ? Path.GetFullPath(path)
            : throw new PodWaitException(PodWaitException.Creating, $"host path {path} is not there as {source.Type}");
    }

    /// <summary>A path inside a volume; missing folders are made when the volume may be written.</summary>
    /// <exception cref="PodWaitException">The path leaves the volume.</exception>
    public static string Below(string volume, string subPath, bool create)
    {
        var path = Path.GetFullPath(Path.Combine(volume, subPath));
        var real = RealPath(path);
        if (real != RealPath(volume) && !real.StartsWith(RealPath(volume) + "/", StringComparison.Ordinal))
        {
            throw new PodWaitException(PodWaitException.ConfigError, $"subPath \"{subPath}\" leaves its volume");
        }

        if (!Path.Exists(path) && create)
        {
            Directory.CreateDirectory(path, FolderMode);
        }

        return Path.Exists(path)
            ? real
            : throw new PodWaitException(
                PodWaitException.ConfigError, $"subPath \"{subPath}\" does not exist in its volume");
    }

    /// <summary>The path with all symbolic links followed; parts that do not exist stay as they are.</summary>
    public static string RealPath(string path)
    {
        const int LinksMax = 40;
        var current = "/";
        var rest = new Stack<string>(
            Path.GetFullPath(path).Split('/', StringSplitOptions.RemoveEmptyEntries).Reverse());
        for (var links = 0; rest.Count > 0;)
        {
            var next = Path.Combine(current, rest.Pop());
            if (new FileInfo(next).LinkTarget is { } target && links++ < LinksMax)
            {
                var full = Path.GetFullPath(Path.Combine(current, target));
                current = "/";
                foreach (var part in full.Split('/', StringSplitOptions.RemoveEmptyEntries).Reverse())
                {
                    rest.Push(part);
                }
            }
            else
            {
                current = next;
            }
        }

        return current;
    }
}
