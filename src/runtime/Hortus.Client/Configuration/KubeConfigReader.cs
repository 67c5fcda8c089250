using System.Text;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Hortus.Client;

/// <summary>Reads the YAML (or JSON) form of a kubeconfig. Unknown fields are passed over.</summary>
internal static class KubeConfigReader
{
    public static KubeConfig Parse(string yaml, string? folder)
    {
        var root = ReadRoot(yaml);
        return new KubeConfig
        {
            CurrentContext = Text(root, "current-context"),
            Clusters = [.. Entries(root, "clusters", "cluster").Select(e => ReadCluster(e.Name, e.Body, folder))],
            Users = [.. Entries(root, "users", "user").Select(e => ReadUser(e.Name, e.Body, folder))],
            Contexts =
            [
                .. Entries(root, "contexts", "context").Select(e => new KubeConfigContext
                {
                    Name = e.Name,
                    Cluster = Text(e.Body, "cluster") ?? "",
                    User = Text(e.Body, "user") ?? "",
                    Namespace = Text(e.Body, "namespace"),
                }),
            ],
        };
    }

    private static YamlMappingNode ReadRoot(string yaml)
    {
        var stream = new YamlStream();
        try
        {
            using var reader = new StringReader(yaml);
            stream.Load(reader);
        }
        catch (YamlException e)
        {
            throw new KubeConfigException($"kubeconfig is not YAML: line {e.Start.Line}: {e.Message}", e);
        }

        return stream.Documents.Count > 0 && stream.Documents[0].RootNode is YamlMappingNode map
            ? map
            : throw new KubeConfigException("kubeconfig is empty or no mapping: want apiVersion v1, kind Config");
    }

    private static KubeConfigCluster ReadCluster(string name, YamlMappingNode body, string? folder) => new()
    {
        Name = name,
        Server = Text(body, "server") ?? "",
        CertificateAuthorityPem = Data(body, $"clusters[{name}]", "certificate-authority-data"),
        CertificateAuthorityFile = FilePath(body, "certificate-authority", folder),
        InsecureSkipTlsVerify = Text(body, "insecure-skip-tls-verify") == "true",
        TlsServerName = Text(body, "tls-server-name"),
    };

    private static KubeConfigUser ReadUser(string name, YamlMappingNode body, string? folder) => new()
    {
        Name = name,
        ClientCertificatePem = Data(body, $"users[{name}]", "client-certificate-data"),
        ClientCertificateFile = FilePath(body, "client-certificate", folder),
        ClientKeyPem = Data(body, $"users[{name}]", "client-key-data"),
        ClientKeyFile = FilePath(body, "client-key", folder),
        Token = Text(body, "token"),
        TokenFile = FilePath(body, "tokenFile", folder),
        Username = Text(body, "username"),
        Password = Text(body, "password"),
        Plugin = Find(body, "exec") is YamlMappingNode exec ? $"exec {Text(exec, "command")}"
            : Find(body, "auth-provider") is YamlMappingNode provider ? $"auth-provider {Text(provider, "name")}"
            : null,
    };

    private static IEnumerable<(string Name, YamlMappingNode Body)> Entries(
        YamlMappingNode root, string list, string field)
    {
        if (Find(root, list) is not YamlSequenceNode sequence)
        {
            yield break;
        }

        foreach (var item in sequence)
        {
            if (item is not YamlMappingNode map || Text(map, "name") is not { } name)
            {
                throw new KubeConfigException($"kubeconfig {list}: line {item.Start.Line}: want a mapping with a name");
            }

            yield return (name, Find(map, field) as YamlMappingNode ?? []);
        }
    }

    private static YamlNode? Find(YamlMappingNode map, string key) =>
        map.Children.TryGetValue(new YamlScalarNode(key), out var value) ? value : null;

    private static string? Text(YamlMappingNode map, string key) =>
        Find(map, key) is YamlScalarNode { Value: { Length: > 0 } text } scalar &&
        !(scalar.Style == ScalarStyle.Plain && text is "null" or "~")
            ? text
            : null;

    private static string? FilePath(YamlMappingNode map, string key, string? folder) =>
        Text(map, key) is not { } path ? null : folder is null ? path : Path.Combine(folder, path);

    private static string? Data(YamlMappingNode map, string owner, string key)
    {
        if (Text(map, key) is not { } text)
        {
            return null;
        }

        try
        {
            return Encoding.UTF8.GetString(Convert.FromBase64String(text));
        }
        catch (FormatException e)
        {
            throw new KubeConfigException($"kubeconfig {owner}.{key} is not base64", e);
        }
    }
}
