using System.Text.Json;
using Hortus.Objects.Kubernetes;

namespace Hortus.Objects.Gardener.Core;

/// <summary>Settings of an API server that shoots and the virtual garden share.</summary>
public abstract record KubeAPIServerSettings : ApiType
{
    /// <summary>Feature gates.</summary>
    public IReadOnlyDictionary<string, bool>? FeatureGates { get; init; }

    /// <summary>Admission plug-ins to turn on, off or configure.</summary>
    public IReadOnlyList<AdmissionPlugin>? AdmissionPlugins { get; init; }

    /// <summary>Audiences of service account tokens.</summary>
    public IReadOnlyList<string>? ApiAudiences { get; init; }

    /// <summary>What is logged for audits.</summary>
    public AuditConfig? AuditConfig { get; init; }

    /// <summary>OpenID Connect; the older form of structuredAuthentication.</summary>
    public OIDCConfig? OidcConfig { get; init; }

    /// <summary>API versions and resources to turn on or off.</summary>
    public IReadOnlyDictionary<string, bool>? RuntimeConfig { get; init; }

    /// <summary>Service account tokens.</summary>
    public ServiceAccountConfig? ServiceAccountConfig { get; init; }

    /// <summary>Sizes of watch caches.</summary>
    public WatchCacheSizes? WatchCacheSizes { get; init; }

    /// <summary>Limits on requests at one time.</summary>
    public APIServerRequests? Requests { get; init; }

    /// <summary>Older switch for requests without credentials.</summary>
    public bool? EnableAnonymousAuthentication { get; init; }

    /// <summary>How long events are kept.</summary>
    public string? EventTTL { get; init; }

    /// <summary>How much is logged.</summary>
    public APIServerLogging? Logging { get; init; }

    /// <summary>Seconds that pods stay on a node that is not ready.</summary>
    public long? DefaultNotReadyTolerationSeconds { get; init; }

    /// <summary>Seconds that pods stay on a node that is not reachable.</summary>
    public long? DefaultUnreachableTolerationSeconds { get; init; }

    /// <summary>What is encrypted in etcd besides Secrets.</summary>
    public EncryptionConfig? EncryptionConfig { get; init; }

    /// <summary>Authentication by configuration file.</summary>
    public StructuredAuthentication? StructuredAuthentication { get; init; }

    /// <summary>Authorization by configuration file.</summary>
    public StructuredAuthorization? StructuredAuthorization { get; init; }

    /// <summary>Bounds of its autoscaling.</summary>
    public ControlPlaneAutoscaling? Autoscaling { get; init; }

    /// <summary>VersionTLS12 or VersionTLS13.</summary>
    public string? TlsMinVersion { get; init; }
}

/// <summary>An admission plug-in.</summary>
public sealed record AdmissionPlugin : ApiType
{
    /// <summary>Name of the plug-in.</summary>
    [Required]
    public string Name { get => field ?? ""; init; }

    /// <summary>Its configuration.</summary>
    [PreserveUnknownFields]
    public JsonElement? Config { get; init; }

    /// <summary>Whether it is turned off.</summary>
    public bool? Disabled { get; init; }

    /// <summary>Secret with a kubeconfig that the plug-in needs.</summary>
    public string? KubeconfigSecretName { get; init; }
}

/// <summary>What is logged for audits.</summary>
public sealed record AuditConfig : ApiType
{
    /// <summary>The policy.</summary>
    public AuditPolicy? AuditPolicy { get; init; }
}

/// <summary>Where the audit policy is.</summary>
public sealed record AuditPolicy : ApiType
{
    /// <summary>ConfigMap with the key policy.</summary>
    public ObjectReference? ConfigMapRef { get; init; }
}

/// <summary>OpenID Connect.</summary>
public sealed record OIDCConfig : ApiType
{
    /// <summary>Certificates (PEM) of the issuer.</summary>
    public string? CaBundle { get; init; }

    /// <summary>How kubectl gets tokens.</summary>
    public OpenIDConnectClientAuthentication? ClientAuthentication { get; init; }

    /// <summary>Client that tokens must be made for.</summary>
    public string? ClientID { get; init; }

    /// <summary>Claim with the groups.</summary>
    public string? GroupsClaim { get; init; }

    /// <summary>Put before every group.</summary>
    public string? GroupsPrefix { get; init; }

    /// <summary>URL of the issuer.</summary>
    public string? IssuerURL { get; init; }

