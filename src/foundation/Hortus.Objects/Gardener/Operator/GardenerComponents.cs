using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Kubernetes;

namespace Hortus.Objects.Gardener.Operator;

/// <summary>Gardener's own parts.</summary>
public sealed record Gardener : ApiType
{
    /// <summary>Identity of the garden; fixed.</summary>
    [Required, Constraint(MinLength = 1)]
    [CelRule("self == oldSelf", "Value is immutable")]
    public string ClusterIdentity { get => field ?? ""; init; }

    /// <summary>Gardener's API server.</summary>
    public GardenerAPIServerConfig? GardenerAPIServer { get; init; }

    /// <summary>Admission webhooks.</summary>
    public GardenerAdmissionControllerConfig? GardenerAdmissionController { get; init; }

    /// <summary>Controllers of the garden.</summary>
    public GardenerControllerManagerConfig? GardenerControllerManager { get; init; }

    /// <summary>Scheduler of shoots.</summary>
    public GardenerSchedulerConfig? GardenerScheduler { get; init; }

    /// <summary>Web interface; not installed when absent.</summary>
    public GardenerDashboardConfig? GardenerDashboard { get; init; }

    /// <summary>Server of public keys; not installed when absent.</summary>
    public GardenerDiscoveryServerConfig? GardenerDiscoveryServer { get; init; }

    /// <summary>Resource manager of the virtual garden.</summary>
    public GardenerResourceManagerConfig? GardenerResourceManager { get; init; }
}

/// <summary>Settings of Gardener's API server.</summary>
public sealed record GardenerAPIServerConfig : ApiType
{
    /// <summary>Feature gates.</summary>
    public IReadOnlyDictionary<string, bool>? FeatureGates { get; init; }

    /// <summary>Admission plug-ins to turn on, off or configure.</summary>
    public IReadOnlyList<AdmissionPlugin>? AdmissionPlugins { get; init; }

    /// <summary>What is logged for audits.</summary>
    public AuditConfig? AuditConfig { get; init; }

    /// <summary>Where audit events are sent.</summary>
    public AuditWebhook? AuditWebhook { get; init; }

    /// <summary>How much is logged.</summary>
    public APIServerLogging? Logging { get; init; }

    /// <summary>Limits on requests at one time.</summary>
    public APIServerRequests? Requests { get; init; }

    /// <summary>Sizes of watch caches.</summary>
    public WatchCacheSizes? WatchCacheSizes { get; init; }

    /// <summary>What is encrypted in etcd.</summary>
    public EncryptionConfig? EncryptionConfig { get; init; }

    /// <summary>Share of HTTP/2 connections that are asked to reconnect.</summary>
    [Constraint(Minimum = 0, Maximum = 0.02)]
    public double? GoAwayChance { get; init; }

    /// <summary>Longest life of an admin kubeconfig.</summary>
    public string? ShootAdminKubeconfigMaxExpiration { get; init; }
}

/// <summary>Settings of the admission webhooks.</summary>
public sealed record GardenerAdmissionControllerConfig : ApiType
{
    /// <summary>How much is logged.</summary>
    [DefaultJson("\"info\""), AllowedValues("info", "debug", "error")]
    public string? LogLevel { get; init; }

    /// <summary>Bounds on the size and number of objects.</summary>
    public ResourceAdmissionConfiguration? ResourceAdmissionConfiguration { get; init; }
}

/// <summary>Bounds on the size and number of objects.</summary>
public sealed record ResourceAdmissionConfiguration : ApiType
{
    /// <summary>The bounds.</summary>
    [Required]
    public IReadOnlyList<ResourceLimit> Limits { get => field ??= []; init; }

    /// <summary>Who is not bound by them.</summary>
    public IReadOnlyList<Subject>? UnrestrictedSubjects { get; init; }

    /// <summary>block or log.</summary>
    public string? OperationMode { get; init; }
}

/// <summary>A bound on the size or number of objects.</summary>
public sealed record ResourceLimit : ApiType
{
    /// <summary>API groups.</summary>
    public IReadOnlyList<string>? ApiGroups { get; init; }

    /// <summary>API versions.</summary>
    public IReadOnlyList<string>? ApiVersions { get; init; }

    /// <summary>Resources.</summary>
    [Required]
    public IReadOnlyList<string> Resources { get => field ??= []; init; }

    /// <summary>Most objects per namespace or cluster.</summary>
    public long? Count { get; init; }

    /// <summary>Largest object.</summary>
    public Quantity? Size { get; init; }
}

/// <summary>Settings of the garden's controllers.</summary>
public sealed record GardenerControllerManagerConfig : ApiType
{
    /// <summary>Feature gates.</summary>
    public IReadOnlyDictionary<string, bool>? FeatureGates { get; init; }

    /// <summary>Quotas for new projects.</summary>
    public IReadOnlyList<ProjectQuotaConfiguration>? DefaultProjectQuotas { get; init; }

    /// <summary>How much is logged.</summary>
    [DefaultJson("\"info\""), AllowedValues("info", "debug", "error")]
    public string? LogLevel { get; init; }
}

/// <summary>A quota for new projects.</summary>
public sealed record ProjectQuotaConfiguration : ApiType
{
    /// <summary>The quota.</summary>
    [Required]
    public ResourceQuota Config { get => field ??= new ResourceQuota(); init; }

    /// <summary>Projects that get it; all when absent.</summary>
    public LabelSelector? ProjectSelector { get; init; }
}

