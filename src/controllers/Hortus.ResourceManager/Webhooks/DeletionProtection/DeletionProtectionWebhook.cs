using System.Text.Json.Nodes;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Resources;
using Hortus.Runtime;
using Hortus.Runtime.Webhooks;

namespace Hortus.ResourceManager.Webhooks.DeletionProtection;

/// <summary>Wants deletions confirmed that would take a whole landscape with them.</summary>
internal sealed class DeletionProtectionWebhook : IAdmissionWebhook
{
    private static readonly HashSet<(string Group, string Resource)> Protected =
    [
        .. WebhookNames.ProtectedExtensions.Select(resource => (WebhookNames.ExtensionsGroup, resource)),
        (WebhookNames.DruidGroup, WebhookNames.Etcds),
    ];

    /// <inheritdoc/>
    public Task<AdmissionAnswer> ReviewAsync(AdmissionRequest request, CancellationToken cancellationToken) =>
        Task.FromResult(Review(request));

    private static AdmissionAnswer Review(AdmissionRequest request)
    {
        var isDefinition = (request.Group, request.Resource) == ("apiextensions.k8s.io", "customresourcedefinitions");
        if (request.Operation != "DELETE" || !string.IsNullOrEmpty(request.Subresource)
            || (!isDefinition && !Protected.Contains((request.Group, request.Resource))))
        {
            return AdmissionAnswer.Allowed;
        }

        if (request.OldObject is not { } old)
        {
            return AdmissionAnswer.Deny(
                $"{request}: the API server does not say what is deleted, so it cannot be seen whether that is confirmed");
        }

        return (isDefinition && old.Texts("metadata", "labels").GetValueOrDefault(WebhookLabels.DeletionProtected) != "true")
            || IsConfirmed(old)
            ? AdmissionAnswer.Allowed
            : AdmissionAnswer.Deny(
                $"the deletion of {request} is not confirmed: annotate it with {GardenerAnnotations.ConfirmationDeletion}=true first");
    }

    private static bool IsConfirmed(JsonObject value) =>
        ResourceNames.IsTrue(value.Texts("metadata", "annotations").GetValueOrDefault(GardenerAnnotations.ConfirmationDeletion));
}
