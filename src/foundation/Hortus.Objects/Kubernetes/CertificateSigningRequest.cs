namespace Hortus.Objects.Kubernetes;

/// <summary>A request for a certificate.</summary>
[KubernetesResource("certificates.k8s.io", "v1", "CertificateSigningRequest", "certificatesigningrequests",
    ShortNames = "csr", Namespaced = false, HasStatus = true)]
public sealed record CertificateSigningRequest : KubernetesObject
{
    public CertificateSigningRequestSpec Spec { get => field ??= new CertificateSigningRequestSpec(); init; }

    public CertificateSigningRequestStatus Status { get => field ??= new CertificateSigningRequestStatus(); init; }
}

/// <summary>What is asked for, and by whom.</summary>
public sealed record CertificateSigningRequestSpec : ApiType
{
    /// <summary>PKCS#10 in PEM.</summary>
    [Required]
    public byte[] Request { get => field ??= []; init; }

    [Required]
    public string SignerName { get => field ?? ""; init; }

    public int? ExpirationSeconds { get; init; }

    public IReadOnlyList<string>? Usages { get; init; }

    /// <summary>Set by the server, as are uid, groups and extra.</summary>
    public string? Username { get; init; }

    public string? Uid { get; init; }

    public IReadOnlyList<string>? Groups { get; init; }

    public IReadOnlyDictionary<string, IReadOnlyList<string>>? Extra { get; init; }
}

/// <summary>The decision.</summary>
public sealed record CertificateSigningRequestStatus : ApiType
{
    [ListMap("type")]
    public IReadOnlyList<CertificateSigningRequestCondition>? Conditions { get; init; }

    /// <summary>The chain in PEM, once issued.</summary>
    public byte[]? Certificate { get; init; }
}

/// <summary>One decision.</summary>
public sealed record CertificateSigningRequestCondition : ApiType, ICondition<CertificateSigningRequestCondition>
{
    /// <summary><c>Approved</c>, <c>Denied</c> or <c>Failed</c>.</summary>
    [Required]
    public string Type { get => field ?? ""; init; }

    [Required]
    public string Status { get => field ?? ""; init; }

    public string? Reason { get; init; }

    public string? Message { get; init; }

    public DateTimeOffset? LastUpdateTime { get; init; }

    public DateTimeOffset? LastTransitionTime { get; init; }

    CertificateSigningRequestCondition ICondition<CertificateSigningRequestCondition>.WithTransitionTime(DateTimeOffset? time) =>
        this with { LastTransitionTime = time };
}
