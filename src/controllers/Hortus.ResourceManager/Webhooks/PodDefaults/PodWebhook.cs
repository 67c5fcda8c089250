using System.Text.Json.Nodes;
using Hortus.Runtime.Webhooks;

namespace Hortus.ResourceManager.Webhooks.PodDefaults;

/// <summary>Changes new pods by a rule that needs nothing else to be known.</summary>
/// <param name="rule">Makes the pod as it should be; pure.</param>
internal sealed class PodWebhook(Func<JsonObject, JsonObject> rule) : IAdmissionWebhook
{
    /// <inheritdoc/>
    public Task<AdmissionAnswer> ReviewAsync(AdmissionRequest request, CancellationToken cancellationToken) =>
        Task.FromResult(request.IsAbout("", "Pod") && request.Operation == "CREATE"
            ? AdmissionAnswer.Change(rule(request.Object!))
            : AdmissionAnswer.Allowed);
}
