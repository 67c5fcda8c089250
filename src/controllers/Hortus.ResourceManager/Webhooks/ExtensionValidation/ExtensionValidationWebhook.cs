using Hortus.Objects.Gardener.Resources;
using Hortus.Runtime.Webhooks;

namespace Hortus.ResourceManager.Webhooks.ExtensionValidation;

/// <summary>Denies resources that no extension could reconcile, before one tries.</summary>
internal sealed class ExtensionValidationWebhook : IAdmissionWebhook
{
    /// <inheritdoc/>
    public Task<AdmissionAnswer> ReviewAsync(AdmissionRequest request, CancellationToken cancellationToken) =>
        Task.FromResult(Review(request));

    private static AdmissionAnswer Review(AdmissionRequest request)
    {
        if (request.Group != WebhookNames.ExtensionsGroup || request.Operation is not ("CREATE" or "UPDATE")
            || !string.IsNullOrEmpty(request.Subresource))
        {
            return AdmissionAnswer.Allowed;
        }

        var errors = ExtensionRules.Check(request.Resource, request.Object!, request.Operation == "UPDATE" ? request.OldObject : null);
        return AdmissionAnswer.Invalid(request, errors);
    }
}
