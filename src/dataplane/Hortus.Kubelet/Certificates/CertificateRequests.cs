using System.Security.Cryptography.X509Certificates;
using System.Text;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;
using Hortus.Pki;
using Microsoft.Extensions.Logging;

namespace Hortus.Kubelet.Certificates;

/// <summary>A certificate and its key as PEM. The key is a secret.</summary>
internal sealed record CertificateFiles(string CertificatePem, string KeyPem)
{
    /// <summary>When to ask for the next one: after 80 % of the certificate's life.</summary>
    public DateTimeOffset RenewAt
    {
        get
        {
            using var certificate = X509Certificate2.CreateFromPem(CertificatePem);
            var from = new DateTimeOffset(certificate.NotBefore.ToUniversalTime());
            var to = new DateTimeOffset(certificate.NotAfter.ToUniversalTime());
            return from + ((to - from) * 0.8);
        }
    }
}

/// <summary>Asks the cluster for the node's certificates by certificate signing requests.</summary>
internal sealed class CertificateRequests(KubeletOptions options, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan PollPeriod = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan PollPeriodMax = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan RetryPeriod = TimeSpan.FromSeconds(5);

    /// <summary>Asks until a certificate is issued.</summary>
    public async Task<CertificateFiles> GetAsync(
        IKubernetesClient client, string signer, CertificateSpec spec, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return await RequestAsync(client, signer, spec, cancellationToken);
            }
            catch (Exception e) when (e is HttpRequestException or ApiException or TimeoutException or KubeletException)
            {
                logger.CertificateNotIssued(options.NodeName, signer, e.Message);
                await Task.Delay(e is HttpRequestException ? PollPeriod : RetryPeriod, time, cancellationToken);
            }
        }
    }

    private async Task<CertificateFiles> RequestAsync(
        IKubernetesClient client, string signer, CertificateSpec spec, CancellationToken cancellationToken)
    {
        var pair = SigningRequest.Create(spec);
        var request = await client.CreateAsync(
            new CertificateSigningRequest
            {
                Metadata = new ObjectMeta { GenerateName = "csr-" },
                Spec = new CertificateSigningRequestSpec
                {
                    Request = Encoding.ASCII.GetBytes(pair.RequestPem),
                    SignerName = signer,
                    Usages = ["digital signature", signer == CertificateSigners.KubeletServing ? "server auth" : "client auth"],
                },
            },
            cancellationToken);
        var name = request.Metadata.Name!;
        logger.CertificateRequested(options.NodeName, signer, name);
        for (var wait = PollPeriod; ; wait = wait * 2 < PollPeriodMax ? wait * 2 : PollPeriodMax)
        {
            if (request.Status.Certificate is { Length: > 0 } certificate)
            {
                return new CertificateFiles(Encoding.ASCII.GetString(certificate), pair.PrivateKeyPem);
            }

            if (request.Status.Conditions?.FirstOrDefault(c => c.Type is "Denied" or "Failed") is { } refused)
            {
                throw new KubeletException(
                    $"CertificateSigningRequest {name} was {refused.Type.ToLowerInvariant()}: {refused.Message}");
            }

            await Task.Delay(wait, time, cancellationToken);
            request = await client.GetAsync<CertificateSigningRequest>(ObjectKey.Cluster(name), cancellationToken);
        }
    }
}
