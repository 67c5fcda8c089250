using System.Text.Json.Nodes;
using Hortus.Objects;
using Hortus.Runtime;
using Hortus.Runtime.Webhooks;

namespace Hortus.ProviderLocal.Admission;

/// <summary>Writes into new shoots of type local what they can only be: the network type, and the nodes' network that all local machines
/// have. It works on JSON, so that what this version does not know stays.</summary>
internal sealed class ShootDefaultsWebhook : IAdmissionWebhook
{
    private const string ProcessedBy = "extensions.gardener.cloud/processed-by";
    private const string Processor = "admission-webhook-local-provider";

    /// <inheritdoc/>
    public Task<AdmissionAnswer> ReviewAsync(AdmissionRequest request, CancellationToken cancellationToken) =>
        Task.FromResult(Review(request));

    private static AdmissionAnswer Review(AdmissionRequest request)
    {
        if (!request.IsAbout("core.gardener.cloud", "Shoot") || request.Object is not { } given
            || given.Text("spec", "provider", "type") != ProviderLocalComponent.Type
            || given.At("metadata", "deletionTimestamp") is not null)
        {
            return AdmissionAnswer.Allowed;
        }

        var shoot = (JsonObject)given.DeepClone();
        Mark(shoot);
        if (request.Operation == "CREATE" && shoot.At("spec", "provider", "workers") is JsonArray { Count: > 0 })
        {
            var networking = shoot.Ensure("spec", "networking");
            Default(networking, "type", ProviderLocalComponent.NetworkType);
            Default(networking, "nodes", LocalNetwork.Nodes.ToString());
        }

        return AdmissionAnswer.Change(shoot);
    }

    // As Gardener's own does: tools see by it that the webhook was asked.
    private static void Mark(JsonObject shoot) => Default(shoot.Ensure("metadata", "annotations"), ProcessedBy, Processor);

    private static void Default(JsonObject fields, string name, string value)
    {
        if (string.IsNullOrEmpty(fields.Text(name)))
        {
            fields[name] = value;
        }
    }
}
