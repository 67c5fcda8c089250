using System.Security.Cryptography.X509Certificates;
using Hortus.Pki;

namespace Hortus.Components;

/// <summary>
/// A serving certificate that is made anew before it expires, and so is its authority. Everything follows from the Secrets and the clock,
/// so that all instances of a component come to the same. What was valid before stays: old Secrets are kept, and clients are told to
/// trust a new authority long before anything that it has signed is shown to them.
/// </summary>
/// <param name="secrets">Keeps certificates and authorities.</param>
/// <param name="authorityName">Logical name of the authorities.</param>
/// <param name="name">Logical name of the certificates.</param>
/// <param name="spec">What the certificates are for.</param>
/// <param name="clock">Says what is due.</param>
public sealed class RenewedCertificate(
    SecretsManager secrets, string authorityName, string name, CertificateSpec spec, TimeProvider clock)
{
    /// <summary>How long clients trust an authority before it signs anything: 1 day.</summary>
    public static readonly TimeSpan TrustLead = TimeSpan.FromDays(1);

    /// <summary>Share of its validity after which a certificate is made anew.</summary>
    private const double Usable = 0.8;

    /// <summary>The certificate to serve now; made when it is missing or due.</summary>
    public async Task<CurrentCertificate> EnsureAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var authorities = await UntilFreshAsync(
            "ca.crt", generation => secrets.EnsureAuthorityAsync(authorityName, generation, cancellationToken));
        var valid = authorities.Where(authority => PeriodOf(authority, "ca.crt").End > now).ToArray();
        var signer = valid.LastOrDefault(authority => PeriodOf(authority, "ca.crt").Start + TrustLead <= now) ?? valid[^1];
        var certificates = await UntilFreshAsync(
            "tls.crt", generation => secrets.EnsureCertificateAsync(name, signer, spec, generation, cancellationToken));
        return new CurrentCertificate(certificates[^1], Pem.Bundle(valid.Select(authority => authority.Text("ca.crt"))));
    }

    private static (DateTimeOffset Start, DateTimeOffset End) PeriodOf(ManagedSecret secret, string key)
    {
        using X509Certificate2 certificate = Pem.ReadCertificate(secret.Text(key));
        return (certificate.NotBefore.ToUniversalTime(), certificate.NotAfter.ToUniversalTime());
    }

    private bool IsDue(ManagedSecret secret, string key)
    {
        var (start, end) = PeriodOf(secret, key);
        return start + ((end - start) * Usable) <= clock.GetUtcNow();
    }

    // Some years have passed at most since the first one: there are few of them.
    private async Task<IReadOnlyList<ManagedSecret>> UntilFreshAsync(string key, Func<int, Task<ManagedSecret>> ensure)
    {
        List<ManagedSecret> all = [await ensure(1)];
        while (IsDue(all[^1], key))
        {
            all.Add(await ensure(all.Count + 1));
        }

        return all;
    }
}

/// <summary>The certificate of the hour.</summary>
/// <param name="Secret">The certificate (<c>tls.crt</c>) and its key (<c>tls.key</c>).</param>
/// <param name="Authorities">Whom clients have to trust, PEM: those of today, of before and of soon.</param>
public sealed record CurrentCertificate(ManagedSecret Secret, string Authorities);
