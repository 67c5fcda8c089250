using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Hortus.Storage.Etcd;

/// <summary>How members are recognised and what is shown to them; files are read again for each connection.</summary>
internal sealed class EtcdCredentials
{
    private readonly EtcdStoreOptions _options;
    private volatile string? _refusal;

    /// <exception cref="IOException">A file cannot be read, or does not hold what it should.</exception>
    public EtcdCredentials(EtcdStoreOptions options)
    {
        _options = options;
        if (options.CaFile is not null)
        {
            ReadAuthorities(options.CaFile);
        }

        ReadCertificate()?.Dispose();
    }

    /// <summary>Why the last member that was refused was; null when none was.</summary>
    public string? Refusal => _refusal;

    public bool HasCertificate => _options.CertFile is not null;

    public SslClientAuthenticationOptions OptionsFor(string host) => new()
    {
        TargetHost = host,
        LocalCertificateSelectionCallback = _options.CertFile is null ? null : (_, _, _, _, _) => ReadCertificate()!,
        RemoteCertificateValidationCallback = (_, certificate, sent, errors) =>
            IsTrusted(host, certificate as X509Certificate2, sent, errors),
    };

    private bool IsTrusted(string host, X509Certificate2? certificate, X509Chain? sent, SslPolicyErrors errors)
    {
        _refusal = certificate is null
            ? "it shows no certificate"
            : errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch)
                ? $"its certificate is not for {host}"
                : WhyNotSigned(certificate, sent, errors);
        return _refusal is null;
    }

    private string? WhyNotSigned(X509Certificate2 certificate, X509Chain? sent, SslPolicyErrors errors)
    {
        if (_options.CaFile is not { } file)
        {
            return errors == SslPolicyErrors.None
                ? null
                : "its certificate is not signed by an authority of this system; name the authority's file";
        }

        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.CustomTrustStore.AddRange(ReadAuthorities(file));
        foreach (var element in sent?.ChainElements ?? Enumerable.Empty<X509ChainElement>())
        {
            chain.ChainPolicy.ExtraStore.Add(element.Certificate);
        }

        return chain.Build(certificate)
            ? null
            : $"its certificate is not trusted by {file}: "
                + string.Join(", ", chain.ChainStatus.Select(s => s.StatusInformation.Trim()));
    }

    // An ArgumentException says that a key belongs to another certificate.
    private static bool IsUnusable(Exception e) =>
        e is CryptographicException or UnauthorizedAccessException or IOException or ArgumentException;

    private static X509Certificate2Collection ReadAuthorities(string file)
    {
        var authorities = new X509Certificate2Collection();
        try
        {
            authorities.ImportFromPemFile(file);
        }
        catch (Exception e) when (IsUnusable(e))
        {
            throw new IOException($"cannot read the authorities of etcd's certificate in {file}: {e.Message}", e);
        }

        return authorities.Count > 0 ? authorities : throw new IOException($"{file} holds no certificate");
    }

    private X509Certificate2? ReadCertificate()
    {
        try
        {
            return _options.CertFile is null
                ? null
                : X509Certificate2.CreateFromPemFile(_options.CertFile, _options.KeyFile);
        }
        catch (Exception e) when (IsUnusable(e))
        {
            throw new IOException(
                $"cannot read the certificate for etcd {_options.CertFile} with the key {_options.KeyFile}: {e.Message}",
                e);
        }
    }
}
