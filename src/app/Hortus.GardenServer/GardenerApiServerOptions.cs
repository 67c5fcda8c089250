using Hortus.ApiServer;
using Hortus.GardenApi;

namespace Hortus.GardenServer;

/// <summary>Options of the gardener API server; property names are its flags in PascalCase. Files are PEM.</summary>
public sealed record GardenerApiServerOptions
{
    /// <summary>Address to listen on.</summary>
    public string BindAddress { get; init; } = "0.0.0.0";

    /// <summary>Port to listen on; 0 takes a free one.</summary>
    public int SecurePort { get; init; } = 443;

    /// <summary>Where a self-signed serving certificate is kept when <see cref="TlsCertFile"/> is null.</summary>
    public string CertDir { get; init; } = "certs";

    public string? TlsCertFile { get; init; }

    public string? TlsPrivateKeyFile { get; init; }

    /// <summary>Kubeconfig of the host cluster, whose namespaces, Secrets and ConfigMaps admission reads; absent means the pod's
    /// service account.</summary>
    public string? Kubeconfig { get; init; }

    /// <summary>Kubeconfig with which the host says who somebody is; absent takes <see cref="Kubeconfig"/>.</summary>
    public string? AuthenticationKubeconfig { get; init; }

    /// <summary>Kubeconfig with which the host says what somebody may; absent takes <see cref="Kubeconfig"/>.</summary>
    public string? AuthorizationKubeconfig { get; init; }

    /// <summary>Name of the landscape, kept in the host's ConfigMap kube-system/cluster-identity; absent writes none.</summary>
    public string? ClusterIdentity { get; init; }

    /// <summary>Longest life of an admin kubeconfig; longer wishes are shortened.</summary>
    public TimeSpan ShootAdminKubeconfigMaxExpiration { get; init; } = TimeSpan.FromHours(24);

    /// <summary>Longest life of a viewer kubeconfig; longer wishes are shortened.</summary>
    public TimeSpan ShootViewerKubeconfigMaxExpiration { get; init; } = TimeSpan.FromHours(24);

    /// <summary>Issuer of the tokens of WorkloadIdentities, an URL; absent issues none.</summary>
    public string? WorkloadIdentityTokenIssuer { get; init; }

    /// <summary>Private key that signs them; given together with the issuer.</summary>
    public string? WorkloadIdentitySigningKeyFile { get; init; }

    /// <summary>Longest life of such a token; longer wishes are shortened.</summary>
    public TimeSpan WorkloadIdentityTokenMaxExpiration { get; init; } = TimeSpan.FromHours(48);

    /// <summary>Endpoints of an etcd; empty takes the embedded store in <see cref="DataDir"/>.</summary>
    public IReadOnlyList<string> EtcdServers { get; init; } = [];

    public string? EtcdCafile { get; init; }

    public string? EtcdCertfile { get; init; }

    public string? EtcdKeyfile { get; init; }

    /// <summary>Prefix of all keys.</summary>
    public string EtcdPrefix { get; init; } = "/registry-gardener";

    /// <summary>How often old revisions are dropped from the etcd; 0 leaves that to others.</summary>
    public TimeSpan EtcdCompactionInterval { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long the etcd may take to answer a health check.</summary>
    public TimeSpan EtcdHealthcheckTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Folder of the embedded store; null keeps everything in memory.</summary>
    public string? DataDir { get; init; }

    /// <summary>The options of the server underneath.</summary>
    public ApiServerOptions ToServer() => new()
    {
        BindAddress = BindAddress,
        SecurePort = SecurePort,
        CertDir = CertDir,
        TlsCertFile = TlsCertFile,
        TlsPrivateKeyFile = TlsPrivateKeyFile,
        EtcdServers = EtcdServers,
        EtcdCafile = EtcdCafile,
        EtcdCertfile = EtcdCertfile,
        EtcdKeyfile = EtcdKeyfile,
        EtcdPrefix = EtcdPrefix,
        EtcdCompactionInterval = EtcdCompactionInterval,
        EtcdHealthcheckTimeout = EtcdHealthcheckTimeout,
        DataDir = DataDir,
    };

    /// <summary>The options of the garden's API.</summary>
    public GardenApiOptions ToGarden() => new()
    {
        ShootAdminKubeconfigMaxExpiration = ShootAdminKubeconfigMaxExpiration,
        ShootViewerKubeconfigMaxExpiration = ShootViewerKubeconfigMaxExpiration,
        WorkloadIdentityTokenIssuer = WorkloadIdentityTokenIssuer,
        WorkloadIdentitySigningKeyFile = WorkloadIdentitySigningKeyFile,
        WorkloadIdentityTokenMaxExpiration = WorkloadIdentityTokenMaxExpiration,
    };
}
