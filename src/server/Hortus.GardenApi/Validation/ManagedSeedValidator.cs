using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.GardenletConfig;
using Hortus.Objects.Gardener.SeedManagement;

namespace Hortus.GardenApi.Validation;

/// <summary>The rules of a ManagedSeed that need no other object.</summary>
internal static class ManagedSeedValidator
{
    private static readonly FieldPath Spec = FieldPath.Root["spec"];
    private static readonly FieldPath Gardenlet = Spec["gardenlet"];
    private static readonly FieldPath Kubeconfig = Gardenlet["config"]["gardenClientConnection"]["kubeconfig"];

    /// <summary>What its annotation may ask for.</summary>
    public static GardenletOperations<ManagedSeed> Operations { get; } = new(
        GardenerOperations.Reconcile, GardenerOperations.RenewKubeconfig);

    public static void Check(ManagedSeed managed, FieldErrors errors)
    {
        // It is the name of the Seed, too.
        Names.Label(managed.Metadata.Name, FieldPath.Root["metadata"]["name"], errors);
        SeedManagementValidator.Namespace(managed.Metadata.Namespace, errors);
        Operations.Check(managed, errors);
        if (managed.Spec.Shoot is null)
        {
            errors.Required(Spec["shoot"], "shoot is required");
        }
        else
        {
            Names.Present(managed.Spec.Shoot.Name, Spec["shoot"]["name"], errors, "shoot name is required");
        }

        var gardenlet = managed.Spec.Gardenlet;
        Names.OneOf(
            gardenlet.Bootstrap, Gardenlet["bootstrap"], errors, GardenletBootstrap.Token, GardenletBootstrap.ServiceAccount,
            GardenletBootstrap.None);
        if (gardenlet.Deployment is { } deployment)
        {
            GardenletDeploymentRules.Check(deployment, Gardenlet["deployment"], errors);
        }

        if (GardenletConfigRules.Check(gardenlet.Config, Gardenlet["config"], errors) is { } configuration)
        {
            Check(gardenlet, configuration, errors);
        }
    }

    public static void CheckChange(ManagedSeed managed, ManagedSeed old, FieldErrors errors)
    {
        var (gardenlet, before) = (managed.Spec.Gardenlet, old.Spec.Gardenlet);
        Names.Unchanged(managed.Spec.Shoot?.Name, old.Spec.Shoot?.Name, Spec["shoot"]["name"], errors);
        Names.Unchanged(gardenlet.Bootstrap, before.Bootstrap, Gardenlet["bootstrap"], errors, oncePresent: true);
        if (before.MergeWithParent is { } merge && gardenlet.MergeWithParent != merge)
        {
            errors.Invalid(Gardenlet["mergeWithParent"], gardenlet.MergeWithParent, "field is immutable");
        }

        GardenletOperations<ManagedSeed>.CheckChange(managed, old, errors);
        GardenletConfigRules.CheckChange(gardenlet.Config, before.Config, Gardenlet["config"], errors);
    }

    private static void Check(
        Objects.Gardener.SeedManagement.GardenletConfig gardenlet, GardenletConfiguration configuration, FieldErrors errors)
    {
        if (configuration.SeedConfig is null)
        {
            errors.Required(Gardenlet["config"]["seedConfig"], "it says what Seed the gardenlet registers");
        }

        var isGiven = !string.IsNullOrEmpty(configuration.GardenClientConnection?.Kubeconfig);
        if (GardenletBootstrap.Of(gardenlet) != GardenletBootstrap.None)
        {
            if (isGiven)
            {
                errors.Forbidden(Kubeconfig, "kubeconfig is forbidden if bootstrap is specified");
            }
        }
        else if (!isGiven && gardenlet.MergeWithParent == false)
        {
            errors.Required(Kubeconfig, "kubeconfig is required if bootstrap is not specified and merging with parent is disabled");
        }
    }
}