    /// <summary>Claims that tokens must have.</summary>
    public IReadOnlyDictionary<string, string>? RequiredClaims { get; init; }

    /// <summary>Accepted signature algorithms.</summary>
    public IReadOnlyList<string>? SigningAlgs { get; init; }

    /// <summary>Claim with the user name.</summary>
    public string? UsernameClaim { get; init; }

    /// <summary>Put before every user name.</summary>
    public string? UsernamePrefix { get; init; }
}

/// <summary>How kubectl gets tokens.</summary>
public sealed record OpenIDConnectClientAuthentication : ApiType
{
    /// <summary>Further settings.</summary>
    public IReadOnlyDictionary<string, string>? ExtraConfig { get; init; }

    /// <summary>Client secret.</summary>
    public string? Secret { get; init; }
}

/// <summary>Service account tokens.</summary>
public sealed record ServiceAccountConfig : ApiType
{
    /// <summary>Issuer written into tokens.</summary>
    public string? Issuer { get; init; }

    /// <summary>Whether tokens of pods live longer than asked.</summary>
    public bool? ExtendTokenExpiration { get; init; }

    /// <summary>Longest life of a token.</summary>
    public string? MaxTokenExpiration { get; init; }

    /// <summary>Further issuers whose tokens are accepted.</summary>
    public IReadOnlyList<string>? AcceptedIssuers { get; init; }
}

/// <summary>Sizes of watch caches.</summary>
public sealed record WatchCacheSizes : ApiType
{
    /// <summary>Size for resources that are not listed.</summary>
    public int? Default { get; init; }

    /// <summary>Sizes by resource.</summary>
    public IReadOnlyList<ResourceWatchCacheSize>? Resources { get; init; }
}

/// <summary>Size of a resource's watch cache.</summary>
public sealed record ResourceWatchCacheSize : ApiType
{
    /// <summary>Group of the resource; the core group when absent.</summary>
    public string? ApiGroup { get; init; }

    /// <summary>Name of the resource.</summary>
    [Required]
    public string Resource { get => field ?? ""; init; }

    /// <summary>Number of events; 0 turns the cache off.</summary>
    [Required]
    public int Size { get; init; }
}

/// <summary>Limits on requests at one time.</summary>
public sealed record APIServerRequests : ApiType
{
    /// <summary>Most reading requests.</summary>
    public int? MaxNonMutatingInflight { get; init; }

    /// <summary>Most writing requests.</summary>
    public int? MaxMutatingInflight { get; init; }
}

/// <summary>How much an API server logs.</summary>
public sealed record APIServerLogging : ApiType
{
    /// <summary>Log level.</summary>
    public int? Verbosity { get; init; }

    /// <summary>Log level of requests.</summary>
    public int? HttpAccessVerbosity { get; init; }
}

/// <summary>What is encrypted in etcd.</summary>
public sealed record EncryptionConfig : ApiType
{
    /// <summary>Resources besides Secrets.</summary>
    public IReadOnlyList<string>? Resources { get; init; }

    /// <summary>How they are encrypted.</summary>
    public EncryptionProvider Provider { get => field ??= new EncryptionProvider(); init; }
}

/// <summary>How resources are encrypted.</summary>
public sealed record EncryptionProvider : ApiType
{
    /// <summary>aescbc, aesgcm or secretbox.</summary>
    public string? Type { get; init; }
}

/// <summary>Authentication by configuration file.</summary>
public sealed record StructuredAuthentication : ApiType
{
    /// <summary>ConfigMap with the key config.yaml.</summary>
    [Required]
    public string ConfigMapName { get => field ?? ""; init; }
}

/// <summary>Authorization by configuration file.</summary>
public sealed record StructuredAuthorization : ApiType
{
    /// <summary>ConfigMap with the key config.yaml.</summary>
    [Required]
    public string ConfigMapName { get => field ?? ""; init; }

    /// <summary>Kubeconfigs of webhook authorizers.</summary>
    [Required]
    public IReadOnlyList<AuthorizerKubeconfigReference> Kubeconfigs { get => field ??= []; init; }
}

/// <summary>Kubeconfig of a webhook authorizer.</summary>
public sealed record AuthorizerKubeconfigReference : ApiType
{
    /// <summary>Name of the authorizer in the configuration.</summary>
    [Required]
    public string AuthorizerName { get => field ?? ""; init; }

    /// <summary>Secret with the key kubeconfig.</summary>
    [Required]
    public string SecretName { get => field ?? ""; init; }
}
