using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Hortus.Objects;
using Hortus.Pki;

namespace Hortus.ApiServer.Authorization;

/// <summary>The file, in the form of a kubeconfig, that says where an authorization webhook is. The first cluster and the first user
/// count.</summary>
/// <param name="Server">The webhook's URL, path included.</param>
/// <param name="Authorities">Whom its certificate must be signed by; null means those of the system.</param>
/// <param name="Certificate">Shown to it; null shows none.</param>
internal sealed record WebhookKubeconfig(Uri Server, X509Certificate2Collection? Authorities, X509Certificate2? Certificate)
{
    private const string Flag = "--authorization-webhook-config-file";

    /// <summary>Reads the file.</summary>
    /// <exception cref="IOException">It cannot be read, or is unusable; the message names the flag.</exception>
    public static WebhookKubeconfig Load(string? file)
    {
        if (file is null)
        {
            throw new IOException($"--authorization-mode has Webhook without {Flag}; give both or none");
        }

        try
        {
            var tree = KubernetesYaml.Parse(File.ReadAllText(file));
            var cluster = tree.Items("clusters").FirstOrDefault()?.Map("cluster") ?? [];
            var user = tree.Items("users").FirstOrDefault()?.Map("user") ?? [];
            var (certificate, key) = (Data(user, "client-certificate-data"), Data(user, "client-key-data"));
            return new WebhookKubeconfig(
                Uri.TryCreate(cluster.Text("server"), UriKind.Absolute, out var server) && server.Scheme == Uri.UriSchemeHttps
                    ? server
                    : throw new FormatException($"the cluster's server \"{cluster.Text("server")}\" is no https URL"),
                Data(cluster, "certificate-authority-data") is { } roots ? Pem.ReadBundle(roots) : null,
                certificate is not null && key is not null ? Pem.ReadKeyPair(certificate, key) : null);
        }
        catch (Exception e) when (e is FormatException or CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new IOException($"{file} ({Flag}): {e.Message}", e);
        }
    }

    private static string? Data(JsonObject map, string field) =>
        map.Text(field) is { Length: > 0 } text ? Encoding.UTF8.GetString(Convert.FromBase64String(text)) : null;
}
