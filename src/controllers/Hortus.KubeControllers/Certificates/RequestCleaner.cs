using System.Security.Cryptography;
using System.Text;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;
using Hortus.Pki;
using Hortus.Runtime;

namespace Hortus.KubeControllers.Certificates;

/// <summary>Deletes certificate requests that are of no use any more.</summary>
internal sealed class RequestCleaner(ControllerSetup setup) : IReconciler
{
    private static readonly TimeSpan SettledKept = TimeSpan.FromHours(1);
    private static readonly TimeSpan PendingKept = TimeSpan.FromHours(24);

    private readonly IObjectCache<CertificateSigningRequest> requests =
        setup.Manager.CacheOf<CertificateSigningRequest>();

    public static void Add(ControllerSetup setup) =>
        setup.AddController("csr-cleaner", new RequestCleaner(setup), c => c.For<CertificateSigningRequest>());

    /// <summary>When a request may go.</summary>
    public static DateTimeOffset Due(CertificateSigningRequest request)
    {
        var created = request.Metadata.CreationTimestamp ?? DateTimeOffset.MaxValue - PendingKept;
        var settled = (request.Status.Conditions ?? []).Max(c => c.LastUpdateTime ?? c.LastTransitionTime) ?? created;
        var due = request.IsSettled() ? settled + SettledKept : created + PendingKept;
        return RequestRules.IsSigned(request) && Expiry(request.Status.Certificate!) is { } expiry && expiry < due
            ? expiry : due;
    }

    /// <inheritdoc/>
    public async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        if (requests.Find(key) is not { } request)
        {
            return ReconcileResult.Done;
        }

        var left = Due(request) - setup.Clock.GetUtcNow();
        if (left > TimeSpan.Zero)
        {
            return ReconcileResult.After(left);
        }

        await setup.Client.DeleteExactlyAsync(request, cancellationToken);
        return ReconcileResult.Done;
    }

    private static DateTimeOffset? Expiry(byte[] certificate)
    {
        try
        {
            using var read = Pem.ReadCertificate(Encoding.UTF8.GetString(certificate));
            return new DateTimeOffset(read.NotAfter.ToUniversalTime());
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}
