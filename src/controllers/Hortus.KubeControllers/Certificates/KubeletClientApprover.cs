using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;
using Hortus.Pki;
using Hortus.Runtime;

namespace Hortus.KubeControllers.Certificates;

/// <summary>Approves the client certificates of kubelets when the authorizer lets the requester have them.</summary>
internal sealed class KubeletClientApprover(ControllerSetup setup) : IReconciler
{
    private readonly IObjectCache<CertificateSigningRequest> requests = setup.Manager.CacheOf<CertificateSigningRequest>();

    public static void Add(ControllerSetup setup) => setup.AddController(
        "csr-approver", new KubeletClientApprover(setup), c => c.For<CertificateSigningRequest>());

    /// <inheritdoc/>
    public async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        if (requests.Find(key) is { Spec.SignerName: CertificateSigners.KubeletClient } request && !request.IsSettled() &&
            RequestRules.Parse(request) is { } asked && RequestRules.AgainstKubeletClient(request, asked) is null &&
            await ReasonAsync(request, asked, cancellationToken) is { } message)
        {
            await setup.ApproveAsync(request, message, cancellationToken);
        }

        return ReconcileResult.Done;
    }

    private async Task<string?> ReasonAsync(
        CertificateSigningRequest request, SigningRequest asked, CancellationToken cancellationToken)
    {
        if (request.Spec.Username == asked.CommonName &&
            await setup.Client.MayRequestAsync(request, "selfnodeclient", cancellationToken))
        {
            return "Auto approving self kubelet client certificate after SubjectAccessReview.";
        }

        return await setup.Client.MayRequestAsync(request, "nodeclient", cancellationToken)
            ? "Auto approving kubelet client certificate after SubjectAccessReview."
            : null;
    }
}
