using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener.Core;
using Hortus.ProviderLocal.Configuration;
using Hortus.Runtime.Webhooks;

namespace Hortus.ProviderLocal.Admission;

/// <summary>Denies projects' profiles whose configuration for type local cannot be used, or would change what their parent says.</summary>
/// <param name="garden">Has the parents.</param>
internal sealed class NamespacedCloudProfileValidationWebhook(IKubernetesClient garden) : IAdmissionWebhook
{
    /// <inheritdoc/>
    public async Task<AdmissionAnswer> ReviewAsync(AdmissionRequest request, CancellationToken cancellationToken)
    {
        if (!request.IsAbout("core.gardener.cloud", "NamespacedCloudProfile") || request.Object is not { } given
            || ProfileReviews.IsSettled(request))
        {
            return AdmissionAnswer.Allowed;
        }

        if (ProfileReviews.Read<NamespacedCloudProfile>(request, given, out var malformed) is not { } profile)
        {
            return malformed;
        }

        var errors = new FieldErrors();
        var parentPath = FieldPath.Root["spec"]["parent"];
        var parent = await garden.FindAsync<CloudProfile>(ObjectKey.Cluster(profile.Spec.Parent.Name), cancellationToken);
        if (parent is null)
        {
            errors.NotFound(parentPath["name"], profile.Spec.Parent.Name);
        }
        else if (parent.Spec.Type != ProviderLocalComponent.Type)
        {
            errors.Invalid(
                CloudProfileConfigRules.Path["apiVersion"],
                CloudProfileConfig.ApiVersionValue,
                $"CloudProfile {parent.Metadata.Name} is of type {parent.Spec.Type}");
        }
        else if (CloudProfileConfigRules.Read(
            profile.Spec.ProviderConfig, parent.Spec.MachineCapabilities is { Count: > 0 }, errors) is { } config && errors.IsEmpty)
        {
            CloudProfileConfigRules.CheckNew(config, parent, errors);
            CloudProfileConfigRules.CheckOffered(config, profile.Spec.MachineImages, "the NamespacedCloudProfile", errors);
        }

        return AdmissionAnswer.Invalid(request, errors);
    }
}
