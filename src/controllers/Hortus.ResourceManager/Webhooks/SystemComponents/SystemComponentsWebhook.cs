using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener.Resources;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;
using Hortus.Runtime.Webhooks;

namespace Hortus.ResourceManager.Webhooks.SystemComponents;

/// <summary>Places pods on the nodes for system components.</summary>
internal sealed class SystemComponentsWebhook(IKubernetesClient target, SystemComponentsSettings settings) : IAdmissionWebhook
{
    /// <inheritdoc/>
    public async Task<AdmissionAnswer> ReviewAsync(AdmissionRequest request, CancellationToken cancellationToken)
    {
        if (!request.IsAbout("", "Pod") || request.Operation != "CREATE" || PodPlacement.IsOfDaemonSet(request.Object!)
            || request.Object.Texts("metadata", "labels").ContainsKey(WebhookLabels.SystemComponentsSkip))
        {
            return AdmissionAnswer.Allowed;
        }

        var selector = settings.Nodes.Count == 0 ? null : LabelSelectorMatcher.FromLabels(settings.Nodes).ToString();
        var nodes = await target.ListAsync<Node>(new ListOptions { LabelSelector = selector }, cancellationToken);
        return AdmissionAnswer.Change(PodPlacement.Apply(request.Object!, settings, nodes.Items));
    }
}
