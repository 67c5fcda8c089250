using System.Text.Json.Nodes;
using Hortus.Objects;
using Hortus.Objects.Gardener.Rules;
using Hortus.Runtime;
using Hortus.Runtime.Webhooks;

namespace Hortus.Operator.Webhooks;

/// <summary>Writes into Extensions what was left out. It works on JSON, so that what this version does not know stays.</summary>
internal sealed class ExtensionDefaultsWebhook : IAdmissionWebhook
{
    /// <inheritdoc/>
    public Task<AdmissionAnswer> ReviewAsync(AdmissionRequest request, CancellationToken cancellationToken)
    {
        if (!request.IsAbout(OperatorWebhookCatalog.Group, "Extension") || request.Object is not { } given)
        {
            return Task.FromResult(AdmissionAnswer.Allowed);
        }

        var extension = (JsonObject)given.DeepClone();
        Complete(extension);
        return Task.FromResult(AdmissionAnswer.Change(extension));
    }

    private static void Complete(JsonObject extension)
    {
        foreach (var resource in extension.Items("spec", "resources"))
        {
            if (resource["primary"] is null)
            {
                resource["primary"] = true;
            }

            var isExtension = resource.Text("kind") == ControllerResourceRules.ExtensionKind;
            if (isExtension && resource["clusterCompatibility"] is not JsonArray { Count: > 0 }
                && (resource["autoEnable"] as JsonArray)?.Any(type => type.Text() == ClusterTypes.Shoot) == true)
            {
                resource["clusterCompatibility"] = new JsonArray(ClusterTypes.Shoot);
            }
        }

        var kinds = extension.Items("spec", "resources").Select(resource => resource.Text("kind"));
        if (extension.At("spec", "deployment", "extension") is JsonObject deployment && deployment["injectGardenKubeconfig"] is null
            && ExtensionDefaults.InjectGardenKubeconfig(kinds) is { } inject)
        {
            deployment["injectGardenKubeconfig"] = inject;
        }
    }
}
