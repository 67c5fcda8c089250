using System.Text;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;
using Hortus.Pki;
using Hortus.Runtime;

namespace Hortus.KubeControllers.Certificates;

/// <summary>Signs approved certificate requests of the signers that belong to a cluster.</summary>
internal sealed class RequestSigner : IReconciler
{
    private static readonly TimeSpan ValidityMin = TimeSpan.FromMinutes(10);

    private readonly ControllerSetup setup;
    private readonly IObjectCache<CertificateSigningRequest> requests;
    private readonly CertificateAuthority authority;

    private RequestSigner(ControllerSetup setup, CertificateAuthority authority)
    {
        this.setup = setup;
        this.authority = authority;
        requests = setup.Manager.CacheOf<CertificateSigningRequest>();
    }

    public static void Add(ControllerSetup setup)
    {
        if (setup.Options is not { ClusterSigningCertFile: { } certificate, ClusterSigningKeyFile: { } key })
        {
            return;
        }

        var authority = CertificateAuthority.Load(File.ReadAllText(certificate), File.ReadAllText(key), setup.Clock);
        setup.AddController(
            "csr-signer", new RequestSigner(setup, authority), c => c.For<CertificateSigningRequest>());
    }

    /// <inheritdoc/>
    public async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        if (requests.Find(key) is not { } request || RequestRules.IsSigned(request) ||
            !request.IsApproved() ||
            request.IsFailed() ||
            request.Spec.SignerName is not (CertificateSigners.Client or CertificateSigners.KubeletClient
                or CertificateSigners.KubeletServing))
        {
            return ReconcileResult.Done;
        }

        var against = RequestRules.Parse(request) is { } asked
            ? RequestRules.AgainstSigning(request, asked)
            : "spec.request is no certificate request in PEM with a valid signature";
        await setup.Client.ReportAsync(
            against is null
                ? request with { Status = Signed(request) }
                : request.Failed("SignerValidationFailure", against, setup.Clock.GetUtcNow()),
            cancellationToken);
        return ReconcileResult.Done;
    }

    private CertificateSigningRequestStatus Signed(CertificateSigningRequest request)
    {
        var usages = request.Spec.SignerName == CertificateSigners.KubeletServing
            ? CertificateUsages.Server
            : CertificateUsages.Client;
        var validity = setup.Options.ClusterSigningDuration;
        if (request.Spec.ExpirationSeconds is { } seconds && TimeSpan.FromSeconds(seconds) < validity)
        {
            validity = TimeSpan.FromSeconds(seconds) < ValidityMin ? ValidityMin : TimeSpan.FromSeconds(seconds);
        }

        var pem = authority.SignRequest(Encoding.UTF8.GetString(request.Spec.Request), usages, validity);
        return request.Status with { Certificate = Encoding.UTF8.GetBytes(pem) };
    }
}
