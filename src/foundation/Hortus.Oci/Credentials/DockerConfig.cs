using System.Text;
using System.Text.Json;

namespace Hortus.Oci;

/// <summary>A docker configuration file, <c>.dockerconfigjson</c>: which credentials belong to which registry.</summary>
public sealed class DockerConfig
{
    private const string HubKey = "index.docker.io";

    private readonly Dictionary<string, Entry> entries = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, string> helpers = new(StringComparer.OrdinalIgnoreCase);
    private readonly string? store;

    private DockerConfig(JsonElement root)
    {
        store = Text(root, "credsStore");
        foreach (var (name, value) in Members(root, "credHelpers"))
        {
            helpers[KeyOf(name)] = value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
        }

        foreach (var (name, value) in Members(root, "auths"))
        {
            // The first of two spellings of one registry counts, as it does for docker.
            entries.TryAdd(KeyOf(name), new Entry(name, value.ValueKind == JsonValueKind.Object ? value.Clone() : default));
        }
    }

    /// <summary>The registries that have an entry, as they are written.</summary>
    public IReadOnlyList<string> Registries => [.. entries.Values.Select(e => e.Name)];

    /// <summary>Reads a configuration.</summary>
    /// <exception cref="OciException">It is not JSON, or no object.</exception>
    public static DockerConfig Parse(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 16 });
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? new DockerConfig(document.RootElement)
                : throw Unreadable("it is no JSON object");
        }
        catch (JsonException e)
        {
            // The parser's message quotes what it read, which may be a password.
            throw Unreadable($"it is not JSON, from line {e.LineNumber + 1} on");
        }
    }

    /// <summary>The credentials for a repository: those of the longest path that has an entry, the registry's own last.</summary>
    /// <returns>Anonymous when there is no entry.</returns>
    /// <exception cref="OciException">The entry cannot be read, or wants a credential helper.</exception>
    public RegistryCredential For(OciReference reference)
    {
        ArgumentNullException.ThrowIfNull(reference);
        for (var path = KeyOf(reference.Name); path.Length > 0; path = path[..Math.Max(0, path.LastIndexOf('/'))])
        {
            if (entries.TryGetValue(path, out var entry))
            {
                return Credential(entry, reference.Registry);
            }
        }

        return helpers.TryGetValue(KeyOf(reference.Registry), out var helper)
            ? throw HelperWanted(helper, reference.Registry)
            : RegistryCredential.Anonymous;
    }

    /// <summary>What a refused anonymous request should know about this configuration.</summary>
    internal string WhyAnonymous(string registry) =>
        store is not null
            ? $"the docker configuration has no entry for {registry} and keeps its credentials in the helper \"{store}\", which is not"
              + " supported: put them under auths"
            : entries.Count == 0
                ? "the docker configuration has no entries under auths"
                : $"the docker configuration has no entry for {registry}, only for {string.Join(", ", Registries.Take(5))}";

    private RegistryCredential Credential(Entry entry, string registry)
    {
        if (Text(entry.Value, "registrytoken") is { } registryToken)
        {
            return registryToken.AsSpan().ContainsAnyExceptInRange('!', '~')
                ? throw Unreadable($"auths[\"{entry.Name}\"].registrytoken has characters that no token has")
                : RegistryCredential.OfRegistryToken(registryToken);
        }

        if (Text(entry.Value, "identitytoken") is { } identityToken)
        {
            return RegistryCredential.OfIdentityToken(identityToken);
        }

        if (Text(entry.Value, "auth") is { } auth)
        {
            return Decode(auth, entry.Name);
        }

        if (Text(entry.Value, "username") is { } user)
        {
            return RegistryCredential.OfUser(user, Text(entry.Value, "password") ?? "");
        }

        // Docker leaves an empty entry behind when a helper keeps the credentials.
        return helpers.GetValueOrDefault(KeyOf(registry), store ?? "") is { Length: > 0 } helper
            ? throw HelperWanted(helper, registry)
            : RegistryCredential.Anonymous;
    }

    private static RegistryCredential Decode(string auth, string name)
    {
        var bytes = new byte[auth.Length];
        if (Convert.TryFromBase64String(auth, bytes, out var length)
            && Encoding.UTF8.GetString(bytes, 0, length).TrimEnd('\0') is var text
            && text.IndexOf(':', StringComparison.Ordinal) is > 0 and var colon)
        {
            return RegistryCredential.OfUser(text[..colon], text[(colon + 1)..]);
        }

        throw new OciException(
            OciFailure.BadRequest,
            $"the docker configuration cannot be used: auths[\"{name}\"].auth is not the base64 of user:password");
    }

    /// <summary>The one spelling of a registry: without scheme, API version and final slash.</summary>
    private static string KeyOf(string name)
    {
        var key = name;
        foreach (var scheme in new[] { "https://", "http://", OciReference.Scheme })
        {
            key = key.StartsWith(scheme, StringComparison.OrdinalIgnoreCase) ? key[scheme.Length..] : key;
        }

        key = key.TrimEnd('/');
        foreach (var version in new[] { "/v1", "/v2" })
        {
            key = key.EndsWith(version, StringComparison.Ordinal) ? key[..^version.Length] : key;
        }

        foreach (var hub in new[] { "docker.io", "registry-1.docker.io" })
        {
            key = key == hub || key.StartsWith(hub + "/", StringComparison.Ordinal) ? HubKey + key[hub.Length..] : key;
        }

        return key;
    }

    private static IEnumerable<(string Name, JsonElement Value)> Members(JsonElement root, string name) =>
        root.TryGetProperty(name, out var map) && map.ValueKind == JsonValueKind.Object
            ? map.EnumerateObject().Select(m => (m.Name, m.Value))
            : [];

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value)
        && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text
            ? text
            : null;

    private static OciException HelperWanted(string helper, string registry) => new(
        OciFailure.BadRequest,
        $"the docker configuration leaves the credentials for {registry} to the helper \"{helper}\", which is not supported: put them"
        + $" under auths[\"{registry}\"] as auth (base64 of user:password), username and password, identitytoken or registrytoken");

    private static OciException Unreadable(string why) =>
        new(OciFailure.BadRequest, $"the docker configuration cannot be used: {why}");

    private sealed record Entry(string Name, JsonElement Value);
}
