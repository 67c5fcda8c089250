using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Hortus.Host;
using Hortus.Local.Bootstrap;
using Hortus.Pki;

namespace Hortus.Local.Registry;

/// <summary>What the registry reads, kept in the state directory: configuration, certificate and the one user. Made at the first
/// start, taken over later.</summary>
public sealed class RegistryFiles(StateDirectory state)
{
    /// <summary>File names below the folder that the pod mounts.</summary>
    public const string Certificate = "tls.crt";
    public const string Key = "tls.key";
    private const string Configuration = "config.yml";
    private const string Users = "htpasswd";

    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    private const int PasswordLength = 32;

    // Checked with each request; a random password of this length is not guessed, however quickly a guess is checked.
    private const int BcryptCost = 4;

    /// <summary>The password of <see cref="LocalRegistry.User"/>.</summary>
    public string Password => File.ReadAllText(state.RegistryPassword);

    /// <summary>Makes what is missing.</summary>
    /// <param name="authority">Issues the certificate.</param>
    public void Ensure(ClusterPki authority)
    {
        ArgumentNullException.ThrowIfNull(authority);
        Directory.CreateDirectory(state.RegistryConfiguration);
        authority.EnsureServer(
            Path.Combine(state.RegistryConfiguration, Certificate),
            Path.Combine(state.RegistryConfiguration, Key),
            CertificateSpec.Server(
                LocalRegistry.Host, LocalRegistry.Host, LocalRegistry.Host + ".cluster.local", LocalRegistry.UserServerName,
                LocalRegistry.Endpoint.Address.ToString(), "127.0.0.1"));
        Directory.CreateDirectory(state.RegistryData);
        var users = Path.Combine(state.RegistryConfiguration, Users);
        if (!File.Exists(state.RegistryPassword) || !File.Exists(users))
        {
            var password = RandomNumberGenerator.GetString(Alphabet, PasswordLength);
            StateDirectory.WriteSecret(users, $"{LocalRegistry.User}:{PasswordHash.Bcrypt(password, BcryptCost)}\n");
            StateDirectory.WriteSecret(state.RegistryPassword, password);
        }

        StateDirectory.WriteSecret(Path.Combine(state.RegistryConfiguration, Configuration), Configure());
    }

    /// <summary>Where clients of this machine reach the registry.</summary>
    /// <param name="port">The front door's.</param>
    public static string UserHost(int port) => $"{LocalRegistry.UserServerName}:{port}";

    /// <summary>Writes the credentials for clients of this machine.</summary>
    /// <param name="port">The front door's.</param>
    public void WriteLogin(int port) => StateDirectory.WriteSecret(state.RegistryLogin, DockerConfig(UserHost(port)));

    /// <summary>The registry's credentials as <c>docker login</c> would store them for a host.</summary>
    public string DockerConfig(string host)
    {
        var token = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{LocalRegistry.User}:{Password}"));
        return new JsonObject { ["auths"] = new JsonObject { [host] = new JsonObject { ["auth"] = token } } }.ToJsonString();
    }

    /// <summary>Changes when the registry has to read its files again, which it does at its start only.</summary>
    public string Checksum()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var name in new[] { Configuration, Users, Certificate })
        {
            hash.AppendData(File.ReadAllBytes(Path.Combine(state.RegistryConfiguration, name)));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset())[..16];
    }

    private static string Configure() => $"""
        # Written at each start of the local garden.
        version: 0.1
        log:
          level: info
          formatter: text
        storage:
          filesystem:
            rootdirectory: {RegistryPod.DataFolder}
          delete:
            enabled: true
          cache:
            blobdescriptor: inmemory
        http:
          addr: {LocalRegistry.Endpoint}
          tls:
            certificate: {RegistryPod.ConfigurationFolder}/{Certificate}
            key: {RegistryPod.ConfigurationFolder}/{Key}
            minimumtls: tls1.2
        auth:
          htpasswd:
            realm: local garden
            path: {RegistryPod.ConfigurationFolder}/{Users}

        """;
}
