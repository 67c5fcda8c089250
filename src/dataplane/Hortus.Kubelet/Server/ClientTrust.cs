using System.Collections.Concurrent;
using System.Security.Cryptography.X509Certificates;
using Hortus.Kubelet.Pods;
using Hortus.Objects.Kubernetes;
using Hortus.Pki;

namespace Hortus.Kubelet.Server;

/// <summary>
/// Who may use the kubelet's server: client certificates of the cluster's authority whose user may use
/// <c>nodes/proxy</c> of this node (administrators without asking, others by an access review).
/// </summary>
internal sealed class ClientTrust(KubeletOptions options, PodObjects objects, TimeProvider time)
{
    private const string Administrators = "system:masters";
    private const string OrganizationOid = "2.5.4.10";
    private static readonly TimeSpan RememberFor = TimeSpan.FromMinutes(1);
    private readonly ConcurrentDictionary<string, (bool Allowed, long At)> decisions = new();

    /// <summary>Bundle used when no file was given; null trusts nobody.</summary>
    public string? FallbackPem { get; set; }

    /// <summary>Whether the certificate is one of the cluster's.</summary>
    public bool IsTrusted(X509Certificate2 certificate)
    {
        var pem = options.ClientCaFile is { } file ? File.ReadAllText(file) : FallbackPem;
        if (pem is null)
        {
            return false;
        }

        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(Pem.ReadBundle(pem));
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return chain.Build(certificate);
    }

    /// <summary>Whether the certificate's user may use this node's server.</summary>
    public async Task<bool> IsAllowedAsync(X509Certificate2 certificate, CancellationToken cancellationToken)
    {
        var groups = Organizations(certificate);
        if (groups.Contains(Administrators))
        {
            return true;
        }

        var key = certificate.Thumbprint;
        if (decisions.TryGetValue(key, out var known) && time.GetElapsedTime(known.At) < RememberFor)
        {
            return known.Allowed;
        }

        if (objects.Client is not { } client)
        {
            return false;
        }

        var review = await client.CreateAsync(
            new SubjectAccessReview
            {
                Spec = new SubjectAccessReviewSpec
                {
                    User = certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false),
                    Groups = [.. groups, "system:authenticated"],
                    ResourceAttributes = new ResourceAttributes
                    {
                        Verb = "create",
                        Version = "v1",
                        Resource = "nodes",
                        Subresource = "proxy",
                        Name = options.NodeName,
                    },
                },
            },
            cancellationToken);
        decisions[key] = (review.Status.Allowed == true, time.GetTimestamp());
        return review.Status.Allowed == true;
    }

    private static IReadOnlyList<string> Organizations(X509Certificate2 certificate) =>
        [.. certificate.SubjectName.EnumerateRelativeDistinguishedNames()
            .Where(n => !n.HasMultipleElements && n.GetSingleElementType().Value == OrganizationOid)
            .Select(n => n.GetSingleElementValue()).OfType<string>()];
}
