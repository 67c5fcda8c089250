using System.Text.Json;
using System.Text.Json.Nodes;
using Hortus.Components.Charts;
using Hortus.Objects;
using Hortus.Objects.Gardener.GardenletConfig;
using Hortus.Objects.Gardener.SeedManagement;
using Hortus.Runtime;
using GardenletObject = Hortus.Objects.Gardener.SeedManagement.Gardenlet;

namespace Hortus.Gardenlet;

/// <summary>Says what the gardenlet of a managed seed is to be. Pure.</summary>
internal static class ManagedGardenlet
{
    private const string SeedConfig = "seedConfig";
    private const string GardenConnection = "gardenClientConnection";
    private const string SeedConnection = "seedClientConnection";
    private const string Kubeconfig = "kubeconfig";

    /// <summary>A Gardenlet that says the same as a ManagedSeed, completed from the gardenlet that deploys it.</summary>
    /// <param name="managed">The ManagedSeed.</param>
    /// <param name="parent">The gardenlet that deploys it.</param>
    /// <param name="image">Image of that gardenlet, with tag or digest.</param>
    /// <exception cref="ManagedSeedException">Its configuration cannot be used.</exception>
    public static GardenletObject Of(ManagedSeed managed, ParentGardenlet parent, string image)
    {
        var configuration = ConfigurationOf(managed, parent);
        if (configuration[SeedConfig] is not JsonObject)
        {
            throw new ManagedSeedException("spec.gardenlet.config.seedConfig is missing: it says what Seed the gardenlet registers");
        }

        var settings = managed.Spec.Gardenlet.Deployment is { } deployment ? KubernetesJson.ToNode(deployment) : [];
        settings["image"] = ImageOf(settings["image"] as JsonObject ?? [], image);
        return new GardenletObject
        {
            Metadata = new ObjectMeta { Namespace = managed.Metadata.Namespace, Name = managed.Metadata.Name },
            Spec = new GardenletSpec
            {
                Deployment = KubernetesJson.Deserialize<GardenletSelfDeployment>(settings) with
                {
                    ImageVectorOverwrite = parent.ImageVectorOverwrite,
                },
                Config = JsonSerializer.SerializeToElement(configuration),
            },
        };
    }

    /// <summary>The configuration that such a Gardenlet has, typed.</summary>
    /// <exception cref="ManagedSeedException">It has faults.</exception>
    public static GardenletConfiguration Read(GardenletObject gardenlet)
    {
        var (path, errors) = (FieldPath.Root["spec"]["gardenlet"]["config"], new FieldErrors());
        return GardenletConfigurationReader.Read(gardenlet.Spec.Config, path, errors)
            ?? throw new ManagedSeedException(string.Join("; ", errors.All));
    }

    // What stands for the parent alone: its seed, and files of its pods and Secrets of its cluster with credentials.
    private static JsonObject ConfigurationOf(ManagedSeed managed, ParentGardenlet parent)
    {
        JsonObject own;
        try
        {
            own = ChartValues.Of(managed.Spec.Gardenlet.Config);
        }
        catch (FormatException e)
        {
            throw new ManagedSeedException($"spec.gardenlet.config: {e.Message}", e);
        }

        if (managed.Spec.Gardenlet.MergeWithParent == false)
        {
            return own;
        }

        var inherited = (JsonObject)parent.Configuration.DeepClone();
        inherited.Remove(SeedConfig);
        (inherited[GardenConnection] as JsonObject)?.Remove("bootstrapKubeconfig");
        if (GardenletBootstrap.Of(managed.Spec.Gardenlet) != GardenletBootstrap.None)
        {
            (inherited[GardenConnection] as JsonObject)?.Remove(Kubeconfig);
        }

        (inherited[SeedConnection] as JsonObject)?.Remove(Kubeconfig);
        return ChartValues.Merge(inherited, own);
    }

    private static JsonObject ImageOf(JsonObject given, string parent)
    {
        if (given.Text("ref") is { Length: > 0 })
        {
            return given;
        }

        var image = (JsonObject)given.DeepClone();
        if (parent.IndexOf('@', StringComparison.Ordinal) > 0)
        {
            if (given.Text("repository") is null && given.Text("tag") is null)
            {
                image["ref"] = parent;
            }

            return image;
        }

        var colon = parent.LastIndexOf(':');
        image["repository"] ??= parent[..colon];
        image["tag"] ??= parent[(colon + 1)..];
        return image;
    }
}
