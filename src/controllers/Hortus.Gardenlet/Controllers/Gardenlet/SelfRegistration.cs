using System.Text.Json;
using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Components.Charts;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;
using Microsoft.Extensions.Logging;
using GardenletObject = Hortus.Objects.Gardener.SeedManagement.Gardenlet;

namespace Hortus.Gardenlet;

/// <summary>
/// Makes the Gardenlet of a gardenlet that was installed with helm, of what the chart's value <c>selfUpgrade</c> left in the ConfigMap
/// <see cref="GardenletNames.SelfUpgradeConfigMap"/>. From then on the gardenlet keeps itself.
/// </summary>
internal sealed partial class SelfRegistration(GardenletSurroundings surroundings)
{
    private static readonly ObjectKey Key = new(GardenerNames.GardenNamespace, GardenletNames.SelfUpgradeConfigMap);

    private readonly ILogger log = surroundings.Logs.CreateLogger<SelfRegistration>();

    /// <summary>Creates the Gardenlet unless it is there, then deletes the ConfigMap. A text that the garden refuses stays where it is,
    /// and the log says why.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (await surroundings.SeedClient.FindAsync<ConfigMap>(Key, cancellationToken) is not { } map)
        {
            return;
        }

        try
        {
            var gardenlet = await LocatedAsync(
                Read(map.Data?.GetValueOrDefault(GardenletNames.SelfUpgradeKey), surroundings.SeedName), cancellationToken);
            await surroundings.GardenClient.CreateAsync(gardenlet, cancellationToken);
            LogRegistered(log, gardenlet.Metadata.Name);
        }
        catch (ApiException e) when (e.IsAlreadyExists)
        {
            // What is there may have been changed since.
        }
        catch (Exception e) when (e is FormatException or YamlFormatException or JsonException or ApiException)
        {
            LogRefused(log, Key.Namespace, Key.Name, GardenletNames.SelfUpgradeKey, e.Message);
            return;
        }

        await surroundings.SeedClient.DeleteAsync<ConfigMap>(Key, null, cancellationToken);
    }

    // The operator deploys a gardenlet whose Seed it does not find, but never to another cluster than this one.
    private async Task<GardenletObject> LocatedAsync(GardenletObject gardenlet, CancellationToken cancellationToken)
    {
        var system = await surroundings.SeedClient.GetAsync<Namespace>(ObjectKey.Cluster("kube-system"), cancellationToken);
        var annotations = new Dictionary<string, string>(gardenlet.Metadata.Annotations ?? new Dictionary<string, string>())
        {
            [GardenletNames.TargetCluster] = system.Metadata.Uid ?? "",
        };
        return gardenlet with { Metadata = gardenlet.Metadata with { Annotations = annotations } };
    }

    /// <summary>The Gardenlet in a text. It has the seed's name, so none is left in the configuration, where it would be refused.</summary>
    /// <exception cref="FormatException">The text is something else.</exception>
    internal static GardenletObject Read(string? text, string seedName)
    {
        var tree = KubernetesYaml.Parse(text ?? "");
        var kind = ResourceKind.Of<GardenletObject>();
        if (tree.Text("apiVersion") != kind.ApiVersion || tree.Text("kind") != kind.Kind)
        {
            throw new FormatException($"want {kind.ApiVersion} {kind.Kind}, found {tree.Text("apiVersion")} {tree.Text("kind")}");
        }

        var gardenlet = KubernetesJson.Deserialize<GardenletObject>(tree);
        var config = ChartValues.Of(gardenlet.Spec.Config);
        (config.At("seedConfig", "metadata") as JsonObject)?.Remove("name");
        return gardenlet with
        {
            Metadata = gardenlet.Metadata with { Name = seedName, Namespace = GardenerNames.GardenNamespace },
            Spec = gardenlet.Spec with { Config = JsonSerializer.SerializeToElement(config, KubernetesJson.Options) },
        };
    }

    [LoggerMessage(7320, LogLevel.Information, "made Gardenlet {Name} from the settings of the installation")]
    private static partial void LogRegistered(ILogger logger, string? name);

    [LoggerMessage(7321, LogLevel.Error, "ConfigMap {Namespace}/{Name}, {Key}: no Gardenlet can be made of it: {Reason}")]
    private static partial void LogRefused(ILogger logger, string? @namespace, string name, string key, string reason);
}
