namespace Hortus.Oci;

/// <summary>Which chart, and how to reach it.</summary>
public sealed record ChartPull
{
    /// <summary>Has a tag or a digest; with both the digest decides.</summary>
    public required OciReference Reference { get; init; }

    /// <summary>Content of <c>.dockerconfigjson</c> of a pull Secret; null or empty asks without credentials.
    /// A secret.</summary>
    public ReadOnlyMemory<byte>? DockerConfigJson { get; init; }

    /// <summary>Certificates, PEM, that are trusted in addition to those of the machine; null for none.</summary>
    public string? CaBundle { get; init; }

    /// <summary>The reference only: the rest holds secrets.</summary>
    public override string ToString() => $"{nameof(ChartPull)} {Reference}";
}
