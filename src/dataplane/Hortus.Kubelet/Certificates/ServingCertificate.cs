using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Hortus.Client;
using Hortus.Objects.Kubernetes;
using Hortus.Pki;

namespace Hortus.Kubelet.Certificates;

/// <summary>The certificate of the kubelet's server: given, issued by the cluster, or self-signed until one is
/// issued.</summary>
internal sealed class ServingCertificate(
    KubeletOptions options, string nodeIP, CertificateRequests requests, TimeProvider time)
{
    private static readonly TimeSpan CheckPeriod = TimeSpan.FromMinutes(1);
    private X509Certificate2? current;
    private DateTime version;

    /// <summary>The certificate to serve with now.</summary>
    public X509Certificate2 Current => current ??= Load();

    /// <summary>Keeps the certificate fresh until the token is cancelled.</summary>
    public async Task RunAsync(IKubernetesClient client, CancellationToken cancellationToken)
    {
        if (options.TlsCertFile is not null || !options.RotateServerCertificates)
        {
            await FollowFileAsync(cancellationToken);
            return;
        }

        while (true)
        {
            if (!File.Exists(IssuedCertificate) || ReadIssued().RenewAt <= time.GetUtcNow())
            {
                var spec = new CertificateSpec
                {
                    CommonName = $"system:node:{options.NodeName}",
                    Organizations = ["system:nodes"],
                    Usages = CertificateUsages.Server,
                    DnsNames = [options.NodeName],
                    IPAddresses = [IPAddress.Parse(nodeIP)],
                };
                var files = await requests.GetAsync(client, CertificateSigners.KubeletServing, spec, cancellationToken);
                ClientIdentity.WritePrivate(IssuedKey, files.KeyPem);
                ClientIdentity.WritePrivate(IssuedCertificate, files.CertificatePem);
            }

            current = Pem.ReadKeyPair(ReadIssued().CertificatePem, ReadIssued().KeyPem);
            await Task.Delay(CheckPeriod, time, cancellationToken);
        }
    }

    private string Folder => options.CertificateDirectory ?? Path.Combine(options.RootDirectory, "pki");

    private string IssuedCertificate => Path.Combine(Folder, "kubelet-server.crt");

    private string IssuedKey => Path.Combine(Folder, "kubelet-server.key");

    private CertificateFiles ReadIssued() => new(File.ReadAllText(IssuedCertificate), File.ReadAllText(IssuedKey));

    private X509Certificate2 Load()
    {
        if (options.TlsCertFile is { } file)
        {
            version = File.GetLastWriteTimeUtc(file);
            return Pem.ReadKeyPair(File.ReadAllText(file), File.ReadAllText(options.TlsPrivateKeyFile!));
        }

        return options.RotateServerCertificates && File.Exists(IssuedCertificate)
            ? Pem.ReadKeyPair(ReadIssued().CertificatePem, ReadIssued().KeyPem)
            : SelfSigned();
    }

    private async Task FollowFileAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await Task.Delay(CheckPeriod, time, cancellationToken);
            if (options.TlsCertFile is { } file && File.GetLastWriteTimeUtc(file) != version)
            {
                current = Load();
            }
        }
    }

    private X509Certificate2 SelfSigned()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={options.NodeName}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(options.NodeName);
        names.AddIpAddress(IPAddress.Parse(nodeIP));
        request.CertificateExtensions.Add(names.Build());
        var now = time.GetUtcNow();
        return request.CreateSelfSigned(now.AddMinutes(-5), now.AddYears(1));
    }
}
