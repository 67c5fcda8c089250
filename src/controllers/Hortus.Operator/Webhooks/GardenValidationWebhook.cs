using System.Text.Json;
using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener.Operator;
using Hortus.Runtime.Webhooks;

namespace Hortus.Operator.Webhooks;

/// <summary>Denies Gardens that could not be made, a second one, and changes that would break one.</summary>
/// <param name="runtime">The cluster with the other Gardens.</param>
internal sealed class GardenValidationWebhook(IKubernetesClient runtime) : IAdmissionWebhook
{
    /// <inheritdoc/>
    public async Task<AdmissionAnswer> ReviewAsync(AdmissionRequest request, CancellationToken cancellationToken)
    {
        if (!request.IsAbout(OperatorWebhookCatalog.Group, nameof(Garden)) || request.Operation is not ("CREATE" or "UPDATE"))
        {
            return AdmissionAnswer.Allowed;
        }

        Garden garden;
        Garden? old;
        try
        {
            garden = Read(request.Object!);
            old = request.Operation == "UPDATE" && request.OldObject is { } before ? Read(before) : null;
        }
        catch (JsonException e)
        {
            return AdmissionAnswer.Invalid($"{request}: {e.Message}");
        }

        // Nothing may keep a Garden from losing its finalizer.
        if (garden.Metadata.IsDeleting())
        {
            return AdmissionAnswer.Allowed;
        }

        return old is null && await FirstAsync(request.Name, cancellationToken) is { } first
            ? AdmissionAnswer.Deny($"{request}: there is Garden {first} already, and there can be only one")
            : AdmissionAnswer.Invalid(request, GardenRules.Check(garden, old));
    }

    private async Task<string?> FirstAsync(string name, CancellationToken cancellationToken)
    {
        var gardens = await runtime.ListAsync<Garden>(ListOptions.All, cancellationToken);
        return gardens.Items.Select(garden => garden.Metadata.Name).FirstOrDefault(other => other != name);
    }

    private static Garden Read(JsonObject value) => KubernetesJson.Deserialize<Garden>(value);
}
