using Hortus.Objects.Kubernetes;

namespace Hortus.Client;

/// <summary>Asks the authorizer about those who request certificates.</summary>
public static class CertificateAccess
{
    /// <summary>Whether the one who made a request may have what a subresource of certificatesigningrequests stands for, such as
    /// <c>nodeclient</c>.</summary>
    public static async Task<bool> MayRequestAsync(
        this IKubernetesClient client, CertificateSigningRequest request, string subresource, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(request);
        var review = await client.CreateAsync(
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
