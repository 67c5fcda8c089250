using Hortus.Objects;
using Hortus.Objects.Kubernetes;
using Hortus.Pki;
using Hortus.Runtime;

namespace Hortus.KubeControllers.Certificates;

/// <summary>Approves what kubelets ask for: client certificates when the authorizer lets the requester have them,
/// serving certificates when all names are the node's own.</summary>
internal sealed class RequestApprover : IReconciler
{
    private readonly ControllerSetup setup;
    private readonly IObjectCache<CertificateSigningRequest> requests;
    private readonly IObjectCache<Node> nodes;

    private RequestApprover(ControllerSetup setup)
    {
        this.setup = setup;
        requests = setup.Manager.CacheOf<CertificateSigningRequest>();
        nodes = setup.Manager.CacheOf<Node>();
    }

    public static void Add(ControllerSetup setup)
    {
        var approver = new RequestApprover(setup);
        setup.AddController("csr-approver", approver, c => c
            .For<CertificateSigningRequest>()
            .Watches<Node>(
                approver.Waiting,
                (old, now) => now is not null && Addresses(old) != Addresses(now)));
    }

    /// <inheritdoc/>
    public async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        if (requests.Find(key) is not { } request || RequestRules.IsSettled(request) ||
            RequestRules.Parse(request) is not { } asked)
        {
            return ReconcileResult.Done;
        }

        var message = request.Spec.SignerName switch
        {
            RequestRules.KubeletClientSigner => await ClientAsync(request, asked, cancellationToken),
            RequestRules.KubeletServingSigner => await ServingAsync(request, asked, cancellationToken),
            _ => null,
        };
        if (message is null)
        {
            return ReconcileResult.Done;
        }

        var now = setup.Clock.GetUtcNow();
        var approved = new CertificateSigningRequestCondition
        {
            Type = "Approved",
            Status = "True",
            Reason = "AutoApproved",
            Message = message,
            LastUpdateTime = now,
        };
        await setup.Client.UpdateSubresourceAsync(
            request with
            {
                Status = request.Status with { Conditions = Conditions.Set(request.Status.Conditions, approved, now) },
            },
            "approval",
            cancellationToken);
        return ReconcileResult.Done;
    }

    private static string Addresses(Node? node) =>
        string.Join(',', (node?.Status.Addresses ?? []).Select(a => $"{a.Type}={a.Address}"));

    private IEnumerable<ObjectKey> Waiting(Node node) =>
        requests.List()
            .Where(r => r.Spec.SignerName == RequestRules.KubeletServingSigner && !RequestRules.IsSettled(r) &&
                r.Spec.Username == "system:node:" + node.Metadata.Name)
            .Select(r => r.Key);

    private async Task<string?> ClientAsync(
        CertificateSigningRequest request, SigningRequest asked, CancellationToken cancellationToken)
    {
        if (RequestRules.AgainstKubeletClient(request, asked) is not null)
        {
            return null;
        }

        if (request.Spec.Username == asked.CommonName &&
            await IsAllowedAsync(request, "selfnodeclient", cancellationToken))
        {
            return "Auto approving self kubelet client certificate after SubjectAccessReview.";
        }

        return await IsAllowedAsync(request, "nodeclient", cancellationToken)
            ? "Auto approving kubelet client certificate after SubjectAccessReview."
            : null;
    }

    private async Task<string?> ServingAsync(
        CertificateSigningRequest request, SigningRequest asked, CancellationToken cancellationToken)
    {
        if (RequestRules.AgainstKubeletServing(request, asked) is not null ||
            RequestRules.NodeOf(asked) is not { } name ||
            request.Spec.Groups?.Contains("system:nodes") != true)
        {
            return null;
        }

        var key = ObjectKey.Cluster(name);
        return RequestRules.NamesBelongTo(asked, name, nodes.Find(key)) ||
            RequestRules.NamesBelongTo(asked, name, await setup.Client.FindAsync<Node>(key, cancellationToken))
            ? "Auto approving kubelet serving certificate: all names are the node's own."
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
