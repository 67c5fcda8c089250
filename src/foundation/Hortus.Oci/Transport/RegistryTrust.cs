using System.Collections.Concurrent;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Hortus.Pki;

namespace Hortus.Oci;

/// <summary>Which servers a connection trusts: those of the machine's authorities, and those of a given bundle.</summary>
internal sealed class RegistryTrust
{
    private readonly X509Certificate2Collection bundle;
    private readonly bool isOnlyBundle;
    private readonly ConcurrentDictionary<string, string> rejections = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Reads the bundle.</summary>
    /// <exception cref="OciException">It holds no certificate.</exception>
    public RegistryTrust(string? caBundle, bool onlyGivenAuthorities)
    {
        isOnlyBundle = onlyGivenAuthorities && caBundle is not null;
        try
        {
            bundle = caBundle is null ? [] : Pem.ReadBundle(caBundle);
        }
        catch (CryptographicException e)
        {
            throw new OciException(OciFailure.BadRequest, $"the CA bundle cannot be used: {e.Message}", e);
        }
    }

    /// <summary>Why the certificate of a server was not trusted; null when it was not looked at, or trusted.</summary>
    public string? RejectionOf(string host) => rejections.GetValueOrDefault(host.Trim('[', ']'));

    /// <summary>Decides about a server.</summary>
    public bool Accepts(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        var host = (sender as SslStream)?.TargetHostName ?? "";
        var reason = errors == SslPolicyErrors.None && !isOnlyBundle ? null : Examine(certificate as X509Certificate2, chain, errors);
        if (reason is null)
        {
            rejections.TryRemove(host, out _);
            return true;
        }

        rejections[host] = reason;
        return false;
    }

    private string? Examine(X509Certificate2? certificate, X509Chain? offered, SslPolicyErrors errors)
    {
        if (certificate is null || errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable))
        {
            return "it shows no certificate";
        }

        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
        {
            return $"its certificate ({certificate.Subject}) is for another name";
        }

        if (bundle.Count > 0 && ChainsToBundle(certificate, offered))
        {
            return null;
        }

        var status = offered?.ChainStatus.Select(s => s.StatusInformation.Trim()).FirstOrDefault(s => s.Length > 0);
        return $"its certificate ({certificate.Subject}, issued by {certificate.Issuer}) is signed by no authority that "
            + (isOnlyBundle ? "the CA bundle names"
                : bundle.Count > 0 ? "the machine or the CA bundle trusts"
                : "the machine trusts; name it with a CA bundle")
            + (status is null ? "" : $" ({status.TrimEnd('.')})");
    }

    private bool ChainsToBundle(X509Certificate2 certificate, X509Chain? offered)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(bundle);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid("1.3.6.1.5.5.7.3.1"));
        foreach (var element in offered?.ChainElements ?? Enumerable.Empty<X509ChainElement>())
        {
            chain.ChainPolicy.ExtraStore.Add(element.Certificate);
        }

        // A bundle may name an intermediate authority alone: the chain then ends there, and no root is needed.
        return chain.Build(certificate)
            || (chain.ChainStatus.All(s => s.Status is X509ChainStatusFlags.PartialChain)
                && bundle.Any(b => b.RawDataMemory.Span.SequenceEqual(chain.ChainElements[^1].Certificate.RawDataMemory.Span)));
    }
}
