using Hortus.GardenApi.Registry;
using Hortus.Objects;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.Rules;

namespace Hortus.GardenApi.Validation;

/// <summary>The rules of ControllerRegistration and ControllerInstallation.</summary>
internal static class ControllerValidator
{
    public static void Check(ControllerRegistration registration, FieldErrors errors)
    {
        var path = FieldPath.Root["spec"];
        Names.Label(registration.Metadata.Name, FieldPath.Root["metadata"]["name"], errors);
        ControllerResourceRules.Check(
            registration.Spec.Resources, ControllerResourceRules.SeedAndShoot, path["resources"], errors);
        if (registration.Spec.Deployment is { } deployment)
        {
            Check(deployment, registration.Spec.Resources ?? [], path["deployment"], errors);
        }
    }

    public static void CheckChange(ControllerRegistration registration, ControllerRegistration old, FieldErrors errors)
    {
        var path = FieldPath.Root["spec"];
        NotWhileDeleted(registration, registration.Spec, old.Spec, path, errors);
        ControllerResourceRules.CheckChange(registration.Spec.Resources, old.Spec.Resources, path["resources"], errors);
    }

    public static void Check(ControllerInstallation installation, FieldErrors errors)
    {
        var path = FieldPath.Root["spec"];
        var spec = installation.Spec;
        Names.Subdomain(installation.Metadata.Name, FieldPath.Root["metadata"]["name"], errors);
        Names.Present(spec.RegistrationRef.Name, path["registrationRef"]["name"], errors, "field is required");
        if (spec.SeedRef is null && spec.ShootRef is null)
        {
            errors.Required(path["seedRef"], "must provide either seedRef or shootRef");
        }

        if (spec.SeedRef is { } seed)
        {
            Names.Present(seed.Name, path["seedRef"]["name"], errors, "field is required");
        }

        if (spec.ShootRef is { } shoot)
        {
            Names.Present(shoot.Name, path["shootRef"]["name"], errors, "field is required");
            Names.Present(shoot.Namespace, path["shootRef"]["namespace"], errors, "field is required");
        }

        if (spec.DeploymentRef is { } deployment)
        {
            Names.Present(deployment.Name, path["deploymentRef"]["name"], errors, "field is required");
        }
    }

    public static void CheckChange(ControllerInstallation installation, ControllerInstallation old, FieldErrors errors)
    {
        var path = FieldPath.Root["spec"];
        var (spec, before) = (installation.Spec, old.Spec);
        NotWhileDeleted(installation, spec, before, path, errors);
        Names.Unchanged(spec.RegistrationRef.Name, before.RegistrationRef.Name, path["registrationRef"]["name"], errors);
        Names.Unchanged(spec.SeedRef?.Name, before.SeedRef?.Name, path["seedRef"]["name"], errors);
        Names.Unchanged(spec.ShootRef?.Name, before.ShootRef?.Name, path["shootRef"]["name"], errors);
        Names.Unchanged(spec.ShootRef?.Namespace, before.ShootRef?.Namespace, path["shootRef"]["namespace"], errors);
    }

    private static void Check(
        ControllerRegistrationDeployment deployment, IReadOnlyList<ControllerResource> resources, FieldPath path, FieldErrors errors)
    {
        Names.OneOf(deployment.Policy, path["policy"], errors, [.. DeploymentPolicies.All]);
        if (deployment.SeedSelector is { } selector)
        {
            if (resources.Any(resource => resource.Primary != false))
            {
                errors.Forbidden(
                    path["seedSelector"], "specifying a seed selector is not allowed when controlling resources primarily");
            }

            CheckSelector(selector, path["seedSelector"], errors);
        }

        if (deployment.DeploymentRefs is { Count: > 1 })
        {
            errors.Forbidden(path["deploymentRefs"], "only one deployment reference is allowed");
        }

        for (var i = 0; i < (deployment.DeploymentRefs?.Count ?? 0); i++)
        {
            Names.Present(deployment.DeploymentRefs![i].Name, path["deploymentRefs"][i]["name"], errors, "must not be empty");
        }
    }

    private static void CheckSelector(LabelSelector selector, FieldPath path, FieldErrors errors)
    {
        try
        {
            LabelSelectorMatcher.From(selector);
        }
        catch (FormatException e)
        {
            errors.Invalid(path, selector, e.Message);
        }
    }

    private static void NotWhileDeleted<T>(KubernetesObject value, T spec, T old, FieldPath path, FieldErrors errors) where T : class
    {
        if (value.Metadata.DeletionTimestamp is not null && !TypedObjects.Same(spec, old))
        {
            errors.Forbidden(path, "cannot be changed while the object is being deleted");
        }
    }
}
