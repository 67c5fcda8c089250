namespace Hortus.Oci;

/// <summary>How registries are talked to.</summary>
public sealed record RegistryOptions
{
    /// <summary>Registries (host, or host:port) that are asked without TLS. Loopback addresses need not be named: they are asked
    /// with TLS first, and without it when they do not speak it.</summary>
    public IReadOnlyList<string> PlainHttpRegistries { get; init; } = [];

    /// <summary>Trusts a given CA bundle alone, and not the machine's authorities in addition to it. Default false, since
    /// registries send readers on to object stores with public certificates.</summary>
    public bool OnlyGivenAuthorities { get; init; }

    /// <summary>Longest time until a connection stands.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Longest time until an answer begins, and between two parts of it.</summary>
    public TimeSpan ResponseTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often a request is made when the registry cannot be reached or fails.</summary>
    public int TriesMax { get; init; } = 3;

    /// <summary>Wait before the second try; three times as much before each further one, and up to a fifth more by chance.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Longest wait that a registry may ask for with Retry-After.</summary>
    public TimeSpan RetryAfterMax { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Largest manifest, in bytes.</summary>
    public int ManifestBytesMax { get; init; } = 4 * 1024 * 1024;
}
