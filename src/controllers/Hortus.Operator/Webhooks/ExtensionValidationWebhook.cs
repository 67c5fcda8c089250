using System.Text.Json;
using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener.Operator;
using Hortus.Runtime.Webhooks;

namespace Hortus.Operator.Webhooks;

/// <summary>Denies Extensions that could not be installed, and the deletion of those that something still needs.</summary>
/// <param name="runtime">The cluster with the other Extensions.</param>
internal sealed class ExtensionValidationWebhook(IKubernetesClient runtime) : IAdmissionWebhook
{
    private static readonly string[] Holders = [ExtensionConditions.RequiredRuntime, ExtensionConditions.RequiredVirtual];

    /// <inheritdoc/>
    public async Task<AdmissionAnswer> ReviewAsync(AdmissionRequest request, CancellationToken cancellationToken)
    {
        if (!request.IsAbout(OperatorWebhookCatalog.Group, "Extension"))
        {
            return AdmissionAnswer.Allowed;
        }

        return request.Operation switch
        {
            "DELETE" => ReviewDeletion(request),
            "CREATE" or "UPDATE" => await ReviewChangeAsync(request, cancellationToken),
            _ => AdmissionAnswer.Allowed,
        };
    }

    private static AdmissionAnswer ReviewDeletion(AdmissionRequest request)
    {
        if (request.OldObject is not { } old)
        {
            return AdmissionAnswer.Deny(
                $"{request}: the API server does not say what is deleted, so it cannot be seen whether it is still needed");
        }

        var conditions = Read(old).Status?.Conditions;
        string[] reasons =
        [
            .. from type in Holders
               let condition = Conditions.Find(conditions, type)
               where condition is { Status: "True" }
               select $"{type}: {condition.Message}",
        ];
        return reasons.Length == 0
            ? AdmissionAnswer.Allowed
            : AdmissionAnswer.Deny($"{request} is still required and cannot be deleted: {string.Join("; ", reasons)}");
    }

    private async Task<AdmissionAnswer> ReviewChangeAsync(AdmissionRequest request, CancellationToken cancellationToken)
    {
        Extension extension;
        Extension? old;
        try
        {
            extension = Read(request.Object!);
            old = request.OldObject is { } before ? Read(before) : null;
        }
        catch (JsonException e)
        {
            return AdmissionAnswer.Invalid($"{request}: {e.Message}");
        }

        // Nothing may keep an Extension from losing its finalizer, not even what was stored before it could be judged.
        if (extension.Metadata.IsDeleting()
            || (old is not null && JsonNode.DeepEquals(request.Object!["spec"], request.OldObject!["spec"])))
        {
            return AdmissionAnswer.Allowed;
        }

        var errors = ExtensionRules.Check(extension, old);
        if (old is null && ExtensionNames.CanClash(request.Name))
        {
            await CheckNameAsync(request.Name, errors, cancellationToken);
        }

        return AdmissionAnswer.Invalid(request, errors);
    }

    private async Task CheckNameAsync(string name, FieldErrors errors, CancellationToken cancellationToken)
    {
        var others = await runtime.ListAsync<Extension>(ListOptions.All, cancellationToken);
        foreach (var other in others.Items)
        {
            if (ExtensionNames.Clash(name, other.Metadata.Name ?? "") is { } resource)
            {
                errors.Invalid(
                    FieldPath.Root["metadata"]["name"],
                    name,
                    $"ManagedResource {resource} would belong to Extension {other.Metadata.Name} too: choose another name");
            }
        }
    }

    private static Extension Read(JsonObject value) => KubernetesJson.Deserialize<Extension>(value);
}
