namespace Hortus.Objects.Gardener.Security;

/// <summary>Asks for a token of a WorkloadIdentity; answered, never stored.</summary>
[KubernetesResource("security.gardener.cloud", "v1alpha1", "TokenRequest", "tokenrequests")]
public sealed record TokenRequest : KubernetesObject
{
    /// <summary>What is asked for.</summary>
    public TokenRequestSpec Spec { get => field ??= new TokenRequestSpec(); init; }

    /// <summary>The answer.</summary>
    public TokenRequestStatus? Status { get; init; }
}

/// <summary>What is asked for.</summary>
public sealed record TokenRequestSpec : ApiType
{
    /// <summary>The object on whose behalf the token will be used; told in its claims.</summary>
    public ContextObject? ContextObject { get; init; }

    /// <summary>Life of the token in seconds, at least 600; 3600 when absent.</summary>
    public long? ExpirationSeconds { get; init; }
}

/// <summary>An object on whose behalf a token is used.</summary>
public sealed record ContextObject : ApiType
{
    /// <summary>Shoot or Seed.</summary>
    [Required]
    public string Kind { get => field ?? ""; init; }

    /// <summary>core.gardener.cloud/v1beta1.</summary>
    [Required]
    public string ApiVersion { get => field ?? ""; init; }

    /// <summary>Its name.</summary>
    [Required]
    public string Name { get => field ?? ""; init; }

    /// <summary>Its namespace, if it has one.</summary>
    public string? Namespace { get; init; }

    /// <summary>Its uid, which has to be right.</summary>
    [Required]
    public string Uid { get => field ?? ""; init; }
}

/// <summary>The answer.</summary>
public sealed record TokenRequestStatus : ApiType
{
    /// <summary>The token, a JWT.</summary>
    public string Token { get => field ?? ""; init; }

    /// <summary>When it ends.</summary>
    public DateTimeOffset? ExpirationTimestamp { get; init; }
}
