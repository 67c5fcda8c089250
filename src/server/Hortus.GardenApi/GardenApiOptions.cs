namespace Hortus.GardenApi;

/// <summary>Settings of the garden's API; property names are gardener-apiserver's flags in PascalCase.</summary>
public sealed record GardenApiOptions
{
    /// <summary>Longest life of an admin kubeconfig; longer wishes are shortened. Default 24 hours.</summary>
    public TimeSpan ShootAdminKubeconfigMaxExpiration { get; init; } = TimeSpan.FromHours(24);

    /// <summary>Issuer of the tokens of WorkloadIdentities; absent issues none.</summary>
    public string? WorkloadIdentityTokenIssuer { get; init; }

    /// <summary>Private key (PEM) that signs them.</summary>
    public string? WorkloadIdentitySigningKeyFile { get; init; }

    /// <summary>Longest life of such a token; longer wishes are shortened. Default 48 hours.</summary>
    public TimeSpan WorkloadIdentityTokenMaxExpiration { get; init; } = TimeSpan.FromHours(48);

    /// <summary>Longest life of a viewer kubeconfig; longer wishes are shortened. Default 24 hours.</summary>
    public TimeSpan ShootViewerKubeconfigMaxExpiration { get; init; } = TimeSpan.FromHours(24);
}
