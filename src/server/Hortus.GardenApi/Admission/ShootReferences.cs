using Hortus.GardenApi.Defaults;
using Hortus.Objects;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.Security;
using Hortus.Objects.Kubernetes;
using UserInfo = Hortus.ApiServer.Authentication.UserInfo;

namespace Hortus.GardenApi.Admission;

/// <summary>Whether what a Shoot names in its namespace exists: credentials, exposure class, named resources.</summary>
internal sealed class ShootReferences(GardenReader garden)
{
    private static readonly ResourceKind Binding = ResourceKind.Of<CredentialsBinding>();

    public async ValueTask CheckAsync(
        Shoot shoot, Shoot? old, UserInfo user, FieldErrors errors, CancellationToken cancellationToken)
    {
        var path = FieldPath.Root["spec"];
        if (!ShootDefaults.IsWorkerless(shoot.Spec))
        {
            await CheckCredentialsAsync(shoot, old, path, errors, cancellationToken);
            await CheckRightsAsync(shoot, old, user, path["credentialsBindingName"], errors, cancellationToken);
        }

        if (shoot.Spec.ExposureClassName is { Length: > 0 } exposure && old is null
            && await garden.Objects.FindAsync<ExposureClass>(ObjectKey.Cluster(exposure), cancellationToken) is null)
        {
            errors.NotFound(path["exposureClassName"], exposure);
        }

        await CheckResourcesAsync(shoot, old, path["resources"], errors, cancellationToken);
    }

    private async ValueTask CheckCredentialsAsync(
        Shoot shoot, Shoot? old, FieldPath path, FieldErrors errors, CancellationToken cancellationToken)
    {
        if (shoot.Spec.CredentialsBindingName is { Length: > 0 } name && name != old?.Spec.CredentialsBindingName)
        {
            var binding = await garden.Objects.FindAsync<CredentialsBinding>(
                new ObjectKey(shoot.Metadata.Namespace, name), cancellationToken);
            Provider(binding is not null, name, binding?.Provider.Type, shoot, path["credentialsBindingName"], errors);
        }
        else if (shoot.Spec.SecretBindingName is { Length: > 0 } older && older != old?.Spec.SecretBindingName)
        {
            var binding = await garden.Objects.FindAsync<SecretBinding>(
                new ObjectKey(shoot.Metadata.Namespace, older), cancellationToken);
            Provider(binding is not null, older, binding?.Provider?.Type, shoot, path["secretBindingName"], errors);
        }
    }

    // Whoever changes credentials takes over a cluster's infrastructure: both must be theirs to see.
    private async ValueTask CheckRightsAsync(
        Shoot shoot, Shoot? old, UserInfo user, FieldPath path, FieldErrors errors, CancellationToken cancellationToken)
    {
        if (old?.Spec.CredentialsBindingName is not { Length: > 0 } before
            || shoot.Spec.CredentialsBindingName is not { Length: > 0 } after || before == after)
        {
            return;
        }

        foreach (var name in new[] { before, after })
        {
            if (!await garden.MayAsync(
                user, "get", Binding, new ObjectKey(shoot.Metadata.Namespace, name), "", cancellationToken))
            {
                errors.Forbidden(path, $"user \"{user.Name}\" may not read the CredentialsBinding \"{name}\"");
            }
        }
    }

    private static void Provider(
        bool found, string name, string? types, Shoot shoot, FieldPath path, FieldErrors errors)
    {
        if (!found)
        {
            errors.NotFound(path, name);
        }
        else if (types?.Split(',').Contains(shoot.Spec.Provider.Type) == false)
        {
            errors.Invalid(path, name,
                $"the binding is for the provider type \"{types}\", but the shoot's provider type is "
                    + $"\"{shoot.Spec.Provider.Type}\"");
        }
    }

    private async ValueTask CheckResourcesAsync(
        Shoot shoot, Shoot? old, FieldPath path, FieldErrors errors, CancellationToken cancellationToken)
    {
        for (var i = 0; i < (shoot.Spec.Resources?.Count ?? 0); i++)
        {
            var reference = shoot.Spec.Resources![i].ResourceRef;
            if (old?.Spec.Resources?.Any(
                r => r.ResourceRef.Kind == reference.Kind && r.ResourceRef.Name == reference.Name) == true)
            {
                continue;
            }

            var key = new ObjectKey(shoot.Metadata.Namespace, reference.Name);
            var found = (reference.ApiVersion, reference.Kind) switch
            {
                ("v1", "Secret") => await garden.Objects.FindAsync<Secret>(key, cancellationToken) is not null,
                ("v1", "ConfigMap") => await garden.Objects.FindAsync<ConfigMap>(key, cancellationToken) is not null,
                _ => true,
            };
            if (!found)
            {
                errors.NotFound(path[i]["resourceRef"]["name"], reference.Name);
            }
        }
    }
}
