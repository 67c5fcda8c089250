using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener.Resources;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;
using Hortus.Runtime.Webhooks;
using Namespace = Hortus.Objects.Kubernetes.Namespace;

namespace Hortus.ResourceManager.Webhooks.HighAvailability;

/// <summary>Gives workloads the replicas and the places that their namespace's need for availability asks for.</summary>
internal sealed class HighAvailabilityWebhook(IKubernetesClient target, EvictionDelays delays) : IAdmissionWebhook
{
    private const string Apps = "apps";

    /// <inheritdoc/>
    public async Task<AdmissionAnswer> ReviewAsync(AdmissionRequest request, CancellationToken cancellationToken)
    {
        var isWorkload = request.IsAbout(Apps, "Deployment") || request.IsAbout(Apps, "StatefulSet");
        if (request.Operation is not ("CREATE" or "UPDATE") || request.Namespace is not { } home
            || (!isWorkload && !request.IsAbout("autoscaling", "HorizontalPodAutoscaler"))
            || request.Object.Texts("metadata", "labels").ContainsKey(WebhookLabels.HighAvailabilitySkip))
        {
            return AdmissionAnswer.Allowed;
        }

        var needs = AvailabilityNeeds.Of(await target.GetAsync<Namespace>(ObjectKey.Cluster(home), cancellationToken));
        try
        {
            return AdmissionAnswer.Change(isWorkload
                ? new WorkloadChange(await LookAroundAsync(request, needs, cancellationToken), delays).Apply(request.Object!)
                : AutoscalerChange.Apply(request.Object!, needs));
        }
        catch (FormatException e)
        {
            return AdmissionAnswer.Invalid($"{request}: {e.Message}");
        }
    }

    private async Task<WorkloadSurroundings> LookAroundAsync(
        AdmissionRequest request, AvailabilityNeeds needs, CancellationToken cancellationToken)
    {
        var autoscalers = await target.ListAsync<HorizontalPodAutoscaler>(
            new ListOptions { Namespace = request.Namespace }, cancellationToken);
        var nodes = await target.ListAsync<Node>(new ListOptions { Limit = 2 }, cancellationToken);
        var autoscaler = autoscalers.Items.FirstOrDefault(a =>
            a.Spec.ScaleTargetRef is { } scaled && scaled.Kind == request.Kind && scaled.Name == request.Name
            && scaled.ApiVersion?.StartsWith(Apps + "/", StringComparison.Ordinal) == true);
        return new WorkloadSurroundings(needs, autoscaler?.Spec.MaxReplicas, nodes.Items.Count > 1);
    }
}
