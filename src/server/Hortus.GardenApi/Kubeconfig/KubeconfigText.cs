using System.Text;
using Hortus.Objects.Gardener.Core;
using Hortus.Pki;

namespace Hortus.GardenApi.Kubeconfig;

/// <summary>Writes a kubeconfig with one cluster and context per address and one user.</summary>
internal static class KubeconfigText
{
    // Its certificate is issued by an authority that clients trust already.
    private const string PubliclyTrusted = "wildcard-tls-seed-bound";

    public static string Write(
        string prefix, IReadOnlyList<ShootAdvertisedAddress> addresses, string authorityBundle,
        CertificateKeyPair certificate)
    {
        var user = $"{prefix}-{addresses[0].Name}";
        var text = new StringBuilder("apiVersion: v1\nkind: Config\n");
        text.Append("current-context: ").Append(user).Append('\n');
        text.Append("clusters:\n");
        foreach (var address in addresses)
        {
            text.Append("- name: ").Append(prefix).Append('-').Append(address.Name).Append("\n  cluster:\n");
            text.Append("    server: ").Append(address.Url).Append('\n');
            if (address.Name != PubliclyTrusted)
            {
                text.Append("    certificate-authority-data: ").Append(Base64(authorityBundle)).Append('\n');
            }
        }

        text.Append("contexts:\n");
        foreach (var address in addresses)
        {
            text.Append("- name: ").Append(prefix).Append('-').Append(address.Name).Append("\n  context:\n");
            text.Append("    cluster: ").Append(prefix).Append('-').Append(address.Name).Append('\n');
            text.Append("    user: ").Append(user).Append('\n');
        }

        text.Append("users:\n- name: ").Append(user).Append("\n  user:\n");
        text.Append("    client-certificate-data: ").Append(Base64(certificate.CertificatePem)).Append('\n');
        text.Append("    client-key-data: ").Append(Base64(certificate.PrivateKeyPem)).Append('\n');
        return text.ToString();
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
