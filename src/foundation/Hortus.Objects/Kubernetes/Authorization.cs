using System.Text.Json;

namespace Hortus.Objects.Kubernetes;

/// <summary>Asks whether someone may do something.</summary>
[KubernetesResource("authorization.k8s.io", "v1", "SubjectAccessReview", "subjectaccessreviews", Namespaced = false)]
public sealed record SubjectAccessReview : KubernetesObject
{
    public SubjectAccessReviewSpec Spec { get => field ??= new SubjectAccessReviewSpec(); init; }

    public SubjectAccessReviewStatus Status { get => field ??= new SubjectAccessReviewStatus(); init; }
}

/// <summary>The question; resource or non-resource attributes are set.</summary>
public sealed record SubjectAccessReviewSpec : ApiType
{
    public ResourceAttributes? ResourceAttributes { get; init; }

    public NonResourceAttributes? NonResourceAttributes { get; init; }

    public string? User { get; init; }

    public IReadOnlyList<string>? Groups { get; init; }

    public IReadOnlyDictionary<string, IReadOnlyList<string>>? Extra { get; init; }

    public string? Uid { get; init; }
}

/// <summary>An action on a resource.</summary>
public sealed record ResourceAttributes : ApiType
{
    /// <summary>Empty means all namespaces, or a cluster-scoped resource.</summary>
    public string? Namespace { get; init; }

    public string? Verb { get; init; }

    public string? Group { get; init; }

    public string? Version { get; init; }

    public string? Resource { get; init; }

    public string? Subresource { get; init; }

    /// <summary>Empty means all.</summary>
    public string? Name { get; init; }

    [PreserveUnknownFields]
    public JsonElement? FieldSelector { get; init; }

    [PreserveUnknownFields]
    public JsonElement? LabelSelector { get; init; }
}

/// <summary>An action on a path.</summary>
public sealed record NonResourceAttributes : ApiType
{
    public string? Path { get; init; }

    public string? Verb { get; init; }
}

/// <summary>The answer.</summary>
public sealed record SubjectAccessReviewStatus : ApiType
{
    public bool Allowed { get; init; }

    public bool? Denied { get; init; }

    public string? Reason { get; init; }

    public string? EvaluationError { get; init; }
}

/// <summary>Asks whether the caller may do something.</summary>
[KubernetesResource("authorization.k8s.io", "v1", "SelfSubjectAccessReview", "selfsubjectaccessreviews",
    Namespaced = false)]
public sealed record SelfSubjectAccessReview : KubernetesObject
{
    public SelfSubjectAccessReviewSpec Spec { get => field ??= new SelfSubjectAccessReviewSpec(); init; }

    public SubjectAccessReviewStatus Status { get => field ??= new SubjectAccessReviewStatus(); init; }
}

/// <summary>The question.</summary>
public sealed record SelfSubjectAccessReviewSpec : ApiType
{
    public ResourceAttributes? ResourceAttributes { get; init; }

    public NonResourceAttributes? NonResourceAttributes { get; init; }
}

/// <summary>Asks whether someone may do something in a namespace.</summary>
[KubernetesResource("authorization.k8s.io", "v1", "LocalSubjectAccessReview", "localsubjectaccessreviews")]
public sealed record LocalSubjectAccessReview : KubernetesObject
{
    public SubjectAccessReviewSpec Spec { get => field ??= new SubjectAccessReviewSpec(); init; }

    public SubjectAccessReviewStatus Status { get => field ??= new SubjectAccessReviewStatus(); init; }
}

/// <summary>Asks what the caller may do in a namespace.</summary>
[KubernetesResource("authorization.k8s.io", "v1", "SelfSubjectRulesReview", "selfsubjectrulesreviews",
    Namespaced = false)]
public sealed record SelfSubjectRulesReview : KubernetesObject
{
    public SelfSubjectRulesReviewSpec Spec { get => field ??= new SelfSubjectRulesReviewSpec(); init; }

    public SubjectRulesReviewStatus Status { get => field ??= new SubjectRulesReviewStatus(); init; }
}

/// <summary>The question.</summary>
public sealed record SelfSubjectRulesReviewSpec : ApiType
{
    public string? Namespace { get; init; }
}

/// <summary>The answer.</summary>
public sealed record SubjectRulesReviewStatus : ApiType
{
    public IReadOnlyList<ResourceRule> ResourceRules { get => field ??= []; init; }

    public IReadOnlyList<NonResourceRule> NonResourceRules { get => field ??= []; init; }

    public bool Incomplete { get; init; }

    public string? EvaluationError { get; init; }
}

/// <summary>Allowed actions on resources.</summary>
public sealed record ResourceRule : ApiType
{
    [Required]
    public IReadOnlyList<string> Verbs { get => field ??= []; init; }

    public IReadOnlyList<string>? ApiGroups { get; init; }

    public IReadOnlyList<string>? Resources { get; init; }

    public IReadOnlyList<string>? ResourceNames { get; init; }
}

/// <summary>Allowed actions on paths.</summary>
public sealed record NonResourceRule : ApiType
{
    [Required]
    public IReadOnlyList<string> Verbs { get => field ??= []; init; }

    public IReadOnlyList<string>? NonResourceURLs { get; init; }
}
