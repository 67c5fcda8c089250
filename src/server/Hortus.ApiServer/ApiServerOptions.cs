namespace Hortus.ApiServer;

/// <summary>Options of an API server; property names are kube-apiserver's flags in PascalCase. Files are PEM.</summary>
public sealed record ApiServerOptions
{
    /// <summary>Address to listen on.</summary>
    public string BindAddress { get; init; } = "0.0.0.0";

    /// <summary>Port to listen on; 0 takes a free one.</summary>
    public int SecurePort { get; init; } = 6443;

    /// <summary>Address told to clients inside the cluster (endpoints of the service "kubernetes"); null takes the bind address.</summary>
    public string? AdvertiseAddress { get; init; }

    /// <summary>Where a self-signed serving certificate is kept when <see cref="TlsCertFile"/> is null.</summary>
    public string CertDir { get; init; } = "certs";

    public string? TlsCertFile { get; init; }

    public string? TlsPrivateKeyFile { get; init; }

    /// <summary>Roots of client certificates; null disables them.</summary>
    public string? ClientCaFile { get; init; }

    /// <summary>Static tokens: CSV lines <c>token,user,uid,"group1,group2"</c>; null for none.</summary>
    public string? TokenAuthFile { get; init; }

    public bool AnonymousAuth { get; init; } = true;

    public bool EnableBootstrapTokenAuth { get; init; }

    /// <summary>In order: <c>AlwaysAllow</c>, <c>AlwaysDeny</c>, <c>Node</c>, <c>RBAC</c>, <c>Webhook</c>.</summary>
    public IReadOnlyList<string> AuthorizationMode { get; init; } = ["Node", "RBAC"];

    /// <summary>Kubeconfig-shaped file that says where the webhook of the mode <c>Webhook</c> is; certificates as data.</summary>
    public string? AuthorizationWebhookConfigFile { get; init; }

    /// <summary>Version of the reviews that the webhook gets; only <c>v1</c>.</summary>
    public string AuthorizationWebhookVersion { get; init; } = "v1";

    /// <summary>How long the webhook's consent is kept.</summary>
    public TimeSpan AuthorizationWebhookCacheAuthorizedTtl { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long any other answer of the webhook is kept.</summary>
    public TimeSpan AuthorizationWebhookCacheUnauthorizedTtl { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Issuers of service account tokens; the first one signs.</summary>
    public IReadOnlyList<string> ServiceAccountIssuer { get; init; } = ["https://kubernetes.default.svc.cluster.local"];

    /// <summary>Public (or private) keys that verify service account tokens.</summary>
    public IReadOnlyList<string> ServiceAccountKeyFile { get; init; } = [];

    /// <summary>Private key that signs service account tokens; null disables TokenRequest.</summary>
    public string? ServiceAccountSigningKeyFile { get; init; }

    /// <summary>Audiences of the API itself; empty takes the issuers.</summary>
    public IReadOnlyList<string> ApiAudiences { get; init; } = [];

    public bool ServiceAccountExtendTokenExpiration { get; init; } = true;

    /// <summary>CIDRs of cluster IPs, one per IP family; the first is the default family.</summary>
    public IReadOnlyList<string> ServiceClusterIPRange { get; init; } = ["10.0.0.0/24"];

    /// <summary>Range of node ports, inclusive, as <c>first-last</c>.</summary>
    public string ServiceNodePortRange { get; init; } = "30000-32767";

    /// <summary>Addresses of an etcd's members; empty takes the embedded store in <see cref="DataDir"/>.</summary>
    public IReadOnlyList<string> EtcdServers { get; init; } = [];

    /// <summary>Authorities of the members' certificates; null takes the system's.</summary>
    public string? EtcdCafile { get; init; }

    /// <summary>Client certificate shown to etcd; null shows none.</summary>
    public string? EtcdCertfile { get; init; }

    public string? EtcdKeyfile { get; init; }

    /// <summary>Prefix of all keys; a slash at the start is added, one at the end removed.</summary>
    public string EtcdPrefix
    {
        get;
        init => field = value.Trim('/') is { Length: > 0 } path ? $"/{path}" : "";
    } = "/registry";

    /// <summary>How often etcd's history is compacted to what it was one interval ago; 0 leaves that to others.</summary>
    public TimeSpan EtcdCompactionInterval { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long etcd may take to answer a check of health.</summary>
    public TimeSpan EtcdHealthcheckTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Folder of the embedded store; null keeps everything in memory.</summary>
    public string? DataDir { get; init; }

    /// <summary>Client certificate shown to kubelets.</summary>
    public string? KubeletClientCertificate { get; init; }

    public string? KubeletClientKey { get; init; }

    public string? KubeletCertificateAuthority { get; init; }

    /// <summary>Address types tried for kubelets, in order.</summary>
    public IReadOnlyList<string> KubeletPreferredAddressTypes { get; init; } = ["InternalIP", "Hostname", "ExternalIP"];

    /// <summary>Path or address of a proxy (HTTP CONNECT) to nodes; null dials directly.</summary>
    public string? EgressSelectorConfigFile { get; init; }

    public string? RequestheaderClientCaFile { get; init; }

    public IReadOnlyList<string> RequestheaderAllowedNames { get; init; } = [];

    public IReadOnlyList<string> RequestheaderUsernameHeaders { get; init; } = ["X-Remote-User"];

    public IReadOnlyList<string> RequestheaderGroupHeaders { get; init; } = ["X-Remote-Group"];

    public IReadOnlyList<string> RequestheaderExtraHeadersPrefix { get; init; } = ["X-Remote-Extra-"];

    /// <summary>Client certificate shown to aggregated API servers.</summary>
    public string? ProxyClientCertFile { get; init; }

    public string? ProxyClientKeyFile { get; init; }

    /// <summary>Reach the Services of APIServices at their endpoints; false takes the cluster IP, which this machine has to
    /// route.</summary>
    public bool EnableAggregatorRouting { get; init; } = true;

    /// <summary>Admission plug-ins that must be there; all that are there run without being named.</summary>
    public IReadOnlyList<string> EnableAdmissionPlugins { get; init; } = [];

    /// <summary>Admission plug-ins that do not run.</summary>
    public IReadOnlyList<string> DisableAdmissionPlugins { get; init; } = [];

    /// <summary>Most requests served at a time that only read, long-running ones left out; 0 for no limit.</summary>
    public int MaxRequestsInflight { get; init; } = 400;

    /// <summary>Most requests served at a time that change something; 0 for no limit.</summary>
    public int MaxMutatingRequestsInflight { get; init; } = 200;

    /// <summary>How long requests are still served after <c>/readyz</c> began to fail because the server is to stop.</summary>
    public TimeSpan ShutdownDelayDuration { get; init; }

    /// <summary>Policy of audit.k8s.io/v1; null audits nothing.</summary>
    public string? AuditPolicyFile { get; init; }

    /// <summary>File of audit events, one JSON text a line; <c>-</c> is standard output.</summary>
    public string? AuditLogPath { get; init; }

    /// <summary>Size in MiB at which the file is set aside; 0 for 100.</summary>
    public int AuditLogMaxsize { get; init; }

    /// <summary>Most old files kept; 0 for all.</summary>
    public int AuditLogMaxbackup { get; init; }

    /// <summary>Days for which old files are kept; 0 for ever.</summary>
    public int AuditLogMaxage { get; init; }

    /// <summary>How long events are kept.</summary>
    public TimeSpan EventTtl { get; init; } = TimeSpan.FromHours(1);
}
