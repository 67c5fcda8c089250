using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Hortus.Pki;

namespace Hortus.ApiServer.Hosting;

/// <summary>The serving certificate, read again when its file changes; self-signed in the certificate folder when none is
/// given.</summary>
internal sealed class ServingCertificate
{
    private readonly CertificateFile file;

    private ServingCertificate(string certificateFile, string keyFile)
    {
        try
        {
            file = CertificateFile.Open(certificateFile, keyFile);
        }
        catch (IOException e)
        {
            throw new IOException($"{e.Message} (--tls-cert-file, --tls-private-key-file)", e);
        }
    }

    /// <summary>Opens the certificate the options name, or makes one.</summary>
    /// <exception cref="IOException">The files cannot be read or written.</exception>
    public static ServingCertificate Open(ApiServerOptions options, TimeProvider time)
    {
        if (options.TlsCertFile is { } certificate)
        {
            return new ServingCertificate(certificate, options.TlsPrivateKeyFile
                ?? throw new IOException("--tls-cert-file is given without --tls-private-key-file; give both or none"));
        }

        var certificateFile = Path.Combine(options.CertDir, "apiserver.crt");
        var keyFile = Path.Combine(options.CertDir, "apiserver.key");
        if (!File.Exists(certificateFile) || !File.Exists(keyFile)
            || CertificateExpiry.Of(File.ReadAllText(certificateFile)).IsExpired(time))
        {
            Write(options, certificateFile, keyFile, time);
        }

        return new ServingCertificate(certificateFile, keyFile);
    }

    /// <summary>The certificate as of now.</summary>
    public X509Certificate2 Get() => file.Get();

    private static void Write(ApiServerOptions options, string certificateFile, string keyFile, TimeProvider time)
    {
        Directory.CreateDirectory(options.CertDir);
        var authority = CertificateAuthority.Create("hortus-apiserver-ca", CertificateAuthority.ValidityDefault, time);
        var pair = authority.Issue(CertificateSpec.Server("hortus-apiserver", HostsOf(options)));
        File.WriteAllText(certificateFile, Pem.Bundle(pair.CertificatePem, authority.CertificatePem));
        File.WriteAllText(keyFile, pair.PrivateKeyPem);
        File.SetUnixFileMode(keyFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    private static string[] HostsOf(ApiServerOptions options)
    {
        List<string> hosts =
        [
            "localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc.cluster.local",
            "127.0.0.1", "::1",
        ];
        if (options.AdvertiseAddress is { Length: > 0 } advertised)
        {
            hosts.Add(advertised);
        }

        if (IPAddress.TryParse(options.BindAddress, out var bound) && !bound.Equals(IPAddress.Any)
            && !bound.Equals(IPAddress.IPv6Any))
        {
            hosts.Add(options.BindAddress);
        }

        if (options.ServiceClusterIPRange.Count > 0 && IPNetwork.TryParse(options.ServiceClusterIPRange[0], out var range)
            && range.BaseAddress.AddressFamily == AddressFamily.InterNetwork)
        {
            var bytes = range.BaseAddress.GetAddressBytes();
            bytes[3]++;
            hosts.Add(new IPAddress(bytes).ToString());
        }

        return [.. hosts.Distinct()];
    }
}
