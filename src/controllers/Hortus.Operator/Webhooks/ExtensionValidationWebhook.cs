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
        await CheckOthersAsync(extension, old, errors, cancellationToken);
        return AdmissionAnswer.Invalid(request, errors);
    }

    // What was there before is left alone: only what this change brings can be refused.
    private async Task CheckOthersAsync(Extension extension, Extension? old, FieldErrors errors, CancellationToken cancellationToken)
    {
        var name = extension.Metadata.Name!;
        var isNew = old is null && ExtensionNames.CanClash(name);
        string[] copies = [.. ExtensionNames.CopiesOf(extension).Except(old is null ? [] : ExtensionNames.CopiesOf(old))];
        if (!isNew && copies.Length == 0)
        {
            return;
        }

        var all = await runtime.ListAsync<Extension>(ListOptions.All, cancellationToken);
        foreach (var other in all.Items.Where(other => other.Metadata.Name != name))
        {
            if (isNew && ExtensionNames.Clash(name, other.Metadata.Name ?? "") is { } resource)
            {
                errors.Invalid(
                    FieldPath.Root["metadata"]["name"],
                    name,
                    $"ManagedResource {resource} would belong to Extension {other.Metadata.Name} too: choose another name");
            }

            foreach (var copy in copies.Intersect(ExtensionNames.CopiesOf(other)))
            {
                errors.Forbidden(
                    FieldPath.Root["spec"]["deployment"],
                    $"its copy in the virtual garden, {copy}, would belong to Extension {other.Metadata.Name} too: rename what is copied");
            }
        }
    }

    private static Extension Read(JsonObject value) => KubernetesJson.Deserialize<Extension>(value);
}
