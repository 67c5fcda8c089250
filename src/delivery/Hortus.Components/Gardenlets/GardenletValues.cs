using System.Text.Json.Nodes;
using Hortus.Components.Charts;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.SeedManagement;
using Hortus.Runtime;

namespace Hortus.Components.Gardenlets;

/// <summary>What the values of a gardenlet's chart depend on besides the Gardenlet.</summary>
public sealed record GardenletValueOptions
{
    /// <summary>Kubeconfig with a bootstrap token, which the chart puts into a Secret; null when the gardenlet has its own kubeconfig
    /// already, or nobody may write one.</summary>
    public string? BootstrapKubeconfig { get; init; }

    /// <summary>A whole kubeconfig of the garden for a gardenlet that does not bootstrap, which the chart puts into a Secret; null when it
    /// bootstraps, or finds its kubeconfig in the cluster.</summary>
    public string? GardenKubeconfig { get; init; }

    /// <summary>Checksum of the Secret that the seed's backups use, so that the pods are renewed with it; null for none.</summary>
    public string? BackupChecksum { get; init; }

    /// <summary>Reads a file that the configuration names, whose content the chart delivers. Null leaves names of files as they
    /// are.</summary>
    public Func<string, string>? ReadFile { get; init; }
}

/// <summary>Makes the values of a gardenlet's chart. Pure.</summary>
public static class GardenletValues
{
    private const string Config = "config";

    // Fields of the deployment that are values of the same name.
    private static readonly string[] Same =
    [
        "replicaCount", "revisionHistoryLimit", "image", "resources", "podLabels", "podAnnotations", "additionalVolumes",
        "additionalVolumeMounts", "env", "serviceAccountName", "tolerations", "enableHealthProbes", "imageVectorOverwrite",
    ];

    /// <summary>The values: the deployment's settings as they are, and the configuration, which is not merged with that of any running
    /// gardenlet. What is absent in the Gardenlet is absent here, so that a setting that was taken back goes.</summary>
    /// <exception cref="FormatException">The configuration is no map.</exception>
    public static JsonObject Of(Gardenlet gardenlet, GardenletValueOptions options)
    {
        ArgumentNullException.ThrowIfNull(gardenlet);
        ArgumentNullException.ThrowIfNull(options);
        var deployment = KubernetesJson.ToNode(gardenlet.Spec.Deployment);
        var values = new JsonObject();
        foreach (var name in Same)
        {
            if (deployment[name] is { } value)
            {
                values[name] = value.DeepClone();
            }
        }

        if (gardenlet.Spec.Deployment.ComponentImageVectorOverwrite is { Length: > 0 } overwrite)
        {
            // The chart has the plural.
            values["componentImageVectorOverwrites"] = overwrite;
        }

        if (options.BackupChecksum is { } checksum)
        {
            values.Ensure("podAnnotations")[GardenletNames.BackupChecksum] = checksum;
        }

        values[Config] = ConfigOf(gardenlet, options);
        return values;
    }

    private static JsonObject ConfigOf(Gardenlet gardenlet, GardenletValueOptions options)
    {
        var config = ChartValues.Of(gardenlet.Spec.Config);
        config.Ensure("seedConfig", "metadata")["name"] = gardenlet.Metadata.Name;
        config.Ensure("leaderElection")["resourceNamespace"] = GardenerNames.GardenNamespace;
        var connection = config.Ensure("gardenClientConnection");
        connection.Remove("kubeconfig");
        Default(connection.Ensure("kubeconfigSecret"), GardenletNames.KubeconfigSecret);

        // Its name stays in the configuration for good, or the configuration and with it the pods would change once more when the
        // gardenlet has its kubeconfig.
        var bootstrap = connection.Ensure("bootstrapKubeconfig");
        Default(bootstrap, GardenletNames.BootstrapKubeconfigSecret);
        if (options.BootstrapKubeconfig is { } kubeconfig)
        {
            bootstrap["kubeconfig"] = kubeconfig;
        }

        if (options.GardenKubeconfig is { } whole)
        {
            connection["kubeconfig"] = whole;
        }

        if (options.ReadFile is { } read && config.Text("seedClientConnection", "kubeconfig") is { Length: > 0 } file)
        {
            config.Ensure("seedClientConnection")["kubeconfig"] = read(file);
        }

        return config;
    }

    private static void Default(JsonObject reference, string name)
    {
        reference["name"] = reference.Text("name") ?? name;
        reference["namespace"] = reference.Text("namespace") ?? GardenerNames.GardenNamespace;
    }
}
