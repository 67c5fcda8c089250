using Hortus.Objects;
using Hortus.Objects.Gardener.SeedManagement;

namespace Hortus.GardenApi.Validation;

/// <summary>The rules of Gardenlet and ManagedSeed; both live in the namespace garden.</summary>
internal static class SeedManagementValidator
{
    private const string GardenNamespace = "garden";

    public static void Check(Gardenlet gardenlet, FieldErrors errors)
    {
        var path = FieldPath.Root["spec"];
        Namespace(gardenlet.Metadata.Namespace, errors);
        ControllerValidator.Repository(
            gardenlet.Spec.Deployment.Helm.OciRepository, path["deployment"]["helm"]["ociRepository"], errors);
        Deployment(gardenlet.Spec.Deployment, path["deployment"], errors);
    }

    public static void Check(ManagedSeed seed, FieldErrors errors)
    {
        var path = FieldPath.Root["spec"];
        Namespace(seed.Metadata.Namespace, errors);
        Names.Present(seed.Spec.Shoot?.Name, path["shoot"]["name"], errors, "shoot name is required");
        Names.OneOf(
            seed.Spec.Gardenlet.Bootstrap, path["gardenlet"]["bootstrap"], errors, "BootstrapToken", "ServiceAccount",
            "None");
        if (seed.Spec.Gardenlet.Deployment is { } deployment)
        {
            Deployment(deployment, path["gardenlet"]["deployment"], errors);
        }
    }

    public static void CheckChange(ManagedSeed seed, ManagedSeed old, FieldErrors errors) =>
        Names.Unchanged(seed.Spec.Shoot?.Name, old.Spec.Shoot?.Name, FieldPath.Root["spec"]["shoot"]["name"], errors);

    private static void Namespace(string? ns, FieldErrors errors)
    {
        if (ns != GardenNamespace)
        {
            errors.Invalid(FieldPath.Root["metadata"]["namespace"], ns, "namespace must be garden");
        }
    }

    private static void Deployment(GardenletDeploymentSettings deployment, FieldPath path, FieldErrors errors)
    {
        if (deployment.ReplicaCount is < 0)
        {
            errors.Invalid(path["replicaCount"], deployment.ReplicaCount, "must be greater than or equal to 0");
        }

        Names.OneOf(
            deployment.Image?.PullPolicy, path["image"]["pullPolicy"], errors, "Always", "IfNotPresent", "Never");
    }
}
