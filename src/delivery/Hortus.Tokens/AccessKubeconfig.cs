using System.Text;
using System.Text.Json.Nodes;
using Hortus.Objects;

namespace Hortus.Tokens;

/// <summary>A kubeconfig in a Secret: the user and the cluster of its current context. Everything else stays as it is.</summary>
internal sealed class AccessKubeconfig
{
    private readonly JsonObject root;
    private readonly JsonObject user;
    private readonly JsonObject cluster;

    private AccessKubeconfig(JsonObject root)
    {
        this.root = root;
        var name = (Text(root, "current-context") is { Length: > 0 } current ? current : null)
            ?? throw new TokenOrderException("data.kubeconfig has no current-context");
        var context = Body("contexts", "context", name);
        user = Body("users", "user", Text(context, "user") ?? "");
        cluster = Body("clusters", "cluster", Text(context, "cluster") ?? "");
    }

    public string? Token => Text(user, "token") is { Length: > 0 } token ? token : null;

    /// <summary>PEM; null when there is none or it is no base64.</summary>
    public string? Authority
    {
        get
        {
            var text = Text(cluster, AuthorityField) ?? "";
            var bytes = new byte[text.Length];
            return text.Length > 0 && Convert.TryFromBase64String(text, bytes, out var length)
                ? Encoding.UTF8.GetString(bytes, 0, length)
                : null;
        }
    }

    private const string AuthorityField = "certificate-authority-data";

    /// <summary>Reads YAML or JSON.</summary>
    /// <exception cref="TokenOrderException">It is no kubeconfig, or what its current context names is not there.</exception>
    public static AccessKubeconfig Parse(byte[] content)
    {
        try
        {
            return new AccessKubeconfig(KubernetesYaml.Parse(Encoding.UTF8.GetString(content)));
        }
        catch (YamlFormatException e)
        {
            // The fault's own text may show a part of the content, which holds secrets.
            throw new TokenOrderException($"data.kubeconfig is no YAML object: see line {e.Line}, column {e.Column}", e);
        }
    }

    /// <summary>The kubeconfig with a token and, unless null, with authorities.</summary>
    public byte[] With(string token, string? authority)
    {
        user["token"] = token;
        if (authority is not null)
        {
            cluster[AuthorityField] = Convert.ToBase64String(Encoding.UTF8.GetBytes(authority));
        }

        return Encoding.UTF8.GetBytes(KubernetesYaml.Write(root));
    }

    private static string? Text(JsonObject map, string field) =>
        map[field] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    private JsonObject Body(string list, string field, string name)
    {
        var entry = (root[list] as JsonArray ?? []).OfType<JsonObject>().FirstOrDefault(e => Text(e, "name") == name)
            ?? throw new TokenOrderException($"data.kubeconfig has no \"{name}\" in {list}, which its current context needs");
        if (entry[field] is JsonObject body)
        {
            return body;
        }

        var made = new JsonObject();
        entry[field] = made;
        return made;
    }
}
