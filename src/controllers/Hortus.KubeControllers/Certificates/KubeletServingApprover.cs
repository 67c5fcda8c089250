using Hortus.Objects;
using Hortus.Objects.Kubernetes;
using Hortus.Pki;
using Hortus.Runtime;

namespace Hortus.KubeControllers.Certificates;

/// <summary>Approves the serving certificates of kubelets when all names are the node's own. Switch it off where another
/// approver knows more of the nodes.</summary>
internal sealed class KubeletServingApprover : IReconciler
{
    private readonly ControllerSetup setup;
    private readonly IObjectCache<CertificateSigningRequest> requests;
    private readonly IObjectCache<Node> nodes;

    private KubeletServingApprover(ControllerSetup setup)
    {
        this.setup = setup;
        requests = setup.Manager.CacheOf<CertificateSigningRequest>();
        nodes = setup.Manager.CacheOf<Node>();
    }

    public static void Add(ControllerSetup setup)
    {
        var approver = new KubeletServingApprover(setup);
        setup.AddController("kubelet-serving-approver", approver, c => c
            .For<CertificateSigningRequest>()
            .Watches<Node>(
                approver.Waiting,
                (old, now) => now is not null && Addresses(old) != Addresses(now)));
    }

    /// <inheritdoc/>
    public async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        if (requests.Find(key) is { Spec.SignerName: CertificateSigners.KubeletServing } request && !request.IsSettled() &&
            RequestRules.Parse(request) is { } asked && await IsOwnAsync(request, asked, cancellationToken))
        {
            await setup.ApproveAsync(
                request, "Auto approving kubelet serving certificate: all names are the node's own.", cancellationToken);
        }

        return ReconcileResult.Done;
    }

    private static string Addresses(Node? node) =>
        string.Join(',', (node?.Status.Addresses ?? []).Select(a => $"{a.Type}={a.Address}"));

    private IEnumerable<ObjectKey> Waiting(Node node) =>
        requests.List()
            .Where(r => r.Spec.SignerName == CertificateSigners.KubeletServing && !r.IsSettled() &&
                r.Spec.Username == "system:node:" + node.Metadata.Name)
            .Select(r => r.Key);

    private async Task<bool> IsOwnAsync(
        CertificateSigningRequest request, SigningRequest asked, CancellationToken cancellationToken)
    {
        if (RequestRules.AgainstKubeletServing(request, asked) is not null ||
            RequestRules.NodeOf(asked) is not { } name ||
            request.Spec.Groups?.Contains("system:nodes") != true)
        {
            return false;
        }

        var key = ObjectKey.Cluster(name);
        return RequestRules.NamesBelongTo(asked, name, nodes.Find(key)) ||
            RequestRules.NamesBelongTo(asked, name, await setup.Client.FindAsync<Node>(key, cancellationToken));
    }
}
