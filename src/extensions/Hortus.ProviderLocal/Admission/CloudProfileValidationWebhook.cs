using System.Text.Json;
using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener.Core;
using Hortus.ProviderLocal.Configuration;
using Hortus.Runtime.Webhooks;

namespace Hortus.ProviderLocal.Admission;

/// <summary>Denies profiles of type local whose configuration cannot be used.</summary>
internal sealed class CloudProfileValidationWebhook : IAdmissionWebhook
{
    /// <inheritdoc/>
    public Task<AdmissionAnswer> ReviewAsync(AdmissionRequest request, CancellationToken cancellationToken) =>
        Task.FromResult(Review(request));

    private static AdmissionAnswer Review(AdmissionRequest request)
    {
        if (!request.IsAbout("core.gardener.cloud", "CloudProfile") || request.Object is not { } given || ProfileReviews.IsSettled(request))
        {
            return AdmissionAnswer.Allowed;
        }

        if (ProfileReviews.Read<CloudProfile>(request, given, out var malformed) is not { } profile)
        {
            return malformed;
        }

        if (profile.Spec.Type != ProviderLocalComponent.Type)
        {
            return AdmissionAnswer.Allowed;
        }

        var errors = new FieldErrors();
        var config = CloudProfileConfigRules.Read(
            profile.Spec.ProviderConfig, profile.Spec.MachineCapabilities is { Count: > 0 }, errors);
        if (config is not null && errors.IsEmpty)
        {
            CloudProfileConfigRules.CheckOffered(config, profile.Spec.MachineImages, "the CloudProfile", errors);
        }

        return AdmissionAnswer.Invalid(request, errors);
    }
}
