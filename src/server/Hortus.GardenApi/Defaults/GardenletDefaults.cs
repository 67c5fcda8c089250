using System.Text.Json;
using System.Text.Json.Nodes;
using Hortus.Objects;
using Hortus.Objects.Gardener.GardenletConfig;
using Hortus.Objects.Gardener.SeedManagement;

namespace Hortus.GardenApi.Defaults;

/// <summary>Defaults of a Gardenlet, and of what a ManagedSeed says of its gardenlet. Of the configuration only the capacity for shoots is
/// filled in: all else is up to the gardenlet, whose defaults may be of another version.</summary>
internal static class GardenletDefaults
{
    private const int Replicas = 2;
    private const int RevisionHistory = 2;
    private const string Shoots = "shoots";
    private const string LatestTag = "latest";

    public static Gardenlet Apply(Gardenlet gardenlet) => gardenlet with
    {
        Spec = gardenlet.Spec with { Deployment = Apply(gardenlet.Spec.Deployment), Config = Apply(gardenlet.Spec.Config) },
    };

    public static ManagedSeed Apply(ManagedSeed managed)
    {
        var gardenlet = managed.Spec.Gardenlet;
        return managed with
        {
            Spec = managed.Spec with
            {
                Gardenlet = gardenlet with
                {
                    Deployment = Apply(gardenlet.Deployment ?? new GardenletDeployment()),
                    Config = Apply(gardenlet.Config),
                    Bootstrap = GardenletBootstrap.Of(gardenlet),
                    MergeWithParent = gardenlet.MergeWithParent ?? true,
                },
            },
        };
    }

    private static T Apply<T>(T deployment) where T : GardenletDeploymentSettings => (T)((GardenletDeploymentSettings)deployment with
    {
        ReplicaCount = deployment.ReplicaCount ?? Replicas,
        RevisionHistoryLimit = deployment.RevisionHistoryLimit ?? RevisionHistory,
        EnableHealthProbes = deployment.EnableHealthProbes ?? true,
        Image = Apply(deployment.Image ?? new Image()),
    });

    private static Image Apply(Image image) =>
        image with { PullPolicy = image.PullPolicy ?? (image.Tag == LatestTag ? "Always" : "IfNotPresent") };

    // A configuration with faults is left as it is; validation names them.
    private static JsonElement? Apply(JsonElement? config)
    {
        if (GardenletConfigurationReader.Read(config, FieldPath.Root, new FieldErrors()) is not { } configuration
            || configuration.Resources?.Capacity?.ContainsKey(Shoots) == true)
        {
            return config;
        }

        // Only this field is written, so that users find the rest as they left it.
        var tree = config is { ValueKind: JsonValueKind.Object } element
            ? JsonObject.Create(element)!
            : KubernetesJson.ToNode(configuration);
        tree.Ensure("resources", "capacity")[Shoots] = $"{GardenletConfigurationDefaults.ShootCapacity}";
        return JsonSerializer.SerializeToElement(tree);
    }
}
