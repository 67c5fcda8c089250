using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Hortus.Client;

/// <summary>Writes kubeconfigs. Every text is written in double quotes with JSON escapes, which YAML reads the
/// same.</summary>
internal static class KubeConfigWriter
{
    public static string Write(KubeConfig config)
    {
        var yaml = new StringBuilder("apiVersion: v1\nkind: Config\n");
        Field(yaml, "", "current-context", config.CurrentContext ?? "");
        Section(yaml, "clusters", config.Clusters, c => c.Name, "cluster", WriteCluster);
        Section(yaml, "contexts", config.Contexts, c => c.Name, "context", WriteContext);
        Section(yaml, "users", config.Users, u => u.Name, "user", WriteUser);
        return yaml.ToString();
    }

    private static void WriteCluster(StringBuilder yaml, KubeConfigCluster cluster)
    {
        Field(yaml, Inner, "server", cluster.Server);
        Data(yaml, "certificate-authority-data", cluster.CertificateAuthorityPem);
        if (cluster.CertificateAuthorityPem is null)
        {
            Field(yaml, Inner, "certificate-authority", cluster.CertificateAuthorityFile);
        }

        Field(yaml, Inner, "tls-server-name", cluster.TlsServerName);
        if (cluster.InsecureSkipTlsVerify)
        {
            yaml.Append(Inner).Append("insecure-skip-tls-verify: true\n");
        }
    }

    private static void WriteContext(StringBuilder yaml, KubeConfigContext context)
    {
        Field(yaml, Inner, "cluster", context.Cluster);
        Field(yaml, Inner, "user", context.User);
        Field(yaml, Inner, "namespace", context.Namespace);
    }

    private static void WriteUser(StringBuilder yaml, KubeConfigUser user)
    {
        var before = yaml.Length;
        Data(yaml, "client-certificate-data", user.ClientCertificatePem);
        Field(yaml, Inner, "client-certificate", user.ClientCertificatePem is null ? user.ClientCertificateFile : null);
        Data(yaml, "client-key-data", user.ClientKeyPem);
        Field(yaml, Inner, "client-key", user.ClientKeyPem is null ? user.ClientKeyFile : null);
        Field(yaml, Inner, "token", user.Token);
        Field(yaml, Inner, "tokenFile", user.TokenFile);
        Field(yaml, Inner, "username", user.Username);
        Field(yaml, Inner, "password", user.Password);
        if (yaml.Length == before)
        {
            yaml.Insert(before - 1, " {}");
        }
    }

    private const string Inner = "    ";

    private static void Section<T>(
        StringBuilder yaml,
        string list,
        IReadOnlyList<T> items,
        Func<T, string> name,
        string field,
        Action<StringBuilder, T> write)
    {
        yaml.Append(list).Append(items.Count == 0 ? ": []\n" : ":\n");
        foreach (var item in items)
        {
            Field(yaml, "- ", "name", name(item));
            yaml.Append(CultureInfo.InvariantCulture, $"  {field}:\n");
            write(yaml, item);
        }
    }

    private static void Data(StringBuilder yaml, string key, string? pem) =>
        Field(yaml, Inner, key, pem is null ? null : Convert.ToBase64String(Encoding.UTF8.GetBytes(pem)));

    private static void Field(StringBuilder yaml, string indent, string key, string? value)
    {
        if (value is not null)
        {
            yaml.Append(indent).Append(key).Append(": \"").Append(JsonEncodedText.Encode(value)).Append("\"\n");
        }
    }
}
