using Hortus.Objects;
using Hortus.Objects.Gardener.Core;

namespace Hortus.GardenApi.Validation;

/// <summary>The rules of ControllerRegistration, ControllerDeployment and ControllerInstallation.</summary>
internal static class ControllerValidator
{
    /// <summary>Extension kinds that a controller can serve.</summary>
    private static readonly string[] Kinds =
    [
        "BackupBucket", "BackupEntry", "Bastion", "ContainerRuntime", "ControlPlane", "DNSRecord", "Extension",
        "Infrastructure", "Network", "OperatingSystemConfig", "SelfHostedShootExposure", "Worker",
    ];

    public static void Check(ControllerRegistration registration, FieldErrors errors)
    {
        var path = FieldPath.Root["spec"];
        var resources = registration.Spec.Resources ?? [];
        Names.Subdomain(registration.Metadata.Name, FieldPath.Root["metadata"]["name"], errors);
        for (var i = 0; i < resources.Count; i++)
        {
            Resource(resources[i], path["resources"][i], errors);
            if (resources.Take(i).Any(r => r.Kind == resources[i].Kind && r.Type == resources[i].Type))
            {
                errors.Duplicate(path["resources"][i], $"{resources[i].Kind}/{resources[i].Type}");
            }
        }

        if (registration.Spec.Deployment is { } deployment)
        {
            Names.OneOf(
                deployment.Policy, path["deployment"]["policy"], errors, "OnDemand", "Always", "AlwaysExceptNoShoots");
            if (deployment.DeploymentRefs is { Count: > 1 })
            {
                errors.Forbidden(path["deployment"]["deploymentRefs"], "only one deployment reference is allowed");
            }

            for (var i = 0; i < (deployment.DeploymentRefs?.Count ?? 0); i++)
            {
                Names.Present(
                    deployment.DeploymentRefs![i].Name, path["deployment"]["deploymentRefs"][i]["name"], errors);
            }
        }
    }

    public static void CheckChange(ControllerRegistration registration, ControllerRegistration old, FieldErrors errors)
    {
        var resources = registration.Spec.Resources ?? [];
        for (var i = 0; i < resources.Count; i++)
        {
            var before = old.Spec.Resources?.FirstOrDefault(
                r => r.Kind == resources[i].Kind && r.Type == resources[i].Type);
            if (before is not null && (before.Primary ?? true) != (resources[i].Primary ?? true))
            {
                errors.Invalid(
                    FieldPath.Root["spec"]["resources"][i]["primary"], resources[i].Primary, "field is immutable");
            }
        }
    }

    public static void Check(ControllerDeployment deployment, FieldErrors errors)
    {
        var path = FieldPath.Root["helm"];
        Names.Subdomain(deployment.Metadata.Name, FieldPath.Root["metadata"]["name"], errors);
        if (deployment.Helm is not { } helm)
        {
            errors.Required(path, "must provide a helm deployment");
            return;
        }

        if ((helm.RawChart is { Length: > 0 }) == (helm.OciRepository is not null))
        {
            errors.Required(path, "must provide either rawChart or ociRepository");
        }

        if (helm.OciRepository is { } repository)
        {
            Repository(repository, path["ociRepository"], errors);
        }
    }

    /// <summary>Requires that an artifact is named.</summary>
    public static void Repository(OCIRepository repository, FieldPath path, FieldErrors errors)
    {
        if (string.IsNullOrEmpty(repository.Ref) && string.IsNullOrEmpty(repository.Repository))
        {
            errors.Required(path["repository"], "must provide either ref or repository");
        }
        else if (!string.IsNullOrEmpty(repository.Repository) && string.IsNullOrEmpty(repository.Ref)
            && string.IsNullOrEmpty(repository.Tag) && string.IsNullOrEmpty(repository.Digest))
        {
            errors.Required(path["tag"], "must provide either tag or digest");
        }

        if (repository.Digest is { Length: > 0 } digest && !digest.StartsWith("sha256:", StringComparison.Ordinal))
        {
            errors.Invalid(path["digest"], digest, "must start with sha256:");
        }
    }

    public static void Check(ControllerInstallation installation, FieldErrors errors)
    {
        var path = FieldPath.Root["spec"];
        Names.Present(
            installation.Spec.RegistrationRef.Name, path["registrationRef"]["name"], errors, "field is required");
        if (installation.Spec.SeedRef is null && installation.Spec.ShootRef is null)
        {
            errors.Required(path["seedRef"], "must provide either seedRef or shootRef");
        }
    }

    public static void CheckChange(ControllerInstallation installation, ControllerInstallation old, FieldErrors errors)
    {
        var path = FieldPath.Root["spec"];
        Names.Unchanged(
            installation.Spec.RegistrationRef.Name, old.Spec.RegistrationRef.Name, path["registrationRef"]["name"],
            errors);
        Names.Unchanged(installation.Spec.SeedRef?.Name, old.Spec.SeedRef?.Name, path["seedRef"]["name"], errors);
    }

    private static void Resource(ControllerResource resource, FieldPath path, FieldErrors errors)
    {
        Names.OneOf(resource.Kind, path["kind"], errors, Kinds);
        Names.Present(resource.Type, path["type"], errors, "field is required");
        if (resource.Kind == "Extension")
        {
            return;
        }

        OnlyExtensions(resource.AutoEnable, path["autoEnable"], errors);
        OnlyExtensions(resource.ClusterCompatibility, path["clusterCompatibility"], errors);
        OnlyExtensions(resource.ReconcileTimeout, path["reconcileTimeout"], errors);
        OnlyExtensions(resource.WorkerlessSupported, path["workerlessSupported"], errors);
        OnlyExtensions(resource.Lifecycle, path["lifecycle"], errors);
    }

    private static void OnlyExtensions(object? value, FieldPath path, FieldErrors errors)
    {
        if (value is not null)
        {
            errors.Forbidden(path, "field must not be set when kind != Extension");
        }
    }
}
