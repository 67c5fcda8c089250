using Hortus.Pki;

namespace Hortus.Testing.Registry;

/// <summary>How a registry of a test is protected.</summary>
public sealed record RegistrySetup
{
    public static RegistrySetup Open { get; } = new();

    /// <summary>Wants <see cref="DockerRegistry.User"/> and <see cref="DockerRegistry.Password"/>.</summary>
    public bool HasPassword { get; init; }

    /// <summary>Issues the certificate of the registry; null serves without TLS.</summary>
    public CertificateAuthority? Authority { get; init; }

    /// <summary>Gives the tokens that the registry wants; null for none.</summary>
    public TokenServer? Tokens { get; init; }

    /// <summary>Port; 0 for a free one.</summary>
    public int Port { get; init; }

    /// <summary>Folder with the registry's data; null for one that goes with the registry.</summary>
    public string? DataFolder { get; init; }
}
