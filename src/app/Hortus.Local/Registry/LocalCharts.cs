using Hortus.Local.Bootstrap;
using Hortus.Oci;
using Hortus.Runtime;

namespace Hortus.Local.Registry;

/// <summary>The charts that belong to the executable: packed beside it by the build, pushed into the registry of the local
/// garden.</summary>
public sealed class LocalCharts(LocalGardenOptions options, StateDirectory state, TimeProvider time)
{
    /// <summary>Folder beside the executable.</summary>
    public const string FolderName = "charts";

    // The registry starts in the same moment: it is asked again soon, and as long as the caller waits.
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(50);

    private string Folder => Path.Combine(Path.GetDirectoryName(Path.GetFullPath(options.Executable)) ?? "/", FolderName);

    /// <summary>The packed chart of a name, in the version of the build.</summary>
    /// <exception cref="LocalGardenException">There is none.</exception>
    public string FileOf(string chart)
    {
        var file = Path.Combine(Folder, $"{chart}-{BuildVersion.Current.TrimStart('v')}.tgz");
        return File.Exists(file) ? file : throw new LocalGardenException($"there is no {file}: run `make charts`");
    }

    /// <summary>The packed charts.</summary>
    /// <exception cref="LocalGardenException">There are none, or one cannot be read.</exception>
    public IReadOnlyList<ChartPackage> Read()
    {
        var files = Directory.Exists(Folder) ? Directory.GetFiles(Folder, "*.tgz") : [];
        if (files.Length == 0)
        {
            throw new LocalGardenException($"there are no packed charts in {Folder}: run `make charts`");
        }

        try
        {
            return [.. files.Order(StringComparer.Ordinal).Select(file => ChartPackage.Read(File.ReadAllBytes(file)))];
        }
        catch (Exception failure) when (failure is InvalidDataException or IOException)
        {
            throw new LocalGardenException($"the charts in {Folder} cannot be read: {failure.Message}; run `make charts`", failure);
        }
    }

    /// <summary>Pushes the charts through the front door; what the registry has already is not sent again.</summary>
    /// <returns>By repository: the reference under which pods find the chart, with its digest.</returns>
    /// <exception cref="LocalGardenException">A chart cannot be read, or the registry refuses it.</exception>
    public async Task<IReadOnlyDictionary<string, string>> PublishAsync(CancellationToken cancellationToken)
    {
        var registry = RegistryFiles.UserHost(options.Port);
        var authority = await File.ReadAllTextAsync(Path.Combine(state.Runtime.Pki, ClusterPki.CaCertificate), cancellationToken);
        var login = System.Text.Encoding.UTF8.GetBytes(new RegistryFiles(state).DockerConfig(registry));
        using var client = new RegistryClient(new RegistryOptions { TriesMax = 1 }, new Random(0), time);
        var references = new Dictionary<string, string>();
        foreach (var chart in Read())
        {
            var path = $"{LocalRegistry.ChartFolder}/{chart.Name}";
            var target = OciReference.Parse($"{registry}/{path}");
            var repository = client.Open(target, RegistryAccess.For(target, login, authority));
            var digest = await PushAsync(repository, chart, cancellationToken);
            references[path] = $"{LocalRegistry.Host}/{path}:{chart.Tag}@{digest}";
        }

        return references;
    }

    private async Task<string> PushAsync(OciRepository repository, ChartPackage chart, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return await ArtifactPublisher.PushChartAsync(repository, null, chart, null, cancellationToken);
            }
            catch (OciException failure) when (failure.Failure == OciFailure.Unavailable)
            {
                await Task.Delay(RetryDelay, time, cancellationToken);
            }
            catch (OciException failure)
            {
                throw new LocalGardenException($"the local registry does not take chart {chart.Name}: {failure.Message}", failure);
            }
        }
    }
}
