using System.Security.Cryptography;
using System.Text;

namespace Hortus.Oci;

/// <summary>What a caller brings to reach one repository: credentials and trusted authorities.</summary>
public sealed class RegistryAccess
{
    // Fingerprints tell credentials apart in memory; with a key of the process they say nothing elsewhere.
    private static readonly byte[] FingerprintKey = RandomNumberGenerator.GetBytes(32);

    private readonly DockerConfig? config;
    private readonly string registry;

    private RegistryAccess(string registry, RegistryCredential credential, string? caBundle, DockerConfig? config)
    {
        this.registry = registry;
        this.config = config;
        Credential = credential;
        CaBundle = string.IsNullOrWhiteSpace(caBundle) ? null : caBundle;
        Fingerprint = Hash(credential.Identity());
        TrustKey = CaBundle is null ? "" : Hash(CaBundle);
    }

    public RegistryCredential Credential { get; }

    /// <summary>Further authorities, PEM; null for none.</summary>
    public string? CaBundle { get; }

    /// <summary>The same for the same credentials, in this process.</summary>
    internal string Fingerprint { get; }

    /// <summary>The same for the same authorities.</summary>
    internal string TrustKey { get; }

    /// <summary>Reads what belongs to a repository from a docker configuration.</summary>
    /// <param name="reference">The repository.</param>
    /// <param name="dockerConfigJson">Null or empty for none.</param>
    /// <param name="caBundle">Further authorities, PEM; null for none.</param>
    /// <exception cref="OciException">The configuration cannot be read or used.</exception>
    public static RegistryAccess For(OciReference reference, ReadOnlyMemory<byte>? dockerConfigJson, string? caBundle)
    {
        ArgumentNullException.ThrowIfNull(reference);
        var config = dockerConfigJson is { IsEmpty: false } json ? DockerConfig.Parse(json) : null;
        return new RegistryAccess(
            reference.Registry, config?.For(reference) ?? RegistryCredential.Anonymous, caBundle, config);
    }

    /// <summary>What to tell somebody whose request was refused.</summary>
    internal string Hint() =>
        !Credential.IsAnonymous ? $"asked with {Credential}"
        : config is null ? $"no credentials for {registry} were given"
        : config.WhyAnonymous(registry);

    private static string Hash(string text) =>
        Convert.ToHexString(HMACSHA256.HashData(FingerprintKey, Encoding.UTF8.GetBytes(text)));
}
