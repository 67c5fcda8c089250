using System.Text.Json.Nodes;
using Hortus.Host;
using Hortus.Local.Registry;
using Hortus.Objects.Gardener;

namespace Hortus.Local.Bootstrap;

/// <summary>The operator as a release of its chart, installed by helm: what anybody would type on any other cluster.</summary>
public sealed class OperatorRelease(LocalGardenOptions options, StateDirectory state, TimeProvider time)
{
    /// <summary>Name of the release, and of the operator's Deployment.</summary>
    public const string Name = "gardener-operator";

    private const string Chart = "operator";

    /// <summary>Installs the release, or changes it to these values.</summary>
    /// <param name="values">What differs from the chart's values.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="LocalGardenException">helm refuses it.</exception>
    public async Task InstallAsync(JsonObject values, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(values);
        var chart = new LocalCharts(options, state, time).FileOf(Chart);

        // What somebody changed by hand becomes helm's again, and so does what an earlier hortus deployed without it.
        var run = await new ProcessRunner().RunAsync(
            new ProcessCommand(
                LocalPrograms.Find("helm", options.Executable) ?? "helm",
                [
                    "upgrade", Name, chart, "--install", "--namespace", GardenerNames.GardenNamespace,
                    "--kubeconfig", state.Runtime.Kubeconfig, "--values", "-", "--take-ownership", "--force-conflicts", "--output", "json",
                ])
            {
                Environment = Surroundings(),
                Input = values.ToJsonString(),
            },
            cancellationToken);
        if (run.ExitCode != 0)
        {
            throw new LocalGardenException(
                $"helm cannot install the operator: {run.Error.Trim()}; "
                + $"`helm -n {GardenerNames.GardenNamespace} history {Name}` tells more");
        }
    }

    // Of its own, so that what helm remembers of a cluster is never that of another one on the same port.
    private Dictionary<string, string> Surroundings() => new()
    {
        ["HOME"] = state.Helm,
        ["PATH"] = Environment.GetEnvironmentVariable("PATH") ?? "",
    };
}
