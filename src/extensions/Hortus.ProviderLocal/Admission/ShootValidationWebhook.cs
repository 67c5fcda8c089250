using System.Net;
using System.Text.Json.Nodes;
using Hortus.Objects;
using Hortus.Runtime;
using Hortus.Runtime.Webhooks;

namespace Hortus.ProviderLocal.Admission;

/// <summary>Denies shoots of type local whose machines could not be made: nodes elsewhere than in the local network, and configurations
/// for the provider, which reads none. What an update leaves as it was is not judged again.</summary>
internal sealed class ShootValidationWebhook : IAdmissionWebhook
{
    private static readonly FieldPath Spec = FieldPath.Root["spec"];

    /// <inheritdoc/>
    public Task<AdmissionAnswer> ReviewAsync(AdmissionRequest request, CancellationToken cancellationToken) =>
        Task.FromResult(Review(request));

    private static AdmissionAnswer Review(AdmissionRequest request)
    {
        if (!request.IsAbout("core.gardener.cloud", "Shoot") || request.Object is not { } shoot
            || shoot.Text("spec", "provider", "type") != ProviderLocalComponent.Type
            || shoot.At("metadata", "deletionTimestamp") is not null)
        {
            return AdmissionAnswer.Allowed;
        }

        var errors = new FieldErrors();
        CheckNodes(shoot, request.OldObject, errors);
        foreach (var field in new[] { "infrastructureConfig", "controlPlaneConfig" })
        {
            CheckConfig(
                shoot.At("spec", "provider", field),
                request.OldObject.At("spec", "provider", field),
                Spec["provider"][field],
                errors);
        }

        var before = request.OldObject.Items("spec", "provider", "workers").ToLookup(worker => worker.Text("name"));
        foreach (var (index, worker) in shoot.Items("spec", "provider", "workers").Index())
        {
            CheckConfig(
                worker["providerConfig"],
                before[worker.Text("name")].FirstOrDefault()?["providerConfig"],
                Spec["provider"]["workers"][index]["providerConfig"],
                errors);
        }

        return AdmissionAnswer.Invalid(request, errors);
    }

    private static void CheckNodes(JsonObject shoot, JsonObject? old, FieldErrors errors)
    {
        var nodes = shoot.Text("spec", "networking", "nodes");
        if (shoot.At("spec", "provider", "workers") is not JsonArray { Count: > 0 }
            || (old is not null && nodes == old.Text("spec", "networking", "nodes")))
        {
            return;
        }

        var path = Spec["networking"]["nodes"];
        if (string.IsNullOrEmpty(nodes))
        {
            errors.Required(path, $"local machines take their addresses from it; it is {LocalNetwork.Nodes} or a part of it");
        }
        else if (!IPNetwork.TryParse(nodes, out var range))
        {
            errors.Invalid(path, nodes, $"must be a network in CIDR form, such as {LocalNetwork.Nodes}");
        }
        else if (!LocalNetwork.HasNodes(range))
        {
            errors.Invalid(path, nodes, $"local machines are in {LocalNetwork.Nodes}: it must be that network or a part of it");
        }
    }

    private static void CheckConfig(JsonNode? config, JsonNode? old, FieldPath path, FieldErrors errors)
    {
        if (config is not null and not JsonObject { Count: 0 } && !JsonNode.DeepEquals(config, old))
        {
            errors.Forbidden(path, "provider local has no such configuration: remove it, or set the provider that it is for");
        }
    }
}
