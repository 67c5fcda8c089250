namespace Hortus.Objects.Kubernetes;

/// <summary>Asks whose token this is.</summary>
[KubernetesResource("authentication.k8s.io", "v1", "TokenReview", "tokenreviews", Namespaced = false)]
public sealed record TokenReview : KubernetesObject
{
    public TokenReviewSpec Spec { get => field ??= new TokenReviewSpec(); init; }

    public TokenReviewStatus Status { get => field ??= new TokenReviewStatus(); init; }
}

/// <summary>The question.</summary>
public sealed record TokenReviewSpec : ApiType
{
    public string? Token { get; init; }

    public IReadOnlyList<string>? Audiences { get; init; }
}

/// <summary>The answer.</summary>
public sealed record TokenReviewStatus : ApiType
{
    public bool? Authenticated { get; init; }

    public UserInfo? User { get; init; }

    public IReadOnlyList<string>? Audiences { get; init; }

    public string? Error { get; init; }
}

/// <summary>Who makes a request.</summary>
public sealed record UserInfo : ApiType
{
    public string? Username { get; init; }

    public string? Uid { get; init; }

    public IReadOnlyList<string>? Groups { get; init; }

    public IReadOnlyDictionary<string, IReadOnlyList<string>>? Extra { get; init; }
}

/// <summary>Asks for a token of a service account (subresource <c>token</c>).</summary>
[KubernetesResource("authentication.k8s.io", "v1", "TokenRequest", "tokenrequests")]
public sealed record TokenRequest : KubernetesObject
{
    public TokenRequestSpec Spec { get => field ??= new TokenRequestSpec(); init; }

    public TokenRequestStatus Status { get => field ??= new TokenRequestStatus(); init; }
}

/// <summary>The token that is wanted.</summary>
public sealed record TokenRequestSpec : ApiType
{
    public IReadOnlyList<string> Audiences { get => field ??= []; init; }

    [DefaultJson("3600")]
    public long? ExpirationSeconds { get; init; }

    public BoundObjectReference? BoundObjectRef { get; init; }
}

/// <summary>The token ends with this object.</summary>
public sealed record BoundObjectReference : ApiType
{
    public string? Kind { get; init; }

    public string? ApiVersion { get; init; }

    public string? Name { get; init; }

    public string? Uid { get; init; }
}

/// <summary>The token.</summary>
public sealed record TokenRequestStatus : ApiType
{
    public string Token { get => field ?? ""; init; }

    public DateTimeOffset? ExpirationTimestamp { get; init; }
}

/// <summary>Asks who the caller is.</summary>
[KubernetesResource("authentication.k8s.io", "v1", "SelfSubjectReview", "selfsubjectreviews", Namespaced = false)]
public sealed record SelfSubjectReview : KubernetesObject
{
    public SelfSubjectReviewStatus Status { get => field ??= new SelfSubjectReviewStatus(); init; }
}

/// <summary>The answer.</summary>
public sealed record SelfSubjectReviewStatus : ApiType
{
    public UserInfo? UserInfo { get; init; }
}
