using Hortus.GardenApi.Defaults;
using Hortus.Objects;
using Hortus.Objects.Gardener.Core;

namespace Hortus.GardenApi.Validation;

/// <summary>The rules of a Shoot that need no other object; each topic has a validator of its own.</summary>
internal static class ShootValidator
{
    private static readonly string[] Purposes =
        ["evaluation", "testing", "development", "production", "infrastructure"];

    public static void Check(Shoot shoot, FieldErrors errors)
    {
        var path = FieldPath.Root["spec"];
        var spec = shoot.Spec;
        Names.Label(shoot.Metadata.Name, FieldPath.Root["metadata"]["name"], errors);
        Names.Present(spec.Region, path["region"], errors, "must specify a region");
        Names.Present(spec.Provider.Type, path["provider"]["type"], errors, "must specify a provider type");
        Names.OneOf(spec.Purpose, path["purpose"], errors, Purposes);
        if (spec.Purpose == "infrastructure" && shoot.Metadata.Namespace != "garden")
        {
            errors.Invalid(
                path["purpose"], spec.Purpose, "the purpose infrastructure can only be used in the namespace garden");
        }

        Profile(spec, path, errors);
        Credentials(spec, path, errors);
        Extensions(spec.Extensions, path["extensions"], errors);
        Resources(spec.Resources, path["resources"], errors);
        Addons(spec, path["addons"], errors);
        ShootNetworkingValidator.Check(spec, path["networking"], errors);
        ShootKubernetesValidator.Check(spec, path["kubernetes"], errors);
        ShootWorkerlessValidator.Check(spec, path, errors);
        ShootWorkerValidator.Check(spec, path["provider"]["workers"], errors);
        ShootScheduleValidator.Check(spec, path, errors);
        ShootDnsValidator.Check(spec.Dns, path["dns"], errors);
        if (spec.ControlPlane?.HighAvailability is { } availability)
        {
            Names.OneOf(availability.FailureTolerance.Type,
                path["controlPlane"]["highAvailability"]["failureTolerance"]["type"], errors, "node", "zone");
        }
    }

    private static void Profile(ShootSpec spec, FieldPath path, FieldErrors errors)
    {
        if (spec.CloudProfile is not { } profile)
        {
            errors.Required(path["cloudProfile"]["name"], "must specify a cloud profile");
            return;
        }

        Names.Present(profile.Name, path["cloudProfile"]["name"], errors, "must specify a cloud profile");
        Names.OneOf(profile.Kind, path["cloudProfile"]["kind"], errors, "CloudProfile", "NamespacedCloudProfile");
        if (spec.CloudProfileName is { Length: > 0 } name && (profile.Kind != "CloudProfile" || profile.Name != name))
        {
            errors.Invalid(path["cloudProfileName"], name, "must name the same profile as spec.cloudProfile");
        }
    }

    private static void Credentials(ShootSpec spec, FieldPath path, FieldErrors errors)
    {
        if (spec.SecretBindingName is { Length: > 0 } && spec.CredentialsBindingName is { Length: > 0 })
        {
            errors.Forbidden(path["secretBindingName"], "must not be set together with spec.credentialsBindingName");
        }

        if (!ShootDefaults.IsWorkerless(spec)
            && string.IsNullOrEmpty(spec.SecretBindingName) && string.IsNullOrEmpty(spec.CredentialsBindingName))
        {
            errors.Required(path["credentialsBindingName"], "must be set when provider workers are set");
        }

        if (SemanticVersion.TryParse(spec.Kubernetes.Version, out var version)
            && version >= new SemanticVersion(1, 34, 0))
        {
            OldForm(spec.SecretBindingName, path["secretBindingName"], "credentialsBindingName", errors);
            OldForm(spec.CloudProfileName, path["cloudProfileName"], "cloudProfile", errors);
        }
    }

    private static void OldForm(string? value, FieldPath path, string successor, FieldErrors errors)
    {
        if (!string.IsNullOrEmpty(value))
        {
            errors.Forbidden(path, $"is not allowed for Kubernetes versions >= 1.34, use spec.{successor}");
        }
    }

    private static void Extensions(IReadOnlyList<Extension>? extensions, FieldPath path, FieldErrors errors)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < (extensions?.Count ?? 0); i++)
        {
            var type = extensions![i].Type;
            Names.Present(type, path[i]["type"], errors, "must specify a type");
            if (type.Length > 0 && !seen.Add(type))
            {
                errors.Duplicate(path[i]["type"], type);
            }
        }
    }

    private static void Resources(IReadOnlyList<NamedResourceReference>? resources, FieldPath path, FieldErrors errors)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < (resources?.Count ?? 0); i++)
        {
            var resource = resources![i];
            Names.Present(resource.Name, path[i]["name"], errors);
            Names.Present(resource.ResourceRef.Kind, path[i]["resourceRef"]["kind"], errors);
            Names.Present(resource.ResourceRef.Name, path[i]["resourceRef"]["name"], errors);
            if (resource.Name.Length > 0 && !seen.Add(resource.Name))
            {
                errors.Duplicate(path[i]["name"], resource.Name);
            }
        }
    }

    private static void Addons(ShootSpec spec, FieldPath path, FieldErrors errors)
    {
        var asked = spec.Addons?.KubernetesDashboard?.Enabled == true || spec.Addons?.NginxIngress?.Enabled == true;
        if (asked && SemanticVersion.TryParse(spec.Kubernetes.Version, out var version)
            && version >= new SemanticVersion(1, 35, 0))
        {
            errors.Forbidden(path, "addons are not supported for Kubernetes versions >= 1.35");
        }
        else if (asked && spec.Purpose != "evaluation")
        {
            errors.Forbidden(path, "for now addons can only be enabled for clusters with purpose \"evaluation\"");
        }
    }
}
