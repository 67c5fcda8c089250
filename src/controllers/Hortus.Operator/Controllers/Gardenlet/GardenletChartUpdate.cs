using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.SeedManagement;
using Microsoft.Extensions.Logging;

namespace Hortus.Operator;

/// <summary>Brings the Gardenlets that want it to the chart of the operator's own version, when the garden is of that version.</summary>
/// <param name="repository">Repository of the charts, for example <c>registry.example.org/charts/gardenlet</c>; null when none is
/// configured, which leaves all Gardenlets alone.</param>
/// <param name="version">Version of the operator, with <c>v</c>.</param>
/// <param name="log">Told what was changed.</param>
internal sealed partial class GardenletChartUpdate(string? repository, string version, ILogger log)
{
    private const string Selector = GardenerLabels.AutoUpdateGardenletChart + "=true";

    /// <summary>Sets the references; what names credentials and authorities of the registry stays.</summary>
    public async Task RunAsync(IKubernetesClient garden, CancellationToken cancellationToken)
    {
        var options = new ListOptions { Namespace = GardenerNames.GardenNamespace, LabelSelector = Selector };
        var gardenlets = (await garden.ListAsync<Gardenlet>(options, cancellationToken)).Items;
        if (repository is null)
        {
            if (gardenlets.Count > 0)
            {
                NoRepository(Selector);
            }

            return;
        }

        var wanted = $"{repository}:{version.Replace('+', '_')}";
        foreach (var gardenlet in gardenlets.Where(g => g.Spec.Deployment.Helm.OciRepository.Ref != wanted))
        {
            await garden.PatchAsync<Gardenlet>(gardenlet.Key, Reference(wanted), cancellationToken);
            Updated(gardenlet.Key.ToString(), wanted);
        }
    }

    private static Patch Reference(string reference) => Patch.Merge(new JsonObject
    {
        ["spec"] = new JsonObject
        {
            ["deployment"] = new JsonObject
            {
                ["helm"] = new JsonObject
                {
                    ["ociRepository"] = new JsonObject
                    {
                        ["ref"] = reference,
                        ["repository"] = null,
                        ["tag"] = null,
                        ["digest"] = null,
                    },
                },
            },
        },
    });

    [LoggerMessage(5120, LogLevel.Information, "Gardenlet {Gardenlet} is set to the chart {Reference}")]
    private partial void Updated(string gardenlet, string reference);

    [LoggerMessage(
        5121, LogLevel.Warning, "Gardenlets with the label {Label} stay as they are: the operator has no --gardenlet-chart-repository")]
    private partial void NoRepository(string label);
}
