using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.SeedManagement;
using Hortus.Oci;

namespace Hortus.GardenApi.Validation;

/// <summary>The rules of a Gardenlet.</summary>
internal static class GardenletValidator
{
    private static readonly FieldPath Config = FieldPath.Root["spec"]["config"];

    /// <summary>What its annotation may ask for.</summary>
    public static GardenletOperations<Gardenlet> Operations { get; } = new(
        GardenerOperations.ForceRedeploy, GardenerOperations.Reconcile, GardenerOperations.RenewKubeconfig);

    public static void Check(Gardenlet gardenlet, FieldErrors errors)
    {
        var metadata = FieldPath.Root["metadata"];
        var path = FieldPath.Root["spec"]["deployment"];
        Names.Label(gardenlet.Metadata.Name, metadata["name"], errors);
        if (gardenlet.Metadata.Namespace != GardenerNames.GardenNamespace)
        {
            errors.Forbidden(metadata["namespace"], "namespace must be garden");
        }

        Operations.Check(gardenlet, errors);
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

        if (GardenletConfigRules.Check(gardenlet.Spec.Config, Config, errors) is { GardenClientConnection.Kubeconfig.Length: > 0 })
        {
            errors.Forbidden(Config["gardenClientConnection"]["kubeconfig"], "kubeconfig is forbidden if bootstrap is specified");
        }
    }

    public static void CheckChange(Gardenlet gardenlet, Gardenlet old, FieldErrors errors)
    {
        GardenletOperations<Gardenlet>.CheckChange(gardenlet, old, errors);
        GardenletConfigRules.CheckChange(gardenlet.Spec.Config, old.Spec.Config, Config, errors);
    }
}
