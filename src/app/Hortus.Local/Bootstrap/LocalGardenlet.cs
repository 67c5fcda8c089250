using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Components;
using Hortus.Local.Registry;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Resources;
using Hortus.Runtime;

namespace Hortus.Local.Bootstrap;

/// <summary>The Gardenlet of a local garden: the example, with the digest of the pushed chart. It names no image, so that the chart decides
/// which version runs, here and after each change of the chart.</summary>
public sealed class LocalGardenlet(KubernetesClient garden, StateDirectory state)
{
    /// <summary>The example that it comes from.</summary>
    public const string Example = "45-gardenlet.yaml";

    /// <summary>Hands it to the virtual garden, with what the registry of its chart wants to know.</summary>
    /// <param name="charts">References of pushed charts, by repository.</param>
    /// <param name="fieldManager">Who applies it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ApiException">The garden refuses it.</exception>
    public async Task ApplyAsync(
        IReadOnlyDictionary<string, string> charts, string fieldManager, CancellationToken cancellationToken)
    {
        var deployer = new DirectDeployer(garden, fieldManager);
        await deployer.DeployAsync(new RegistryAccessObjects(state), cancellationToken);
        var settings = ChartCacheValues.Of(state, GardenletNames.Deployment);
        await Examples.ApplyAsync(
            garden, Example, manifest => Complete(manifest, charts, settings), fieldManager, cancellationToken);
    }

    /// <summary>Puts this garden's places into the manifest.</summary>
    /// <param name="manifest">The Gardenlet.</param>
    /// <param name="charts">References of pushed charts, by repository.</param>
    /// <param name="settings">Further settings of the deployment.</param>
    /// <exception cref="LocalGardenException">The chart that it names was not pushed.</exception>
    public static JsonObject Complete(
        JsonObject manifest, IReadOnlyDictionary<string, string> charts, JsonObject settings)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        ArgumentNullException.ThrowIfNull(settings);
        var completed = manifest.DeepClone().AsObject();
        var deployment = completed["spec"]!["deployment"]!.AsObject();
        PushedCharts.Pin(deployment["helm"]!["ociRepository"]!, charts, Example);
        foreach (var (name, value) in settings)
        {
            deployment[name] = value?.DeepClone();
        }
        return completed;
    }

    /// <summary>Refuses a garden whose gardenlet an earlier hortus deployed in another way: its Seed is there, so that nobody would take
    /// it over.</summary>
    /// <exception cref="LocalGardenException">It is such a garden.</exception>
    public static async Task RefuseFormerAsync(
        IKubernetesClient runtime, StateDirectory state, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(runtime);
        ArgumentNullException.ThrowIfNull(state);
        var key = new ObjectKey(GardenerNames.GardenNamespace, GardenletNames.Deployment);
        if (await runtime.FindAsync<ManagedResource>(key, cancellationToken) is not null)
        {
            throw new LocalGardenException(
                $"the garden in {state.Root} is of an older hortus, whose gardenlet cannot be taken over; "
                + "run `hortus down --delete-state` and start anew, or take another --state-dir");
        }
    }
}
