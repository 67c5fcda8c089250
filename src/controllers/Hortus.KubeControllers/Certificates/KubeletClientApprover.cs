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
            await IsAllowedAsync(request, "selfnodeclient", cancellationToken))
        {
            return "Auto approving self kubelet client certificate after SubjectAccessReview.";
        }

        return await IsAllowedAsync(request, "nodeclient", cancellationToken)
            ? "Auto approving kubelet client certificate after SubjectAccessReview."
            : null;
    }

    private async Task<bool> IsAllowedAsync(
        CertificateSigningRequest request, string subresource, CancellationToken cancellationToken)
    {
        var review = await setup.Client.CreateAsync(
            new SubjectAccessReview
            {
                Spec = new SubjectAccessReviewSpec
                {
                    User = request.Spec.Username,
                    Uid = request.Spec.Uid,
                    Groups = request.Spec.Groups,
                    Extra = request.Spec.Extra,
                    ResourceAttributes = new ResourceAttributes
                    {
                        Group = "certificates.k8s.io",
                        Version = "*",
                        Resource = "certificatesigningrequests",
                        Subresource = subresource,
                        Verb = "create",
                    },
                },
            },
            cancellationToken);
        return review.Status.Allowed;
    }
}
