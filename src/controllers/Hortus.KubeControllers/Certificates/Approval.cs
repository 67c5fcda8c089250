using Hortus.Objects.Kubernetes;

namespace Hortus.KubeControllers.Certificates;

/// <summary>Writes that a request is approved.</summary>
internal static class Approval
{
    public static Task ApproveAsync(
        this ControllerSetup setup, CertificateSigningRequest request, string message, CancellationToken cancellationToken) =>
        setup.Client.UpdateSubresourceAsync(
            request.Approved("AutoApproved", message, setup.Clock.GetUtcNow()), "approval", cancellationToken);
}
