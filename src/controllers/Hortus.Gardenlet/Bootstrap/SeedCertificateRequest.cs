using System.Text;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Kubernetes;
using Hortus.Pki;

namespace Hortus.Gardenlet;

/// <summary>Asks a garden for the client certificate of a seed's gardenlet.</summary>
internal sealed class SeedCertificateRequest(IKubernetesClient garden, GardenAccessSettings settings, TimeProvider clock)
{
    /// <summary>How long the garden may take to decide and to sign.</summary>
    public static readonly TimeSpan WaitMax = TimeSpan.FromMinutes(15);

    /// <summary>Certificates of a shorter life are not signed.</summary>
    public static readonly TimeSpan ValidityMin = TimeSpan.FromMinutes(10);

    private const string NamePrefix = "seed-csr-";

    private static readonly TimeSpan PauseMin = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan PauseMax = TimeSpan.FromSeconds(2);

    /// <summary>Makes a key, asks, and waits for the certificate.</summary>
    /// <exception cref="GardenAccessException">The garden has refused, or has not decided in time.</exception>
    public async Task<CertificateKeyPair> ObtainAsync(CancellationToken cancellationToken)
    {
        var made = SigningRequest.Create(
            CertificateSpec.Client(GardenerNames.SeedUserPrefix + settings.SeedName, GardenerNames.SeedsGroup));
        var request = await garden.CreateAsync(
            new CertificateSigningRequest
            {
                Metadata = new ObjectMeta { GenerateName = NamePrefix },
                Spec = new CertificateSigningRequestSpec
                {
                    Request = Encoding.UTF8.GetBytes(made.RequestPem),
                    SignerName = CertificateSigners.Client,
                    Usages = ["key encipherment", "digital signature", "client auth"],
                    ExpirationSeconds = settings.Validity is { } validity ? (int)Max(validity, ValidityMin).TotalSeconds : null,
                },
            },
            cancellationToken);
        var signed = await WaitAsync(request.Key, cancellationToken);
        return new CertificateKeyPair(Encoding.UTF8.GetString(signed), made.PrivateKeyPem);
    }

    // Who comes with a token may read requests but not watch them.
    private async Task<byte[]> WaitAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        var until = clock.GetUtcNow() + WaitMax;
        for (var pause = PauseMin; ; pause = Min(pause * 2, PauseMax))
        {
            var request = await garden.GetAsync<CertificateSigningRequest>(key, cancellationToken);
            if (request.Status.Certificate is { Length: > 0 } certificate)
            {
                return certificate;
            }

            if (request.Refusal() is { } refusal)
            {
                throw new GardenAccessException($"CertificateSigningRequest {key.Name}: {refusal}");
            }

            if (clock.GetUtcNow() >= until)
            {
                throw new GardenAccessException(
                    $"CertificateSigningRequest {key.Name} is not {(request.IsApproved() ? "signed" : "approved")} after " +
                    $"{WaitMax.TotalMinutes} min: see whether the garden's {(request.IsApproved()
                        ? "kube-controller-manager signs" : "gardener-controller-manager approves")} requests, or decide it by hand");
            }

            await Task.Delay(pause, clock, cancellationToken);
        }
    }

    private static TimeSpan Max(TimeSpan one, TimeSpan other) => one > other ? one : other;

    private static TimeSpan Min(TimeSpan one, TimeSpan other) => one < other ? one : other;
}
