using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Hortus.Local;

/// <summary>The folder that holds all state of one local garden, and the names of what is in it.</summary>
public sealed class StateDirectory
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    // Containers see it, and have users of their own.
    private const UnixFileMode Readable = (UnixFileMode)0b111_101_101;

    public StateDirectory(string path)
    {
        Root = path;
    }

    public string Root { get; }

    /// <summary>The runtime cluster's part.</summary>
    public ClusterDirectory Runtime => new(this, LocalCluster.Runtime);

    /// <summary>The parts of all clusters that some start asked for, the runtime cluster's first. There is one for each seed.</summary>
    public IReadOnlyList<ClusterDirectory> Clusters =>
        [.. Of(LocalCluster.SeedsMax).Where(cluster => cluster.Cluster.IsRuntime || Directory.Exists(cluster.Root))];

    /// <summary>Folders of the clusters of further seeds.</summary>
    public string Seeds => Path.Combine(Root, "seeds");

    public string Kubeconfigs => Path.Combine(Root, "kubeconfigs");

    public string GardenKubeconfig => Path.Combine(Kubeconfigs, "garden.yaml");

    /// <summary>Backup buckets, one folder each.</summary>
    public string BackupBuckets => Path.Combine(Root, "backup-buckets");

    /// <summary>Charts that components have pulled, one folder each.</summary>
    public string ChartCache => Path.Combine(Root, "chart-cache");

    public string Logs => Path.Combine(Root, "logs");

    /// <summary>What helm keeps for itself.</summary>
    public string Helm => Path.Combine(Root, "helm");

    /// <summary>Builds of a development loop, one folder each.</summary>
    public string DevelopmentImages => Path.Combine(Root, "development");

    public string ImageMap => Path.Combine(Root, "image-map.yaml");

    /// <summary>The Garden and what stands beside it, when a start was given something else than the example.</summary>
    public string GardenManifest => Path.Combine(Root, "garden.yaml");

    /// <summary>What the local registry reads at its start, with its key.</summary>
    public string RegistryConfiguration => Path.Combine(Root, "registry", "configuration");

    /// <summary>Charts and other artifacts of the local registry.</summary>
    public string RegistryData => Path.Combine(Root, "registry", "data");

    /// <summary>File with the password of the local registry's user.</summary>
    public string RegistryPassword => Path.Combine(Root, "registry", "password");

    /// <summary>Credentials for the local registry as this machine's clients reach it, in the form of docker's configuration.</summary>
    public string RegistryLogin => Path.Combine(Root, "registry", "login.json");

    public string NodePid => Path.Combine(Root, "local-node.pid");

    public string NodeLog => Path.Combine(Logs, "local-node.log");

    /// <summary>Port under which the garden is reached, kept from the first start.</summary>
    public string PortFile => Path.Combine(Root, "port");

    /// <summary>The port in the file; null when there is none.</summary>
    public int? KnownPort => Number(PortFile);

    /// <summary>How many clusters the running node process keeps.</summary>
    public string NodeSeedsFile => Path.Combine(Root, "local-node.seeds");

    /// <summary>The number in the file; null when there is none.</summary>
    public int? NodeSeeds => Number(NodeSeedsFile);

    /// <summary>Port under which the garden's DNS zones are answered.</summary>
    public string DnsPortFile => Path.Combine(Root, "dns-port");

    /// <summary>Eight hex digits that stand for this directory.</summary>
    public string Identity =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Path.TrimEndingDirectorySeparator(Root))))[..8];

    /// <summary>Default place: <c>$XDG_STATE_HOME/hortus</c>, or <c>~/.local/state/hortus</c>.</summary>
    public static string DefaultPath(Func<string, string?> environment)
    {
        ArgumentNullException.ThrowIfNull(environment);
        var home = environment("XDG_STATE_HOME") is { Length: > 0 } state
            ? state
            : Path.Combine(environment("HOME") is { Length: > 0 } user ? user : "/root", ".local", "state");
        return Path.Combine(home, "hortus");
    }

    /// <summary>The parts of the clusters of a garden with that many seeds.</summary>
    public IReadOnlyList<ClusterDirectory> Of(int seeds) =>
        [.. LocalCluster.All(seeds).Select(cluster => new ClusterDirectory(this, cluster))];

    /// <summary>Creates the folders, readable by the owner only.</summary>
    /// <param name="seeds">How many seeds the garden has.</param>
    /// <exception cref="LocalGardenException">The folder cannot be written.</exception>
    public void Create(int seeds)
    {
        try
        {
            foreach (var folder in new[] { Root, Kubeconfigs, Logs, Path.Combine(Root, "registry"), Seeds }
                .Concat(Of(seeds).SelectMany(cluster => cluster.Folders)))
            {
                Directory.CreateDirectory(folder, Private);
            }

            Directory.CreateDirectory(DevelopmentImages, Readable);
            var probe = Path.Combine(Root, ".write-probe");
            File.WriteAllText(probe, "");
            File.Delete(probe);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new LocalGardenException(
                $"state directory {Root} cannot be written: {failure.Message}; choose another one with --state-dir", failure);
        }
    }

    /// <summary>Writes a file that only the owner may read, replacing an older one in one step.</summary>
    public static void WriteSecret(string path, string content)
    {
        var temporary = path + ".tmp";
        File.Delete(temporary);
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        };
        using (var stream = new FileStream(temporary, options))
        {
            stream.Write(Encoding.UTF8.GetBytes(content));
            stream.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: true);
    }

    private static int? Number(string file) =>
        File.Exists(file) && int.TryParse(File.ReadAllText(file), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;
}
