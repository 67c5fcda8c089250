using System.Text.Json;
using Hortus.Objects;
using Hortus.Objects.Gardener.GardenletConfig;

namespace Hortus.GardenApi.Validation;

/// <summary>The rules of a gardenlet's configuration inside an object of the garden.</summary>
internal static class GardenletConfigRules
{
    private const string SeedConfigField = "seedConfig";

    /// <summary>Adds the faults of a configuration.</summary>
    /// <returns>The configuration, for more rules; null when it cannot be read.</returns>
    public static GardenletConfiguration? Check(JsonElement? config, FieldPath path, FieldErrors errors)
    {
        if (GardenletConfigurationReader.Read(config, path, errors) is not { } configuration)
        {
            return null;
        }

        if (!string.IsNullOrEmpty(configuration.SeedConfig?.Metadata.Name))
        {
            errors.Forbidden(path[SeedConfigField]["metadata"]["name"], "seed name is forbidden");
        }

        GardenletConfigurationRules.Check(configuration, path, errors);
        if (configuration.SeedConfig is { } seed)
        {
            SeedValidator.CheckTemplate(seed.Spec, path[SeedConfigField]["spec"], errors);
        }

        return configuration;
    }

    /// <summary>Adds the faults of a change.</summary>
    public static void CheckChange(JsonElement? config, JsonElement? old, FieldPath path, FieldErrors errors)
    {
        var ignored = new FieldErrors();
        if (GardenletConfigurationReader.Read(config, path, ignored)?.SeedConfig is { } seed
            && GardenletConfigurationReader.Read(old, path, ignored)?.SeedConfig is { } before)
        {
            SeedValidator.CheckChange(seed.Spec, before.Spec, path[SeedConfigField]["spec"], errors);
        }
    }
}
