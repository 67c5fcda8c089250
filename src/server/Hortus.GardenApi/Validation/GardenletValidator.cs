using System.Text.Json;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.GardenletConfig;
using Hortus.Objects.Gardener.SeedManagement;
using Hortus.Oci;

namespace Hortus.GardenApi.Validation;

/// <summary>The rules of a Gardenlet.</summary>
internal static class GardenletValidator
{
    private static readonly FieldPath Config = FieldPath.Root["spec"]["config"];

    public static void Check(Gardenlet gardenlet, FieldErrors errors)
    {
        var metadata = FieldPath.Root["metadata"];
        var path = FieldPath.Root["spec"]["deployment"];
        Names.Label(gardenlet.Metadata.Name, metadata["name"], errors);
        if (gardenlet.Metadata.Namespace != GardenerNames.GardenNamespace)
        {
            errors.Forbidden(metadata["namespace"], "namespace must be garden");
        }

        GardenletOperations.Check(gardenlet, errors);
        GardenletDeploymentRules.Check(gardenlet.Spec.Deployment, path, errors);
        OciRepositoryRules.Check(gardenlet.Spec.Deployment.Helm.OciRepository, path["helm"]["ociRepository"], errors);
        if (gardenlet.Spec.KubeconfigSecretRef is { } kubeconfig)
        {
            Names.Present(
                kubeconfig.Name,
                FieldPath.Root["spec"]["kubeconfigSecretRef"]["name"],
                errors,
                "must name a Secret of the namespace garden");
        }

        Configuration(gardenlet.Spec.Config, errors);
    }

    public static void CheckChange(Gardenlet gardenlet, Gardenlet old, FieldErrors errors)
    {
        GardenletOperations.CheckChange(gardenlet, old, errors);
        var ignored = new FieldErrors();
        if (GardenletConfigurationReader.Read(gardenlet.Spec.Config, Config, ignored)?.SeedConfig is { } seed
            && GardenletConfigurationReader.Read(old.Spec.Config, Config, ignored)?.SeedConfig is { } before)
        {
            SeedValidator.CheckChange(seed.Spec, before.Spec, Config["seedConfig"]["spec"], errors);
        }
    }

    private static void Configuration(JsonElement? config, FieldErrors errors)
    {
        if (GardenletConfigurationReader.Read(config, Config, errors) is not { } configuration)
        {
            return;
        }

        if (!string.IsNullOrEmpty(configuration.SeedConfig?.Metadata.Name))
        {
            errors.Forbidden(Config["seedConfig"]["metadata"]["name"], "seed name is forbidden");
        }

        GardenletConfigurationRules.Check(configuration, Config, errors);
        if (configuration.SeedConfig is { } seed)
        {
            SeedValidator.CheckTemplate(seed.Spec, Config["seedConfig"]["spec"], errors);
        }

        if (!string.IsNullOrEmpty(configuration.GardenClientConnection?.Kubeconfig))
        {
            errors.Forbidden(Config["gardenClientConnection"]["kubeconfig"], "kubeconfig is forbidden if bootstrap is specified");
        }
    }
}
