using Hortus.Objects.Kubernetes;

namespace Hortus.Objects.Gardener.GardenletConfig;

/// <summary>How an API server is reached.</summary>
public abstract record ClientConnectionSettings : ApiType
{
    /// <summary>Path of a kubeconfig file.</summary>
    public string? Kubeconfig { get; init; }

    /// <summary>Media types that are accepted in answers.</summary>
    public string? AcceptContentTypes { get; init; }

    /// <summary>Media type of requests.</summary>
    public string? ContentType { get; init; }

    /// <summary>Requests per second.</summary>
    public double? Qps { get; init; }

    /// <summary>Requests at once above the rate.</summary>
    public int? Burst { get; init; }
}

/// <summary>How the seed or shoots are reached.</summary>
public sealed record ClientConnection : ClientConnectionSettings
{
}

/// <summary>How the garden is reached, and how the gardenlet gets its credentials there.</summary>
public sealed record GardenClientConnection : ClientConnectionSettings
{
    /// <summary>Address of the garden as seen from the seed, with or without <c>https://</c>.</summary>
    public string? GardenClusterAddress { get; init; }

    /// <summary><see cref="GardenClusterAddress"/> as a URL; null without one.</summary>
    public string? GardenUrl() => GardenClusterAddress switch
    {
        null or "" => null,
        var url when url.Contains("://", StringComparison.Ordinal) => url,
        var host => "https://" + host,
    };

    /// <summary>Secret in the seed (key <c>kubeconfig</c>) that the first certificate is requested with.</summary>
    public SecretReference? BootstrapKubeconfig { get; init; }

    /// <summary>Secret in the seed (key <c>kubeconfig</c>) that holds the gardenlet's own credentials.</summary>
    public SecretReference? KubeconfigSecret { get; init; }

    /// <summary>How long the credentials are valid and when they are renewed.</summary>
    public KubeconfigValidity? KubeconfigValidity { get; init; }
}

/// <summary>How long credentials are valid and when they are renewed.</summary>
public sealed record KubeconfigValidity : ApiType
{
    /// <summary>Requested validity, at least 10m; the signer's own when absent.</summary>
    public string? Validity { get; init; }

    /// <summary>Share of the validity, in percent, after which renewal is due at the earliest.</summary>
    public int? AutoRotationJitterPercentageMin { get; init; }

    /// <summary>Share of the validity, in percent, after which renewal is due at the latest.</summary>
    public int? AutoRotationJitterPercentageMax { get; init; }
}