/// <summary>Settings of the scheduler of shoots.</summary>
public sealed record GardenerSchedulerConfig : ApiType
{
    /// <summary>Feature gates.</summary>
    public IReadOnlyDictionary<string, bool>? FeatureGates { get; init; }

    /// <summary>How much is logged.</summary>
    [DefaultJson("\"info\""), AllowedValues("info", "debug", "error")]
    public string? LogLevel { get; init; }

    /// <summary>How a seed is chosen.</summary>
    [DefaultJson("\"SameRegion\""), AllowedValues("SameRegion", "MinimalDistance")]
    public string? Strategy { get; init; }
}

/// <summary>Settings of the web interface.</summary>
public sealed record GardenerDashboardConfig : ApiType
{
    /// <summary>Whether users may log in by token.</summary>
    [DefaultJson("true")]
    public bool? EnableTokenLogin { get; init; }

    /// <summary>ConfigMap with settings of the pages.</summary>
    public LocalObjectReference? FrontendConfigMapRef { get; init; }

    /// <summary>ConfigMap with pictures.</summary>
    public LocalObjectReference? AssetsConfigMapRef { get; init; }

    /// <summary>Tickets from GitHub.</summary>
    public DashboardGitHub? GitHub { get; init; }

    /// <summary>How much is logged.</summary>
    [DefaultJson("\"info\""), AllowedValues("trace", "debug", "info", "warn", "error")]
    public string? LogLevel { get; init; }

    /// <summary>Log in by OpenID Connect.</summary>
    public DashboardOIDC? OidcConfig { get; init; }

    /// <summary>Terminals in the browser.</summary>
    public DashboardTerminal? Terminal { get; init; }

    /// <summary>Ingress of the pages.</summary>
    public DashboardIngress? Ingress { get; init; }

    /// <summary>Domain of the pages.</summary>
    public DNSDomain? Domain { get; init; }

    /// <summary>Secret with their certificate.</summary>
    public string? TlsSecretName { get; init; }

    /// <summary>Whether clients get the CA of the SNI certificate.</summary>
    public bool? PropagateCAFromSNI { get; init; }
}

/// <summary>Tickets from GitHub.</summary>
public sealed record DashboardGitHub : ApiType
{
    /// <summary>URL of the API.</summary>
    [Required, DefaultJson("\"https://api.github.com\""), Constraint(MinLength = 1)]
    public string ApiURL { get => field ?? ""; init; }

    /// <summary>Organisation.</summary>
    [Required, Constraint(MinLength = 1)]
    public string Organisation { get => field ?? ""; init; }

    /// <summary>Repository.</summary>
    [Required, Constraint(MinLength = 1)]
    public string Repository { get => field ?? ""; init; }

    /// <summary>Secret with access to GitHub.</summary>
    [Required]
    public LocalObjectReference SecretRef { get => field ??= new LocalObjectReference(); init; }

    /// <summary>Time between two looks.</summary>
    public string? PollInterval { get; init; }
}

/// <summary>Log in by OpenID Connect.</summary>
public sealed record DashboardOIDC : ApiType
{
    /// <summary>Client of command line tools.</summary>
    [Constraint(MinLength = 1)]
    public string? ClientIDPublic { get; init; }

    /// <summary>URL of the issuer.</summary>
    [Constraint(MinLength = 1)]
    public string? IssuerURL { get; init; }

    /// <summary>How long a session lasts.</summary>
    public string? SessionLifetime { get; init; }

    /// <summary>Further scopes to ask for.</summary>
    public IReadOnlyList<string>? AdditionalScopes { get; init; }

    /// <summary>Secret with client and secret.</summary>
    [Required]
    public LocalObjectReference SecretRef { get => field ??= new LocalObjectReference(); init; }

    /// <summary>Secret with the issuer's certificates.</summary>
    public LocalObjectReference? CertificateAuthoritySecretRef { get; init; }
}

/// <summary>Terminals in the browser.</summary>
public sealed record DashboardTerminal : ApiType
{
    /// <summary>Hosts that may be connected to.</summary>
    public IReadOnlyList<string>? AllowedHosts { get; init; }

    /// <summary>The container of a terminal.</summary>
    [Required]
    public DashboardTerminalContainer Container { get => field ??= new DashboardTerminalContainer(); init; }
}

/// <summary>Container of a terminal.</summary>
public sealed record DashboardTerminalContainer : ApiType
{
    /// <summary>Its image.</summary>
    [Required]
    public string Image { get => field ?? ""; init; }

    /// <summary>What it is for.</summary>
    public string? Description { get; init; }
}

/// <summary>Ingress of the web interface.</summary>
public sealed record DashboardIngress : ApiType
{
    /// <summary>Whether it is made.</summary>
    [DefaultJson("true")]
    public bool? Enabled { get; init; }
}

/// <summary>Settings of the server of public keys.</summary>
public sealed record GardenerDiscoveryServerConfig : ApiType
{
    /// <summary>Its domain.</summary>
    public DNSDomain? Domain { get; init; }

    /// <summary>Secret with its certificate.</summary>
    public string? TlsSecretName { get; init; }
}

/// <summary>Settings of the virtual garden's resource manager.</summary>
public sealed record GardenerResourceManagerConfig : ApiType
{
    /// <summary>Further namespaces that it handles.</summary>
    public IReadOnlyList<string>? AdditionalTargetNamespaces { get; init; }
}
