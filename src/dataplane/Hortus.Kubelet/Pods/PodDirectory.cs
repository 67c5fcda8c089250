using System.Globalization;
using Hortus.Kubelet.Containers;
using Hortus.Objects.Kubernetes;

namespace Hortus.Kubelet.Pods;

/// <summary>The folders of one pod below the kubelet's root directory.</summary>
internal sealed class PodDirectory(string rootDirectory, Pod pod)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const string BootIdFile = "/proc/sys/kernel/random/boot_id";
    private readonly string folder = Path.Combine(rootDirectory, "pods", pod.Uid());
    private readonly string logs = Path.Combine(
        rootDirectory, "logs", $"{pod.Metadata.Namespace}_{pod.Metadata.Name}_{pod.Uid()}");

    public string Volumes => Path.Combine(folder, "volumes");

    public string Etc => Path.Combine(folder, "etc");

    public string LogOf(string container, int attempt) =>
        Path.Combine(logs, container, attempt.ToString(CultureInfo.InvariantCulture) + ".log");

    public void Create() => Directory.CreateDirectory(folder, OwnerOnly);

    /// <summary>When the pod's namespaces were made. Runs of containers from before belong to an earlier life of the
    /// node: init containers run again after one.</summary>
    /// <param name="isNew">Whether the network namespace was made just now.</param>
    public DateTimeOffset LifeSince(bool isNew, DateTimeOffset now)
    {
        var path = Path.Combine(folder, "life");
        var boot = File.ReadAllText(BootIdFile).Trim();
        var words = File.Exists(path) ? File.ReadAllText(path).Split(' ') : [];
        if (!isNew && words.Length == 2 && words[0] == boot && long.TryParse(words[1], out var ticks))
        {
            return new DateTimeOffset(ticks, TimeSpan.Zero);
        }

        File.WriteAllText(path, $"{boot} {now.UtcTicks}");
        return now;
    }

    public void DeleteLog(ContainerRecord record)
    {
        File.Delete(record.LogPath);
        File.Delete(record.LogPath + ".1");
    }

    /// <summary>Removes everything of the pod.</summary>
    public void Delete()
    {
        foreach (var path in new[] { folder, logs })
        {
            if (Directory.Exists(path))
            {
                Directory.Delete(path, recursive: true);
            }
        }
    }
}
