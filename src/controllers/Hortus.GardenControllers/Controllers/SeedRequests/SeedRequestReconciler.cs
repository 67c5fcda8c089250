using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Kubernetes;
using Hortus.Pki;
using Hortus.Runtime;

namespace Hortus.GardenControllers;

/// <summary>Approves the certificate requests of gardenlets that are what they should be and come from those who may ask; denies, with
/// the reason, those that only look like one.</summary>
public sealed class SeedRequestReconciler(IControllerManager manager, TimeProvider time) : IReconciler
{
    public async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        if (manager.CacheOf<CertificateSigningRequest>().Find(key) is { Spec.SignerName: CertificateSigners.Client } request
            && !request.IsSettled()
            && SeedRequestRules.Parse(request) is { } asked
            && SeedRequestRules.Concerns(asked))
        {
            var fault = SeedRequestRules.Fault(request, asked)
                ?? await AgainstRequesterAsync(request, asked, cancellationToken);
            var now = time.GetUtcNow();
            await manager.Client.UpdateSubresourceAsync(
                fault is null
                    ? request.Approved("AutoApproved", "Auto approving gardenlet client certificate after SubjectAccessReview.", now)
                    : request.Denied("NoGardenlet", $"no client certificate of a gardenlet: {fault}", now),
                "approval",
                cancellationToken);
        }

        return ReconcileResult.Done;
    }

    private async Task<string?> AgainstRequesterAsync(
        CertificateSigningRequest request, SigningRequest asked, CancellationToken cancellationToken)
    {
        var (user, seed) = (request.Spec.Username ?? "", SeedRequestRules.SeedOf(asked));
        if (SeedRequestRules.AgainstUser(user, seed) is { } fault)
        {
            return fault;
        }

        if (user.StartsWith(GardenerNames.BootstrapUserPrefix, StringComparison.Ordinal))
        {
            var id = user[GardenerNames.BootstrapUserPrefix.Length..];
            var token = await manager.Client.FindAsync<Secret>(
                new ObjectKey("kube-system", GardenerNames.BootstrapTokenPrefix + id), cancellationToken);
            if (SeedRequestRules.AgainstToken(token, seed) is { } against)
            {
                return against;
            }
        }

        return await manager.Client.MayRequestAsync(request, "seedclient", cancellationToken)
            ? null
            : $"\"{user}\" may not create certificatesigningrequests/seedclient";
    }
}
