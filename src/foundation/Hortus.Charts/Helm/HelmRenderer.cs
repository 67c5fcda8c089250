using System.Text;
using System.Text.Json.Nodes;
using Hortus.Host;
using Hortus.Objects;

namespace Hortus.Charts;

/// <summary>
/// Renders with the real <c>helm template</c>: a child process with an empty home, no plugins, no network and limits on time, memory
/// and output. Values reach it by standard input, so no process list shows them and no file holds them.
/// </summary>
/// <param name="binary">Path of helm 3 or 4; see <see cref="HelmBinary.Find"/>.</param>
/// <param name="limits">What a run may take.</param>
/// <param name="folder">Where each run gets a private folder while it lasts; null takes the system's folder for temporary
/// files.</param>
public sealed class HelmRenderer(string binary, HelmLimits limits, string? folder = null) : IChartRenderer, IDisposable
{
    private const string Prefix = "hortus-chart-";
    private readonly SemaphoreSlim turns = new(limits.Concurrency);
    private readonly HelmSandbox sandbox = new(binary, limits);

    public async Task<RenderedChart> RenderAsync(ChartRelease release, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(release);
        var chart = ChartArchive.Inspect(release.Archive, limits.Archive);
        await turns.WaitAsync(cancellationToken);
        try
        {
            var output = await RunAsync(chart, release, cancellationToken);
            return HelmOutput.Read(chart, output, release.Confidential);
        }
        finally
        {
            turns.Release();
        }
    }

    public void Dispose()
    {
        turns.Dispose();
        sandbox.Dispose();
    }

    private async Task<string> RunAsync(ChartDescription chart, ChartRelease release, CancellationToken cancellationToken)
    {
        var own = CreateFolder();
        try
        {
            var archive = Path.Combine(own, "chart.tgz");
            await using (var file = File.Create(archive))
            {
                await file.WriteAsync(release.Archive, cancellationToken);
            }

            var values = Encoding.UTF8.GetBytes(release.Values.ToJsonString(KubernetesJson.Options));
            var result = await sandbox.RunAsync(own, Arguments(release, archive), values, cancellationToken);
            return result.ExitCode == 0 ? result.Output : throw HelmErrors.Explain(result, chart, release);
        }
        catch (HelmLimitException e)
        {
            throw new ChartException($"chart {chart.Name} {chart.Version}: {e.Message}", e) { Chart = chart.Name };
        }
        catch (HostException e)
        {
            throw new ChartException($"helm cannot be run: {e.Message}; set --helm-binary or {HelmBinary.Variable}", e);
        }
        finally
        {
            Directory.Delete(own, recursive: true);
        }
    }

    private string CreateFolder()
    {
        if (folder is null)
        {
            return Directory.CreateTempSubdirectory(Prefix).FullName;
        }

        var path = Path.Combine(folder, Prefix + Guid.NewGuid().ToString("N"));
        return Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute).FullName;
    }

    private static string[] Arguments(ChartRelease release, string archive) =>
    [
        "template",
        $"--namespace={release.Namespace}",
        "--values=-",
        $"--kube-version={release.KubernetesVersion}",
        .. release.ApiVersions.Select(version => $"--api-versions={version}"),
        "--",
        release.Name,
        archive,
    ];
}
