using System.Text.Json;
using System.Text.Json.Nodes;
using Hortus.Objects;
using Hortus.Objects.Gardener.GardenletConfig;
using Hortus.Objects.Gardener.SeedManagement;

namespace Hortus.GardenApi.Defaults;

/// <summary>Defaults of a Gardenlet. Of its configuration only the capacity for shoots is filled in: all else is up to the gardenlet, whose
/// defaults may be of another version.</summary>
internal static class GardenletDefaults
{
    private const int Replicas = 2;
    private const int RevisionHistory = 2;
    private const string Shoots = "shoots";
    private const string LatestTag = "latest";

    public static Gardenlet Apply(Gardenlet gardenlet)
    {
        var deployment = gardenlet.Spec.Deployment;
        return gardenlet with
        {
            Spec = gardenlet.Spec with
            {
                Deployment = deployment with
                {
                    ReplicaCount = deployment.ReplicaCount ?? Replicas,
                    RevisionHistoryLimit = deployment.RevisionHistoryLimit ?? RevisionHistory,
                    EnableHealthProbes = deployment.EnableHealthProbes ?? true,
                    Image = Apply(deployment.Image ?? new Image()),
                },
                Config = Apply(gardenlet.Spec.Config),
            },
        };
    }

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
        Child(Child(tree, "resources"), "capacity")[Shoots] = $"{GardenletConfigurationDefaults.ShootCapacity}";
        return JsonSerializer.SerializeToElement(tree);
    }

    private static JsonObject Child(JsonObject parent, string name)
    {
        if (parent[name] is not JsonObject child)
        {
            parent[name] = child = [];
        }

        return child;
    }
}
